// The order of the papers of an answer.
import { refold } from "./folding.js";
import { turnOf, turns } from "./turns.js";

// Sorts the papers of an answer; those that are only related stay last.
function sort(select) {
  const sections = [...turnOf(select).querySelector(".list").children];
  if (sections.some(({ dataset }) => !dataset.rank)) sections.forEach((section, n) => (section.dataset.rank = n));
  const keys = { "": ({ rank }) => Number(rank), year: ({ year }) => -Number(year), title: ({ title }) => title.toLowerCase() };
  const key = ({ dataset }) => keys[select.value](dataset);
  const sorted = sections.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  turnOf(select).querySelector(".list").replaceChildren(...sorted);
}
document.addEventListener("change", ({ target }) => {
  if (!target.matches(".sort")) return;
  sort(target);
  refold();
});

// An update has put the papers that it changed where the server has them, without a rank.
export function resort() {
  for (const select of turns.querySelectorAll(".sort")) {
    if (select.value && turnOf(select).querySelector(".list > :not([data-rank])")) sort(select);
  }
}
