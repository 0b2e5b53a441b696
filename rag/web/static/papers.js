// The collection: its map, and the card of a paper.
import { onPress, patch, say } from "./common.js";
import { drawMap } from "./map.js";
import "./opening.js";

if (document.getElementById("work")) import("./rebuild.js"); // only curators change the collection

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
    (fault) => {
      document.getElementById("clusters").textContent = fault.message;
      say(fault.message);
    },
  );
}

onPress("#paper .close", () => dialog.close());
