// What is wrong with the index or the model, and what mends it. The question that failed is then asked again.
import { call, onPress, patch, say } from "./common.js";
import { followChange } from "./changing.js";

const WITH_TROUBLE = 3_000; // milliseconds between two looks at the server
const WITHOUT = 30_000;
const box = document.getElementById("trouble");
const found = box.querySelector(".found");
const progress = box.querySelector(".change");
let stamp = null; // of the index that there is

const isChat = document.body.classList.contains("chat");
const reopen = () => document.dispatchEvent(new CustomEvent("reopen"));

// Shows the trouble in `update`, as `opening` streams it, or that there is none any more.
export function showTrouble({ trouble, part }) {
  const wanted = trouble && !(part === "model" && (!isChat || hasOtherModel()));
  const had = !box.hidden;
  box.hidden = !wanted;
  if (!wanted) {
    if (had) mended();
    return;
  }
  box.dataset.part = part;
  patch(found, trouble);
  say(found.querySelector(".line").textContent);
  if (!had) look();
}

// Whether this user's answers need not the model of the settings: they chose another, or quotes only.
function hasOtherModel() {
  try {
    const chosen = JSON.parse(localStorage.getItem("rag-settings")) ?? {};
    return Boolean(chosen.llm) || chosen.writer === "quotes";
  } catch {
    return false;
  }
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
  await followChange(progress, { action });
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
    say("trying again");
    return reopen();
  }
  if (value === "choose") return document.getElementById("choose").click();
  if (value === "quotes") {
    const writer = document.getElementById("writer");
    writer.value = "quotes";
    writer.dispatchEvent(new Event("change", { bubbles: true }));
    showTrouble({});
    return say("Answers are quotes only now.");
  }
  mend(value);
});
document.addEventListener("changed", reopen);
document.addEventListener("changing", async () => {
  if (document.getElementById("change") || box.hidden) return; // shown where papers are added, or no news
  box.classList.add("busy");
  await followChange(progress);
  box.classList.remove("busy");
});
document.addEventListener("visibilitychange", () => document.hidden || look());
look.timer = setTimeout(look, box.hidden ? WITHOUT : 0);
