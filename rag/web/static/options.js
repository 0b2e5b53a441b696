// What can be done with a conversation of the list: rename, duplicate, export, delete.
import { call, onPress, say } from "./common.js";
import { attempt, complain, decorate, itemsFor, itemsOf, update, when } from "./conversations.js";
import { numberOf, turnOf, turns } from "./turns.js";

const MAX_TITLE = 120; // characters, as on the server
const box = document.getElementById("options");
const remove = box.querySelector(".delete");
let button = null; // that opened the options
let wasOpen = false; // as the pointer was pressed, which closes them

const item = () => button.closest("li");
const address = () => `/c/${item().dataset.id}`;

function open(pressed) {
  if (wasOpen && pressed === button) return;
  button = pressed;
  document.getElementById("options-title").textContent = item().querySelector("a").textContent;
  box.querySelector(".when").textContent = when(item().dataset.changed);
  setSure(false);
  box.showPopover();
  place();
  button.setAttribute("aria-expanded", "true");
  box.querySelector("button").focus({ preventScroll: true });
}

// Below the button, or above it if there is no room.
function place() {
  const { left, bottom, top } = button.getBoundingClientRect();
  const room = bottom + box.offsetHeight + 4 < window.innerHeight;
  box.style.left = `${Math.max(8, Math.min(left, window.innerWidth - box.offsetWidth - 8))}px`;
  box.style.top = `${room ? bottom + 4 : Math.max(8, top - box.offsetHeight - 4)}px`;
}

document.addEventListener("pointerdown", () => (wasOpen = box.matches(":popover-open")), true);
onPress("#conversations .options", (pressed, event) => {
  if (!event.detail) wasOpen = false; // by key
  open(pressed);
});
box.addEventListener("toggle", ({ newState }) => {
  if (newState === "open") return;
  button.setAttribute("aria-expanded", "false");
  if ([document.body, null].includes(document.activeElement) || box.contains(document.activeElement)) button.focus();
});
box.addEventListener("focusout", ({ relatedTarget }) => relatedTarget && !box.contains(relatedTarget) && box.hidePopover());
box.addEventListener("keydown", (event) => event.key === "Escape" && event.stopPropagation()); // it would stop the answer
document.getElementById("conversations").addEventListener("scroll", () => box.hidePopover());

// Renames in place: Enter, or going elsewhere, saves; Escape leaves the name as it was.
function rename() {
  const [renamed, back] = [item(), button];
  const before = renamed.querySelector("a").dataset.title;
  const form = document.createElement("form");
  const input = Object.assign(document.createElement("input"), { value: before, maxLength: MAX_TITLE, autocomplete: "off" });
  input.setAttribute("aria-label", "Name of the conversation");
  form.append(input);
  box.hidePopover();
  renamed.prepend(form);
  renamed.classList.add("renaming");
  let ended = false;
  const end = () => {
    const hadFocus = form.contains(document.activeElement);
    ended = true;
    form.remove();
    renamed.classList.remove("renaming");
    if (hadFocus) back.focus();
  };
  const save = async () => {
    const title = input.value.trim();
    if (ended) return;
    if (!title || title === before) return end();
    ended = true;
    try {
      const [next] = itemsOf((await call("PATCH", `/c/${renamed.dataset.id}`, { title })).list);
      for (const one of itemsFor(renamed.dataset.id)) update(one, next);
      decorate();
      say("Renamed");
      end();
    } catch (fault) {
      ended = false;
      complain(fault.message);
    }
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  input.addEventListener("blur", save);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    end();
  });
  input.select();
  input.focus();
}

// Copies the conversation called `name`, its first `count` turns or all, and opens the copy.
const branch = (name, count = null) =>
  attempt(async () => {
    const copy = await call("POST", `/c/${name}/branch`, { turns: count });
    location.assign(`/c/${copy.name}`);
  });

// Saves the file at `address`, or says why not, which a browser by itself does not.
async function save(address, format) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`This conversation has nothing to export as ${format}.`);
  const name = response.headers.get("content-disposition")?.match(/filename\*=UTF-8''([^;]+)/)?.[1] ?? "conversation";
  const file = URL.createObjectURL(await response.blob());
  Object.assign(document.createElement("a"), { href: file, download: decodeURIComponent(name) }).click();
  URL.revokeObjectURL(file);
}

function setSure(sure) {
  remove.classList.toggle("sure", sure);
  remove.textContent = sure ? "Delete for good" : "Delete";
}

async function deleteForGood() {
  const id = item().dataset.id;
  const next = item().nextElementSibling ?? item().previousElementSibling;
  await call("DELETE", address());
  if (id === turns.dataset.name) location.assign("/");
  box.hidePopover();
  for (const one of itemsFor(id)) one.remove();
  decorate();
  (next?.querySelector("a") ?? document.querySelector("#conversations .new")).focus();
  say("Deleted");
}

onPress("#options .rename", rename);
onPress("#options .duplicate", () => branch(item().dataset.id));
onPress("#options .file", (file) => {
  attempt(() => save(`${address()}/${file.value}`, file.textContent));
  box.hidePopover();
});
onPress("#options .print", () => {
  window.open(`${address()}/print`, "_blank", "noopener");
  box.hidePopover();
});
onPress("#options .delete", () => (remove.classList.contains("sure") ? attempt(deleteForGood) : setSure(true)));
remove.addEventListener("blur", () => setSure(false));
onPress(".branch", (pressed) => branch(turns.dataset.name, numberOf(turnOf(pressed)) + 1));
