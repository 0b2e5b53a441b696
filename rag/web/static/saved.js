// The page of the saved questions: what is new appears as they are asked again, and counts as seen once it is opened.
import { call, onPress, patchById, say } from "./common.js";
import { ASKED, look } from "./news.js";
import "./opening.js";

const questions = document.getElementById("questions");
const status = document.getElementById("status");
const SOON = 1_000; // milliseconds between two looks while questions are being asked again
const opened = new Set(); // ids of what the reader has opened, which stays as it is until the page is loaded again
const OPENED = "rag.opened"; // in the storage of this window: the same ids
const removed = new Set(); // ids of what the reader has removed, which an update on its way may still hold
let checking = status?.hasAttribute("data-checking");

function show(update) {
  const there = [...questions.children].map((one) => one.id);
  const known = Object.keys(update.questions).filter((id) => !removed.has(id));
  const order = [...there.filter((id) => known.includes(id)), ...known.filter((id) => !there.includes(id))];
  const inUse = (id) => opened.has(id) || document.getElementById(id)?.querySelector(".remove-saved.sure");
  const changed = Object.fromEntries(known.filter((id) => !inUse(id)).map((id) => [id, update.questions[id]]));
  patchById(questions, order, changed);
  document.getElementById("none").hidden = order.length > 0;
  status.textContent = update.status.trim();
  checking = update.checking;
}

async function refresh() {
  try {
    show(await call("GET", "/saved/updates"));
  } catch (fault) {
    status.textContent = fault.message;
    checking = false;
  }
}

async function follow() {
  while (checking) {
    await new Promise((done) => setTimeout(done, SOON));
    await refresh();
  }
  look();
}

// Here and in the menu is told the same.
const tell = () => Promise.all([refresh(), look()]);

document.addEventListener("toggle", ({ target }) => {
  const article = target.closest?.("article.saved-question");
  if (!article || !target.open) return;
  opened.add(article.id);
  sessionStorage.setItem(OPENED, JSON.stringify([...opened]));
  if (!target.matches(".news") || article.dataset.seen) return;
  article.dataset.seen = "yes";
  const id = article.id.replace("saved-", "");
  call("POST", `/saved/${id}/seen`, { until: article.dataset.until }).then(tell, () => delete article.dataset.seen);
}, true);

onPress(".ask-now", (link) => {
  const question = link.closest("article").querySelector("h2").textContent;
  sessionStorage.setItem(ASKED, JSON.stringify({ question, without: JSON.parse(link.dataset.without) }));
});

// Whether the next press of `button` removes the question, which the button says.
function arm(button, sure) {
  const now = sure ? "Press again to remove" : "Remove";
  button.setAttribute("aria-label", button.getAttribute("aria-label").replace(button.textContent, now));
  button.textContent = now;
  button.classList.toggle("sure", sure);
}

// A question is removed only when its button is pressed twice.
onPress(".remove-saved", async (button) => {
  if (!button.classList.contains("sure")) {
    arm(button, true);
    button.addEventListener("blur", () => arm(button, false), { once: true });
    button.focus();
    return;
  }
  try {
    await call("DELETE", `/saved/${button.value}`);
  } catch (fault) {
    status.textContent = fault.message;
    return;
  }
  const id = `saved-${button.value}`;
  removed.add(id);
  document.getElementById(id)?.remove(); // an update may have put another in the place of the button's
  say("Removed");
  document.getElementById("none").hidden = questions.children.length > 0;
  document.getElementById("main").focus();
  tell();
});

// Who comes back from a paper finds open what was open.
if (performance.getEntriesByType("navigation")[0]?.type === "back_forward") {
  for (const id of JSON.parse(sessionStorage.getItem(OPENED) ?? "[]")) {
    const details = document.getElementById(id)?.querySelector("details.news, details.earlier");
    if (details) details.open = true;
  }
}
if (checking) follow();
// A change of the collection while the page is open.
document.addEventListener("saved", ({ detail }) => {
  if (detail.checking && !checking && questions) {
    checking = true;
    follow();
  }
});
