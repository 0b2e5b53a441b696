// Selecting papers to ask them alone, to list and to export them. The selection lasts as long as the tab.
import { closeMenus, onPress, say } from "./common.js";
import "./menus.js";

const KEY = "rag-selected";
const row = document.getElementById("selecting");
const most = Number(row?.dataset.most);
let selected = stored(); // their ids, in the order in which they were selected

function stored() {
  try {
    const ids = JSON.parse(sessionStorage.getItem(KEY)) ?? [];
    return new Set(ids.filter((id) => /^[0-9a-f]{12}$/.test(id)));
  } catch {
    return new Set(); // no storage, or not written by us
  }
}

function keep() {
  try {
    sessionStorage.setItem(KEY, JSON.stringify([...selected]));
  } catch {
    // without storage they last as long as the page
  }
}

const boxes = () => [...document.querySelectorAll(".select input")];
const listed = () => [...document.querySelectorAll("#shelf .select input")];

// Selects papers or not; those beyond `most` are left out, which is said.
function select(ids, on) {
  const room = most - selected.size;
  const added = ids.filter((id) => !selected.has(id));
  if (on) added.slice(0, Math.max(0, room)).forEach((id) => selected.add(id));
  else ids.forEach((id) => selected.delete(id));
  keep();
  show();
  say(on && added.length > room ? `At most ${most} papers can be selected.` : counted());
}

const counted = () => `${selected.size} selected`;

// Marks the cards that are selected, also those that have just come; see papers.js.
export function show() {
  for (const box of boxes()) box.checked = selected.has(box.value);
  if (!row) return;
  const all = row.querySelector(".shown input");
  const shown = listed();
  all.checked = shown.length > 0 && shown.every((box) => box.checked);
  all.indeterminate = !all.checked && shown.some((box) => box.checked);
  const papers = [...selected].join(".");
  row.classList.toggle("any", selected.size > 0);
  row.querySelector(".for-selected").hidden = selected.size === 0;
  row.querySelector(".listed").textContent = counted() + (selected.size >= most ? " (the most)" : "");
  row.querySelector(".listed").href = `/papers?papers=${papers}`;
  row.querySelector(".ask").href = `/?papers=${papers}`;
  for (const file of row.querySelectorAll("[data-format]")) file.href = `/papers.${file.dataset.format}?papers=${papers}`;
}

document.addEventListener("change", ({ target }) => {
  if (target.matches(".select input")) select([target.value], target.checked);
  else if (target.matches("#selecting .shown input")) select(listed().map(({ value }) => value), target.checked);
});
document.addEventListener("keydown", (event) => event.key === "Escape" && closeMenus(event));
onPress("#selecting .clear", () => {
  select([...selected], false);
  row.querySelector(".shown input").focus({ preventScroll: true });
});
addEventListener("pageshow", () => {
  selected = stored(); // "Back" shows the page as it was left
  show();
});
show();
