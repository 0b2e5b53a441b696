// The collection: its map, the card of a paper, and a rebuild with files that are added.
import { call, onPress, patch, read, say, stream } from "./common.js";
import { map } from "./map.js";

const dialog = document.getElementById("paper");
const cards = new Map(); // number -> the card, once asked for

function card(number) {
  if (!cards.has(number)) cards.set(number, fetch(`/papers/${number}`).then((response) => response.text()));
  return cards.get(number);
}

async function open(number) {
  patch(dialog.querySelector(".card"), await card(number));
  dialog.querySelector("details").open = true;
  dialog.showModal();
}

const tip = document.getElementById("tip");
async function title(number, event) {
  tip.hidden = true;
  if (!number) return;
  const wanted = (title.last = number);
  const template = document.createElement("template");
  template.innerHTML = await card(number);
  if (wanted !== title.last) return;
  tip.textContent = template.content.querySelector("h3")?.textContent ?? "";
  tip.hidden = !tip.textContent; // a paper that a rebuild has taken away
  tip.style.left = `${Math.max(8, Math.min(event.clientX + 12, window.innerWidth - tip.offsetWidth - 8))}px`;
  tip.style.top = `${Math.max(8, Math.min(event.clientY + 12, window.innerHeight - tip.offsetHeight - 8))}px`;
}

const canvas = document.getElementById("map");
if (canvas) {
  const found = JSON.parse(canvas.dataset.found);
  map(canvas, { found, open, title }).then(
    ({ names, counts, zoom, look }) => {
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
        const only = look(Number(pressed.value));
        for (const button of list.children) button.setAttribute("aria-pressed", String(Number(button.value) === only));
      });
      onPress("#zoom button", ({ value }) => zoom(Number(value)));
    },
    (fault) => tell(fault.message),
  );
}

// A rebuild: what it would change first, then the work.
const plan = document.getElementById("plan");
const drop = document.getElementById("drop");
const files = document.getElementById("files");
let staged = [];

function tell(message) {
  const fault = Object.assign(document.createElement("p"), { className: "fault", textContent: message });
  plan.replaceChildren(fault);
  say(message);
}

async function tried(work) {
  try {
    await work();
  } catch (fault) {
    tell(fault.message);
  }
}

const add = (chosen) =>
  tried(async () => {
    for (const file of chosen) {
      plan.textContent = `sending ${file.name}…`;
      const sent = await fetch(`/added?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file });
      staged.push((await read(sent)).staged);
    }
    await preview();
  });

async function preview() {
  plan.textContent = "comparing with what is in the index…";
  const { html } = await call("POST", "/added/preview", { staged });
  plan.replaceChildren(); // of the words that said what goes on
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
onPress("#check", () => tried(preview));
onPress("#cancel", () =>
  tried(async () => {
    await call("POST", "/added/discard", { staged });
    staged = [];
    plan.replaceChildren();
    files.value = "";
    files.focus();
  }),
);
onPress("#rebuild", () =>
  tried(async () => {
    const taken = staged;
    staged = [];
    await stream("rebuild", { staged: taken }, ({ html, done }) => {
      patch(plan, html);
      if (done) say(plan.textContent);
    });
  }),
);
onPress(".remove", (button) =>
  tried(async () => {
    await call("DELETE", `/added?name=${encodeURIComponent(button.value)}`);
    button.closest("li").remove();
    await preview();
  }),
);
onPress("#paper .close", () => dialog.close());
