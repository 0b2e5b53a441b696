// The conversation: asking, following the answer as it arrives, and what can be done with it.
import { highlight } from "./cards.js";
import { call, closeMenus, hideTip, onPress, patch, patchById, patchChild, say, stream } from "./common.js";
import "./opening.js";
import { choices, withFilters } from "./settings.js";

const turns = document.getElementById("turns");
const box = document.getElementById("box");
const send = document.getElementById("send");
const stop = document.getElementById("stop");
let running = false;
let editing = null; // the number of the turn that the next question replaces

const turnOf = (element) => element.closest("article.turn");
const numberOf = (turn) => Number(turn.dataset.n);
const questionOf = (turn) => turn.querySelector(".question").textContent;

function setRunning(now) {
  running = now;
  send.disabled = now;
  stop.disabled = !now;
}

// Asks `question` at the end, or in place of turn number `replace`. If it cannot be asked, it goes back into the box.
async function ask(question, replace = null, without = []) {
  if (running || !question.trim()) return;
  setRunning(true);
  document.querySelector("#talk > .fault")?.remove();
  let accepted = false;
  const take = (update) => {
    if (update.fault) throw new Error(update.fault);
    apply(update);
    if (!accepted) showQuestion();
    accepted = true;
  };
  await follow("ask", { name: turns.dataset.name, question, replace, choices: { ...choices(), without } }, take);
  if (!accepted) box.value ||= question;
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

function showFault(message) {
  const fault = Object.assign(document.createElement("p"), { className: "fault", textContent: message });
  document.querySelector("#talk > .fault")?.remove();
  document.getElementById("ask").before(fault);
  say(message);
}

// Shows an update, which holds only what has changed since the one before; see rag/web/stream.py.
function apply(update) {
  if (update.turns === undefined) {
    patchChild(turns, update.n, update.turn);
  } else {
    turns.dataset.name = update.name;
    patch(turns, update.turns);
  }
  if (update.list !== undefined) patch(document.querySelector("#conversations ul"), update.list);
  resort();
  patchById(document.getElementById("cards"), update.order, update.cards);
  highlight();
  if (!update.running) setRunning(false);
  if (!update.status.includes("so far")) say(update.status);
}

// From now on the question stays at the top, and nothing that the reader looks at moves.
function showQuestion() {
  document.getElementById("welcome")?.remove();
  history.replaceState(null, "", `/c/${turns.dataset.name}`);
  document.title = questionOf(turns.firstElementChild);
  turns.lastElementChild.scrollIntoView({ block: "start", behavior: "instant" });
  document.getElementById("sources").scrollTop = 0;
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

async function attempt(action) {
  try {
    return await action();
  } catch (fault) {
    showFault(fault.message);
  }
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
  else if (running) stopAnswer();
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

// Keeps the reader's rating of an answer, which the turn shows from then on.
function rate(turn, good, note) {
  const n = numberOf(turn);
  return attempt(async () => {
    const update = await call("POST", `/c/${turns.dataset.name}/${n}/rating`, { good, note, question: questionOf(turn) });
    patchChild(turns, n, update.turn);
    return turns.children[n];
  });
}
onPress(".rate", async (button) => {
  const turn = await rate(turnOf(button), button.value === "good", "");
  turn?.querySelector(".note input").focus();
  say("Saved");
});
turns.addEventListener("submit", async (event) => {
  event.preventDefault();
  const turn = turnOf(event.target);
  const good = turn.querySelector(".rate[aria-pressed=true]").value === "good";
  const rated = await rate(turn, good, event.target.elements.note.value);
  if (rated) flash(rated.querySelector(".note button"), "Saved");
});

// Shows `text` on a button for a moment.
function flash(button, text) {
  const before = button.textContent;
  button.textContent = text;
  say(text);
  setTimeout(() => (button.textContent = before), 2000);
}

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = Object.assign(document.createElement("textarea"), { value: text }); // over plain HTTP, without a clipboard
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
onPress(".copy", (button) =>
  attempt(async () => {
    await copy(await (await fetch(button.value)).text());
    flash(button, "Copied");
  }),
);

// A conversation is deleted only when its button is pressed twice.
onPress(".delete", (button) => {
  if (!button.classList.contains("sure")) {
    button.classList.add("sure");
    button.textContent = "Delete";
    button.addEventListener("blur", () => {
      button.classList.remove("sure");
      button.textContent = "✕";
    }, { once: true });
    button.focus();
    return;
  }
  attempt(async () => {
    await call("DELETE", `/c/${button.value}`);
    if (button.value === turns.dataset.name) location.assign("/");
    button.closest("li").remove();
    document.querySelector("#conversations .new").focus();
    say("Deleted");
  });
});

const menu = document.getElementById("menu");
menu.addEventListener("click", () => {
  const open = document.getElementById("conversations").classList.toggle("open");
  menu.setAttribute("aria-expanded", open);
});

// Sorts the papers of an answer; those that are only related stay last.
function sort(select) {
  const sections = [...turnOf(select).querySelector(".list").children];
  if (sections.some(({ dataset }) => !dataset.rank)) sections.forEach((section, n) => (section.dataset.rank = n));
  const keys = { "": ({ rank }) => Number(rank), year: ({ year }) => -Number(year), title: ({ title }) => title.toLowerCase() };
  const key = ({ dataset }) => keys[select.value](dataset);
  const sorted = sections.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  turnOf(select).querySelector(".list").replaceChildren(...sorted);
}
document.addEventListener("change", ({ target }) => target.matches(".sort") && sort(target));

// An update has put the papers that it changed where the server has them, without a rank.
function resort() {
  for (const select of turns.querySelectorAll(".sort")) {
    if (select.value && turnOf(select).querySelector(".list > :not([data-rank])")) sort(select);
  }
}

// A question that was still being answered when the page was left goes on.
const last = turns.lastElementChild;
last?.scrollIntoView({ block: "start", behavior: "instant" });
if (last && ["running", "waiting"].includes(last.dataset.state)) {
  setRunning(true);
  follow("watch", turns.dataset.name, apply).then(() => setRunning(false));
}
