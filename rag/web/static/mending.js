// What is wrong with the index or the model, and what mends it. The question that failed is then asked again.
import { call, onPress, patch, say } from "./common.js";
import { followChange } from "./changing.js";
import { keepResult } from "./mended.js";

const WITH_TROUBLE = 3_000; // milliseconds between two looks at the server
const WITHOUT = 30_000;
const box = document.getElementById("trouble");
const found = box.querySelector(".found");
const progress = box.querySelector(".change");
let stamp = null; // of the index that there is
let last = {}; // what `opening` streamed last
let trying = false; // whether somebody asked to try again

const isChat = document.body.classList.contains("chat");
const reopen = () => document.dispatchEvent(new CustomEvent("reopen"));

// Shows the trouble in `update`, as `opening` streams it, or that there is none any more.
export function showTrouble(update) {
  const { trouble, part } = update;
  last = update;
  showFacts();
  const wanted = trouble && !(part === "model" && (!isChat || hasOtherModel()));
  const had = !box.hidden;
  box.hidden = !wanted;
  if (!wanted) {
    if (had) mended();
    return;
  }
  box.dataset.part = part;
  patch(found, trouble);
  if (trying) {
    found.append(Object.assign(document.createElement("p"), { className: "hint tried", textContent: `${clock()} Tried again: still the same.` }));
    trying = false;
  }
  say([...found.querySelectorAll(".line, .tried")].map((one) => one.textContent).join(" "));
  if (!had) look();
}

const clock = () => new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });

function chosen() {
  try {
    return JSON.parse(localStorage.getItem("rag-settings")) ?? {};
  } catch {
    return {};
  }
}

// Whether this user's answers need not the model of the settings: they chose another, or quotes only.
function hasOtherModel() {
  const { llm, writer } = chosen();
  return Boolean(llm) || writer === "quotes";
}

// Who chose quotes only need not know that the model cannot be used.
function showFacts() {
  if (!isChat || last.part !== "model") return;
  document.querySelector("header .facts").textContent = chosen().writer === "quotes" ? last.quoting : last.facts;
}

function mended() {
  const part = box.dataset.part;
  found.replaceChildren();
  progress.replaceChildren();
  if (!isChat && part === "index") return location.reload();
  document.querySelector("#turns > .turn:last-child[data-state='failed'] .again")?.click();
}

async function mend(action) {
  box.classList.add("busy");
  const succeeded = await followChange(progress, { action });
  if (succeeded && action !== "build") keepResult(progress.querySelector(".report").textContent);
  box.classList.remove("busy");
}

// Follows a change that is being made, here or elsewhere, and notices another index.
async function look() {
  clearTimeout(look.timer);
  if (!document.hidden) {
    const state = await call("GET", "/rebuilding").catch(() => null);
    if (state?.running) document.dispatchEvent(new CustomEvent("changing"));
    if (state && stamp !== null && state.stamp !== stamp) reopen();
    stamp = state?.stamp ?? stamp;
  }
  look.timer = setTimeout(look, box.hidden ? WITHOUT : WITH_TROUBLE);
}

onPress("#trouble .remedy", async ({ value }) => {
  if (value === "try") {
    trying = true;
    say("trying again");
    return reopen();
  }
  if (value === "choose") return document.getElementById("choose").click();
  if (value === "quotes") {
    const writer = document.getElementById("writer");
    writer.value = "quotes";
    writer.dispatchEvent(new Event("change", { bubbles: true }));
    showTrouble(last);
    return say("Answers are quotes only now.");
  }
  if (value === "own instead") {
    await call("POST", "/rebuilding/stop").catch((fault) => say(fault.message));
    location.assign("/papers#work"); // on that page, this unfolds the form
    return document.getElementById("files")?.focus();
  }
  mend(value);
});
document.addEventListener("progressing", () => box.hidden || reopen()); // which papers it is
document.addEventListener("changed", reopen);
document.addEventListener("changing", async () => {
  if (document.getElementById("change") || box.hidden) return; // shown where papers are added, or no news
  box.classList.add("busy");
  await followChange(progress);
  box.classList.remove("busy");
});
document.addEventListener("visibilitychange", () => document.hidden || look());
look.timer = setTimeout(look, box.hidden ? WITHOUT : 0);
