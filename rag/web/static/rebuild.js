// A rebuild with uploaded files: first a preview, then the work.
import { call, onPress, patch, read, say, stream } from "./common.js";

const plan = document.getElementById("plan");
const drop = document.getElementById("drop");
const files = document.getElementById("files");
let staged = [];

function showFault(message) {
  const fault = Object.assign(document.createElement("p"), { className: "fault", textContent: message });
  plan.replaceChildren(fault);
  say(message);
}

async function attempt(action) {
  try {
    await action();
  } catch (fault) {
    showFault(fault.message);
  }
}

const add = (chosen) =>
  attempt(async () => {
    for (const file of chosen) {
      plan.textContent = `uploading ${file.name}…`;
      const sent = await fetch(`/uploads?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file });
      staged.push((await read(sent)).staged);
    }
    await preview();
  });

async function preview() {
  plan.textContent = "comparing with the index…";
  const { html } = await call("POST", "/uploads/preview", { staged });
  plan.replaceChildren(); // the line above
  patch(plan, html);
  say(plan.querySelector("p")?.textContent ?? "");
}

files.addEventListener("change", () => add([...files.files]));
for (const [event, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
  drop.addEventListener(event, (dragged) => {
    dragged.preventDefault();
    drop.classList.toggle("over", over);
    if (event === "drop") add([...dragged.dataTransfer.files]);
  });
}
onPress("#check", () => attempt(preview));
onPress("#cancel", () =>
  attempt(async () => {
    await call("POST", "/uploads/discard", { staged });
    staged = [];
    plan.replaceChildren();
    files.value = "";
    files.focus();
  }),
);
onPress("#rebuild", () =>
  attempt(async () => {
    const taken = staged;
    staged = [];
    await stream("rebuild", [{ staged: taken }], ({ html, done }) => {
      patch(plan, html);
      if (done) say(plan.textContent);
    });
  }),
);
onPress(".remove", (button) =>
  attempt(async () => {
    await call("DELETE", `/uploads?name=${encodeURIComponent(button.value)}`);
    button.closest("li").remove();
    await preview();
  }),
);
