// The collection: its map, and the card of a paper.
import { onPress, patch, say } from "./common.js";
import { drawMap } from "./map.js";
import "./opening.js";
import { show as showSelected } from "./selecting.js";

if (document.getElementById("work")) import("./rebuild.js"); // only curators change the collection

const dialog = document.getElementById("paper");
const cards = new Map(); // number -> the card, once requested

function card(number) {
  if (!cards.has(number)) cards.set(number, fetch(`/papers/${number}`).then((response) => response.text()));
  return cards.get(number);
}

async function open(number) {
  patch(dialog.querySelector(".card"), await card(number));
  dialog.querySelector("article")?.removeAttribute("id"); // which its card in the list has
  dialog.querySelector("details")?.setAttribute("open", "");
  showSelected();
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
  tip.textContent = template.content.querySelector("article")?.dataset.title ?? "";
  tip.hidden = !tip.textContent; // a rebuild has removed the paper
  tip.style.left = `${Math.max(8, Math.min(event.clientX + 12, window.innerWidth - tip.offsetWidth - 8))}px`;
  tip.style.top = `${Math.max(8, Math.min(event.clientY + 12, window.innerHeight - tip.offsetHeight - 8))}px`;
}

// Draws the map once there is room for it: on a phone, when it is asked for.
let canvas = document.querySelector("#map canvas");
let zoom = () => {};
const showMap = document.getElementById("show-map");
let drawn = false;
function draw() {
  if (drawn || !canvas?.clientWidth) return;
  drawn = true;
  const { found, cluster } = canvas.dataset;
  drawMap(canvas, { found: JSON.parse(found), cluster: cluster === undefined ? null : Number(cluster), open, showTitle }).then(
    (map) => (zoom = map.zoom),
    (fault) => {
      canvas.replaceWith(Object.assign(document.createElement("p"), { className: "fault", textContent: fault.message }));
      say(fault.message);
    },
  );
}
draw();
addEventListener("resize", draw);
onPress("#zoom button", ({ value }) => zoom(Number(value)));
document.addEventListener("renewed", () => {
  cards.clear(); // papers have other numbers
  canvas = document.querySelector("#map canvas");
  drawn = false;
  draw();
  showSelected();
});
showMap?.addEventListener("click", () => {
  const shown = document.getElementById("map").classList.toggle("shown");
  showMap.setAttribute("aria-expanded", String(shown));
  draw();
});
document.querySelector("#clusters [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// The box keeps the focus over a search; not where a keyboard would cover what was found.
const SEARCHED = "rag-searched";
const box = document.getElementById("q");
document.getElementById("search").addEventListener("submit", () => sessionStorage.setItem(SEARCHED, "yes"));
if (sessionStorage.getItem(SEARCHED) && !matchMedia("(pointer: coarse)").matches) {
  box.focus({ preventScroll: true });
  box.setSelectionRange(box.value.length, box.value.length);
}
sessionStorage.removeItem(SEARCHED);

onPress("#paper .close", () => dialog.close());
