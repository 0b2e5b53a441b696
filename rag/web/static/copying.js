// Answers on the clipboard.
import { onPress } from "./common.js";
import { attempt, flash } from "./turns.js";

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = Object.assign(document.createElement("textarea"), { value: text }); // over plain HTTP, without a clipboard
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
onPress(".copy", (button) =>
  attempt(async () => {
    await copy(await (await fetch(button.value)).text());
    flash(button, "Copied");
  }),
);
