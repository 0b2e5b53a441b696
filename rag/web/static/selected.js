// The papers that the next questions are limited to, shown at the question box.
import { onPress } from "./common.js";

const shown = document.getElementById("selected");
const box = document.getElementById("box");

// Their ids, none for all papers.
export function selectedPapers() {
  return shown.dataset.papers.split(".").filter(Boolean);
}

function askAlone(card, name) {
  const title = card.querySelector("h3").cloneNode(true);
  title.querySelector(".n")?.remove();
  const link = shown.querySelector(".one");
  link.href = `/papers?papers=${card.dataset.paper}`;
  link.querySelector(".title").replaceChildren(...(title.querySelector("a") ?? title).cloneNode(true).childNodes);
  link.hidden = false;
  shown.querySelectorAll(".menu, .hint").forEach((other) => other.remove());
  Object.assign(shown.dataset, { papers: card.dataset.paper, name });
  shown.hidden = false;
}

function askAll() {
  shown.dataset.papers = "";
  shown.hidden = true;
  if (!document.querySelector("#welcome.selected")) return;
  if (!box.value) return location.assign("/");
  document.querySelector("#welcome").remove(); // what is typed is kept
  history.replaceState(null, "", "/");
}

onPress(".ask-about", (link, event) => {
  event.preventDefault();
  askAlone(link.closest("article"), link.dataset.name);
  box.focus();
});
onPress("#selected .all", () => {
  askAll();
  box.focus();
});
// Who asks again without this filter means the questions that follow, too.
onPress(".remove-filter", (chip) => chip.value === shown.dataset.name && askAll());
