// The collection: its map, the card of a paper, and a rebuild with uploaded files.
import { call, onPress, patch, read, say, stream } from "./common.js";
import { drawMap } from "./map.js";
import "./opening.js";

const dialog = document.getElementById("paper");
const cards = new Map(); // number -> the card, once requested

function card(number) {
  if (!cards.has(number)) cards.set(number, fetch(`/papers/${number}`).then((response) => response.text()));
  return cards.get(number);
}

async function open(number) {
  patch(dialog.querySelector(".card"), await card(number));
  dialog.querySelector("details").open = true;
  dialog.showModal();
}

// Shows the title of paper `number` beside the pointer, or hides it.
const tip = document.getElementById("tip");
async function showTitle(number, event) {
  tip.hidden = true;
  if (!number) return;
  const wanted = (showTitle.last = number);
  const template = document.createElement("template");
  template.innerHTML = await card(number);
  if (wanted !== showTitle.last) return;
  tip.textContent = template.content.querySelector("h3")?.textContent ?? "";
  tip.hidden = !tip.textContent; // a rebuild has removed the paper
  tip.style.left = `${Math.max(8, Math.min(event.clientX + 12, window.innerWidth - tip.offsetWidth - 8))}px`;
  tip.style.top = `${Math.max(8, Math.min(event.clientY + 12, window.innerHeight - tip.offsetHeight - 8))}px`;
}

const canvas = document.querySelector("#map canvas");
if (canvas) {
  const found = JSON.parse(canvas.dataset.found);
  drawMap(canvas, { found, open, showTitle }).then(
    ({ names, counts, zoom, select }) => {
      const list = document.getElementById("clusters");
      list.replaceChildren(
        ...names.map((name, cluster) => {
          const button = document.createElement("button");
          Object.assign(button, { type: "button", value: cluster, textContent: `${name} (${counts[cluster].toLocaleString("en")})` });
          button.setAttribute("aria-pressed", "false");
          return button;
        }),
      );
      onPress("#clusters button", (pressed) => {
        const only = select(Number(pressed.value));
        for (const button of list.children) button.setAttribute("aria-pressed", String(Number(button.value) === only));
      });
      onPress("#zoom button", ({ value }) => zoom(Number(value)));
    },
    (fault) => showFault(fault.message),
  );
}

// A rebuild: first a preview, then the work.
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
onPress("#paper .close", () => dialog.close());
