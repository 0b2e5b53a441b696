// The list of conversations: kept in step with the server, by days of the reader's time zone; narrow, a drawer.
import { say } from "./common.js";
import { showFault, turns } from "./turns.js";

const panel = document.getElementById("conversations");
const list = panel.querySelector(".mine");
const older = document.getElementById("older");
const PAGE = Number(list.dataset.page); // conversations that the server sends at once
const DAY = 86_400_000; // milliseconds

export function itemsOf(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.children];
}

// All items of a conversation: it may be in the list and among what was found.
export const itemsFor = (id) => [...panel.querySelectorAll(`li[data-id="${CSS.escape(id)}"]`)];

// Makes the first items of the list those of `html`, the newest; older ones that the reader asked for stay.
export function showNewest(html) {
  const items = itemsOf(html);
  const ids = new Set(items.map(({ dataset }) => dataset.id));
  const oldest = items.length < PAGE ? "" : items.at(-1).dataset.changed;
  for (const item of [...list.children]) if (item.dataset.changed >= oldest && !ids.has(item.dataset.id)) item.remove();
  const known = new Map([...list.children].map((item) => [item.dataset.id, item]));
  items.forEach((item, n) => {
    const shown = known.get(item.dataset.id);
    if (shown) update(shown, item);
    if (list.children[n] !== (shown ?? item)) list.insertBefore(shown ?? item, list.children[n] ?? null);
  });
  if (list.children.length === PAGE) older.hidden = false;
  document.getElementById("find").hidden = !list.children.length;
  decorate();
}

export function showOlder(html, count) {
  const shown = new Set([...list.children].map(({ dataset }) => dataset.id));
  list.append(...itemsOf(html).filter(({ dataset }) => !shown.has(dataset.id)));
  older.hidden = count < PAGE;
  decorate();
}

// Gives `item` the name and the time of `next`. It stays the element that it is, with its focus and what is typed in it.
export function update(item, next) {
  const [link, fresh] = [item, next].map((one) => one.querySelector("a"));
  item.dataset.changed = next.dataset.changed;
  link.dataset.title = fresh.dataset.title;
  link.textContent = fresh.textContent;
  const label = next.querySelector(".options").getAttribute("aria-label");
  item.querySelector(".options").setAttribute("aria-label", label);
}

// Marks the open conversation, and notes beside each item when it was changed, above the first of each day or so.
export function decorate() {
  for (const items of panel.querySelectorAll("ul")) {
    let before = "";
    for (const item of items.children) {
      const link = item.querySelector("a");
      const now = period(item.dataset.changed);
      now === before ? delete item.dataset.period : (item.dataset.period = now);
      before = now;
      link.dataset.tip = link.textContent;
      link.dataset.check = when(item.dataset.changed);
      item.dataset.id === turns.dataset.name ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
    }
  }
  const current = list.querySelector("[aria-current]");
  if (current) document.title = current.textContent;
}

// When a conversation was changed, in words; it is not stored yet where `changed` is empty.
export function when(changed) {
  const time = changed ? new Date(changed) : new Date();
  const day = days(time);
  const at = time.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
  if (day < 2) return `${day ? "Yesterday" : "Today"}, ${at}`;
  return `${time.toLocaleDateString("en", { weekday: "short", day: "numeric", month: "short", year: "numeric" })}, ${at}`;
}

function period(changed) {
  const time = changed ? new Date(changed) : new Date();
  const names = [[1, "Today"], [2, "Yesterday"], [7, "Last 7 days"], [30, "Last 30 days"]];
  const name = names.find(([end]) => days(time) < end)?.[1];
  return name ?? time.toLocaleDateString("en", { month: "long", year: "numeric" });
}

// How many midnights of the reader's zone lie between `time` and now.
function days(time) {
  const [day, today] = [time, new Date()].map((one) => new Date(one.getFullYear(), one.getMonth(), one.getDate()));
  return Math.max(0, Math.round((today - day) / DAY));
}

decorate();
document.addEventListener("visibilitychange", () => document.hidden || decorate()); // it may be another day

// Narrow, the list lies over the page, which waits until it is closed.
const menu = document.getElementById("menu");
const behind = ["body > header", "#talk", "#sources", "#menu"].map((one) => document.querySelector(one));
const isOpen = () => panel.classList.contains("open");

function setOpen(open) {
  if (open === isOpen()) return;
  panel.classList.toggle("open", open);
  menu.setAttribute("aria-expanded", open);
  for (const element of behind) element.inert = open;
  (open ? panel.querySelector(".new") : menu).focus();
}

// Does what changes a conversation of the list, and says where the reader looks what goes wrong.
export const attempt = (action) => action().catch(({ message }) => complain(message));

export function complain(message) {
  if (!isOpen()) return showFault(message);
  document.getElementById("finding").textContent = message;
  say(message);
}

menu.addEventListener("click", () => setOpen(true));
panel.querySelector(".close").addEventListener("click", () => setOpen(false));
document.addEventListener("click", ({ target }) => {
  const stays = target.closest("#conversations, #options, #menu") && !target.closest("#conversations a");
  if (target.isConnected && !stays) setOpen(false);
});
// Before others that hear of the key, which would stop the answer.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !isOpen() || event.target.closest("input, #options")) return;
  event.stopPropagation();
  setOpen(false);
}, true);
matchMedia("(min-width: 64.001rem)").addEventListener("change", ({ matches }) => matches && setOpen(false));
