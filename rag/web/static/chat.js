// The conversation: asking, watching the answer come, and what can be done with it.
import { point } from "./cards.js";
import { call, closeMenus, hideTip, onPress, patch, patchChild, say, stream } from "./common.js";
import { choices, filtered } from "./settings.js";

const turns = document.getElementById("turns");
const box = document.getElementById("box");
const send = document.getElementById("send");
const stop = document.getElementById("stop");
let running = false;
let editing = null; // the turn that the next question replaces

const articleOf = (element) => element.closest("article.turn");
const questionOf = (article) => article.querySelector(".question").textContent;

function work(on) {
  running = on;
  send.disabled = on;
  stop.disabled = !on;
}

// Asks `question` at the end, or in place of the turn `at`. What cannot be asked goes back into the box.
async function ask(question, at = null, without = []) {
  if (running || !question.trim()) return;
  work(true);
  document.querySelector("#talk > .fault")?.remove();
  let asked = false;
  const take = (update) => {
    if (update.fault) throw new Error(update.fault);
    apply(update);
    if (!asked) begun();
    asked = true;
  };
  await watched("ask", { name: turns.dataset.name, question, at, choices: { ...choices(), without } }, take);
  if (!asked) box.value ||= question;
  work(false);
}

// Streams to `take`. Where the connection breaks, the answer goes on without us: we look again.
async function watched(name, argument, take) {
  let fault = null;
  const guarded = (update) => {
    try {
      take(update);
    } catch (thrown) {
      fault = thrown;
    }
  };
  await stream(name, argument, guarded).catch((thrown) => (fault ??= thrown));
  if (fault) tell(fault.message);
}

function tell(message) {
  const fault = Object.assign(document.createElement("p"), { className: "fault", textContent: message });
  document.querySelector("#talk > .fault")?.remove();
  document.getElementById("ask").before(fault);
  say(message);
}

function apply(update) {
  if (update.turns !== undefined) {
    turns.dataset.name = update.name;
    patch(turns, update.turns);
    patch(document.querySelector("#conversations ul"), update.list);
  } else {
    patchChild(turns, update.n, update.turn);
  }
  patch(document.getElementById("cards"), update.cards);
  point();
  if (!update.running) work(false);
  if (!update.status.includes("so far")) say(update.status);
}

// The question stands at the top from now on, and nothing above what is being read moves.
function begun() {
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
  const place = `in place of question ${n + 1}${n < turns.children.length - 1 ? " and what follows" : ""}`;
  chip.textContent = `${place} ✕`;
  chip.setAttribute("aria-label", `Not ${place} ✕`);
  document.getElementById("chips").prepend(chip);
}

function submit() {
  if (running || !box.value.trim()) return;
  const question = filtered(box.value.trim());
  const at = editing;
  box.value = "";
  edit(null);
  ask(question, at);
}

async function tried(work) {
  try {
    return await work();
  } catch (fault) {
    tell(fault.message);
  }
}

const stopNow = () => tried(() => call("POST", `/c/${turns.dataset.name}/stop`));

document.getElementById("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit();
});
stop.addEventListener("click", stopNow);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  closeMenus(event);
  if (event.handled || hideTip()) return;
  if (editing !== null) edit(null);
  else if (running) stopNow();
});

onPress(".example", (button) => ask(button.textContent));
onPress(".edit", (button) => {
  edit(Number(articleOf(button).dataset.n));
  box.value = questionOf(articleOf(button));
  box.focus();
});
onPress("#chips .editing", () => {
  edit(null);
  box.focus();
});
onPress(".again", (button) => ask(questionOf(articleOf(button)), Number(articleOf(button).dataset.n)));
onPress(".wider", (chip) => {
  const article = articleOf(chip);
  const without = [...JSON.parse(article.dataset.without), chip.value];
  ask(questionOf(article), Number(article.dataset.n), without);
  box.focus();
});

// Keeps what the reader thinks of an answer; the article says so then.
function judge(article, good, note) {
  const n = Number(article.dataset.n);
  return tried(async () => {
    const { turn } = await call("POST", `/c/${turns.dataset.name}/${n}/judge`, { good, note });
    patchChild(turns, n, turn);
    return turns.children[n];
  });
}
onPress(".judge", async (button) => {
  const article = await judge(articleOf(button), button.value === "good", "");
  article?.querySelector(".note input").focus();
  say("Kept");
});
turns.addEventListener("submit", async (event) => {
  event.preventDefault();
  const article = articleOf(event.target);
  const good = article.querySelector(".judge[aria-pressed=true]").value === "good";
  const judged = await judge(article, good, event.target.elements.note.value);
  if (judged) flash(judged.querySelector(".note button"), "Kept");
});

function flash(button, text) {
  const before = button.textContent;
  button.textContent = text;
  say(text);
  setTimeout(() => (button.textContent = before), 2000);
}

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = Object.assign(document.createElement("textarea"), { value: text }); // a page that is not of this machine
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
onPress(".copy", (button) =>
  tried(async () => {
    await copy(await (await fetch(button.value)).text());
    flash(button, "Copied");
  }),
);

// Deleting asks once more, in place.
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
  tried(async () => {
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

// The papers of an answer in another order; those that only touch the question stay last.
document.addEventListener("change", ({ target }) => {
  if (!target.matches(".sort")) return;
  const list = articleOf(target).querySelector(".list");
  [...list.children].forEach((section, n) => (section.dataset.place ??= n));
  const keys = { "": ({ place }) => Number(place), year: ({ year }) => -Number(year), title: ({ title }) => title.toLowerCase() };
  const key = ({ dataset }) => keys[target.value](dataset);
  const sorted = [...list.children].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  list.replaceChildren(...sorted);
});

// A conversation that was being answered when the page was left goes on.
const last = turns.lastElementChild;
last?.scrollIntoView({ block: "start", behavior: "instant" });
if (last && ["running", "waiting"].includes(last.dataset.state)) {
  work(true);
  watched("watch", turns.dataset.name, apply).then(() => work(false));
}
