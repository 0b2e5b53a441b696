// The order of the rows of a table of numbers: by the column whose heading was pressed, the other way round the second
// time, and as they came the third time.
import { say } from "./common.js";
import { turnOf, turns } from "./turns.js";

const NEXT = { none: "ascending", ascending: "descending", descending: "none" };
const orders = new Map(); // the id of a turn -> { key, direction }, for tables that an update replaces

const headings = (table) => [...table.querySelectorAll(".sort-by")];
const text = (row, key) => row.querySelector(`.${key}`)?.textContent.trim().toLowerCase() ?? "";
const rank = (row) => Number(row.dataset.rank);

// Values of the same kind are compared; of different kinds, the most frequent comes first, whatever the direction.
function byValue(rows, sign) {
  const counts = new Map();
  for (const { dataset } of rows) counts.set(dataset.kind, (counts.get(dataset.kind) ?? 0) + 1);
  const kinds = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a));
  return (a, b) => kinds.indexOf(a.dataset.kind) - kinds.indexOf(b.dataset.kind)
    || sign * (Number(a.dataset.number) - Number(b.dataset.number)) || rank(a) - rank(b);
}

// Rows without such a cell come last, whatever the direction.
function byText(key, sign) {
  const title = (row) => (key === "paper" ? row.querySelector(".title").textContent.trim().toLowerCase() : text(row, key));
  return (a, b) => (title(a) === "") - (title(b) === "") || sign * title(a).localeCompare(title(b), "en", { numeric: true }) || rank(a) - rank(b);
}

function arrange(table, { key, direction }) {
  const body = table.querySelector("tbody");
  const rows = [...body.rows];
  const sign = direction === "descending" ? -1 : 1;
  const compare = direction === "none" ? (a, b) => rank(a) - rank(b) : key === "value" ? byValue(rows, sign) : byText(key, sign);
  for (const heading of headings(table)) {
    const sorted = heading.value === key && direction !== "none";
    sorted ? heading.closest("th").setAttribute("aria-sort", direction) : heading.closest("th").removeAttribute("aria-sort");
  }
  body.append(...rows.sort(compare));
}

document.addEventListener("click", ({ target }) => {
  const heading = target.closest?.(".sort-by");
  if (!heading) return;
  const order = { key: heading.value, direction: NEXT[heading.closest("th").getAttribute("aria-sort") ?? "none"] };
  orders.set(turnOf(heading).id, order);
  arrange(heading.closest("table"), order);
  say(order.direction === "none" ? "In the order of the answer" : `Sorted by ${heading.textContent}, ${order.direction}`);
});

// A table that an update has put in place of a sorted one is sorted again.
new MutationObserver((changes) => {
  for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
    const table = node.nodeType === Node.ELEMENT_NODE && (node.matches(".measurements") ? node : node.querySelector(".measurements"));
    const order = table && turnOf(table) && orders.get(turnOf(table).id);
    if (order && order.direction !== "none" && !table.querySelector("[aria-sort]")) arrange(table, order);
  }
}).observe(turns, { childList: true, subtree: true });
