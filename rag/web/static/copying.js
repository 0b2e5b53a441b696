// Answers on the clipboard: as rich text for word processors and mail, and as plain text for everything else.
import { call, onPress } from "./common.js";
import { attempt, flash } from "./turns.js";

const REFUSED = "The browser did not allow copying. Choose Export, or select the text and copy it.";
const blob = (type, text) => new Blob([text], { type });

// Puts the {html, text} that `content` promises on the clipboard. Safari lets a page write only in the moment of the
// press, so the clipboard gets the promise, not what it resolves to.
async function copy(content) {
  try {
    const item = new ClipboardItem({
      "text/html": content.then(({ html }) => blob("text/html", html)),
      "text/plain": content.then(({ text }) => blob("text/plain", text)),
    });
    await navigator.clipboard.write([item]);
  } catch {
    copyByCommand(await content);
  }
}

// Over plain HTTP, where a page has no clipboard, the browser's own command can still be told what to copy.
function copyByCommand({ html, text }) {
  const put = (event) => {
    event.clipboardData.setData("text/html", html);
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
  };
  const selection = getSelection();
  const before = selection.rangeCount ? selection.getRangeAt(0) : null;
  const selected = Object.assign(document.createElement("span"), { className: "unseen", textContent: "\u00a0" });
  document.body.append(selected); // Safari copies nothing unless something is selected
  selection.selectAllChildren(selected);
  document.addEventListener("copy", put);
  const done = document.execCommand("copy");
  document.removeEventListener("copy", put);
  selected.remove();
  selection.removeAllRanges();
  if (before) selection.addRange(before);
  if (!done) throw new Error(REFUSED);
}

onPress(".copy", (button) =>
  attempt(async () => {
    await copy(call("GET", button.value));
    flash(button, "Copied");
  }),
);
