// Searching the conversations, and older ones.
import { call, onPress, say } from "./common.js";
import { attempt, decorate, itemsOf, showNewest, showOlder } from "./conversations.js";

const PAUSE = 200; // milliseconds without a key before what was typed is looked for
const box = document.getElementById("find");
const status = document.getElementById("finding");
const [listed, found] = document.querySelectorAll("#conversations ul");
const older = document.getElementById("older");
let timer = 0;
let last = 0; // number of the last search: a reply to one before is late

async function search() {
  clearTimeout(timer);
  const number = ++last;
  const text = box.value.trim();
  if (!text) return show([], "");
  try {
    const { list, count } = await call("GET", `/conversations?${new URLSearchParams({ q: text })}`);
    if (number === last) show(itemsOf(list), count ? `${count} found` : `No conversation has “${text}”.`);
  } catch (fault) {
    if (number === last) show([], fault.message);
  }
}

// Shows what was found in place of the list, or the list if nothing was looked for.
function show(items, words) {
  const searching = words !== "";
  if (!searching && !found.hidden) refresh();
  found.replaceChildren(...items);
  found.hidden = !searching;
  listed.hidden = searching;
  older.classList.toggle("unused", searching);
  status.textContent = words;
  decorate();
}

// What was found may have been renamed or deleted.
const refresh = () => attempt(async () => showNewest((await call("GET", "/conversations")).list));

box.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(search, PAUSE);
});
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter") search();
  if (event.key !== "Escape" || !box.value) return;
  event.stopPropagation(); // it would stop the answer
  box.value = "";
  search();
});

onPress("#older", () =>
  attempt(async () => {
    const { id, changed } = listed.lastElementChild.dataset;
    const next = listed.children.length;
    const { list, count } = await call("GET", `/conversations?${new URLSearchParams({ changed, name: id })}`);
    showOlder(list, count);
    listed.children[next]?.querySelector("a").focus();
    if (!count) say("There are no older conversations.");
  }),
);
