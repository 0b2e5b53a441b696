// Asking, following the answer as it arrives, and asking again.
import { highlight } from "./cards.js";
import { call, closeMenus, hideTip, onPress, patch, patchById, patchChild, say, stream } from "./common.js";
import { showNewest } from "./conversations.js";
import { refold } from "./folding.js";
import { selectedPapers } from "./selected.js";
import { showSending } from "./sending.js";
import { choices, withFilters } from "./settings.js";
import { resort } from "./sorting.js";
import { still } from "./still.js";
import { attempt, numberOf, questionOf, showFault, turnOf, turns } from "./turns.js";

const box = document.getElementById("box");
const send = document.getElementById("send");
const stop = document.getElementById("stop");
let running = false;
let editing = null; // the number of the turn that the next question replaces

function setRunning(now) {
  running = now;
  send.disabled = now;
  stop.disabled = !now || isSending(); // before the server has the question there is nothing to stop
}

const isSending = () => turns.lastElementChild?.dataset.state === "sending";

// Asks `question` at the end, or in place of turn number `replace`. If it cannot be asked, it goes back into the box.
export async function ask(question, replace = null, without = []) {
  if (running || !question.trim()) return;
  document.querySelector("#talk > .fault")?.remove();
  const takeBack = showSending(question, replace);
  setRunning(true);
  const take = (update) => {
    if (update.fault) throw new Error(update.fault);
    const isFirst = isSending();
    still(() => apply(update));
    if (isFirst) history.replaceState(null, "", `/c/${turns.dataset.name}`);
  };
  await follow("page_ask", { name: turns.dataset.name, question, replace, choices: { ...choices(), without, papers: selectedPapers() } }, take);
  if (isSending()) {
    takeBack();
    box.value ||= question;
  }
  setRunning(false);
}

// Streams updates to `take`, and shows what goes wrong. The answer itself goes on without us.
async function follow(name, argument, take) {
  let fault = null;
  const guarded = (update) => {
    try {
      take(update);
    } catch (thrown) {
      fault = thrown;
    }
  };
  await stream(name, [argument], guarded).catch((thrown) => (fault ??= thrown));
  if (fault) showFault(fault.message);
}

// Shows an update, which holds only what has changed since the one before; see rag/web/stream.py.
function apply(update) {
  if (update.turns === undefined) {
    patchChild(turns, update.n, update.turn);
  } else {
    turns.dataset.name = update.name;
    patch(turns, update.turns);
  }
  if (update.list !== undefined) showNewest(update.list);
  resort();
  refold();
  patchById(document.getElementById("cards"), update.order, update.cards);
  highlight();
  setRunning(update.running);
  if (!update.status.includes("so far")) say(update.status);
}

function edit(n) {
  editing = n;
  document.querySelector("#chips .editing")?.remove();
  if (n === null) return;
  const chip = Object.assign(document.createElement("button"), { type: "button", className: "chip editing" });
  const effect = `replaces question ${n + 1}${n < turns.children.length - 1 ? " and what follows it" : ""}`;
  chip.textContent = `${effect} ✕`;
  chip.setAttribute("aria-label", `Cancel: ${effect} ✕`);
  document.getElementById("chips").prepend(chip);
}

function submit() {
  if (running || !box.value.trim()) return;
  const question = withFilters(box.value.trim());
  const replace = editing;
  box.value = "";
  edit(null);
  ask(question, replace);
}

const stopAnswer = () => attempt(() => call("POST", `/c/${turns.dataset.name}/stop`));

document.getElementById("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit();
});
stop.addEventListener("click", stopAnswer);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  closeMenus(event);
  if (event.handled || hideTip()) return;
  if (editing !== null) edit(null);
  else if (!stop.disabled) stopAnswer();
});

onPress(".example", (button) => ask(button.textContent));
onPress(".edit", (button) => {
  edit(numberOf(turnOf(button)));
  box.value = questionOf(turnOf(button));
  box.focus();
});
onPress("#chips .editing", () => {
  edit(null);
  box.focus();
});
onPress(".again", (button) => ask(questionOf(turnOf(button)), numberOf(turnOf(button))));
onPress(".remove-filter", (chip) => {
  const turn = turnOf(chip);
  const without = [...JSON.parse(turn.dataset.without), chip.value];
  ask(questionOf(turn), numberOf(turn), without);
  box.focus();
});

// A question that was still being answered when the page was left goes on.
const last = turns.lastElementChild;
const wanted = document.getElementById(location.hash.slice(1)) ?? last; // a turn that a search has found
wanted?.scrollIntoView({ block: "start", behavior: "instant" });
setRunning(["running", "waiting"].includes(last?.dataset.state));
if (running) {
  follow("watch", turns.dataset.name, (update) => still(() => apply(update))).then(() => setRunning(false));
}
