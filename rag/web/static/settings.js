// What the user chose for all their questions, kept by their browser, and shown where it differs from the default.
import { call, onPress } from "./common.js";

const KEY = "rag-settings";
const dialog = document.getElementById("settings");
const fields = ["llm", "most", "from", "to", "author", "source"].map((id) => document.getElementById(id));
const named = {
  llm: (value) => `model ${value}`,
  most: (value) => `at most ${value} papers`,
  from: (value) => `from ${value}`,
  to: (value) => `to ${value}`,
  author: (value) => `author ${value}`,
  source: (value) => `source ${value}`,
};

let chosen = kept();
function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {}; // no storage, or not ours: the defaults
  }
}

export function choices() {
  return { llm: chosen.llm ?? "", most: Number(chosen.most) || null };
}

// The question with the filters chosen, written as one would type them.
export function filtered(question) {
  const { from = "", to = "", author, source } = chosen;
  const filters = [
    (from || to) && `year:${from}..${to}`,
    author && `author:"${author.replaceAll('"', "")}"`,
    source && `source:"${source.replaceAll('"', "")}"`,
  ].filter((filter) => filter && !question.includes(filter));
  return [question, ...filters].join(" ");
}

function keep(change) {
  chosen = Object.fromEntries(Object.entries({ ...chosen, ...change }).filter(([, value]) => value));
  try {
    localStorage.setItem(KEY, JSON.stringify(chosen));
  } catch {
    // a browser that keeps nothing forgets them with the page
  }
  show();
}

// A chip for each choice, which takes it back.
function show() {
  const chips = Object.entries(chosen).map(([name, value]) => {
    const chip = document.createElement("button");
    Object.assign(chip, { type: "button", className: "chip", value: name, textContent: `${named[name]?.(value)} ✕` });
    chip.setAttribute("aria-label", `Not only ${chip.textContent}`);
    return chip;
  });
  document.getElementById("chips").replaceChildren(...document.querySelectorAll("#chips .editing"), ...chips);
}

function option(value, text) {
  return Object.assign(document.createElement("option"), { value, textContent: text });
}

async function open() {
  for (const field of fields) if (field.tagName === "INPUT" || field.id === "most") field.value = chosen[field.id] ?? "";
  dialog.showModal();
  const [llm, source] = ["llm", "source"].map((id) => document.getElementById(id));
  try {
    const { models, sources } = await call("GET", "/settings");
    llm.replaceChildren(llm.options[0], ...models.map(({ spec, label }) => option(spec, label)));
    source.replaceChildren(source.options[0], ...sources.map((name) => option(name, name)));
  } catch (fault) {
    document.getElementById("tested").textContent = fault.message;
  }
  llm.value = chosen.llm ?? "";
  source.value = chosen.source ?? "";
}

async function test() {
  const told = document.getElementById("tested");
  told.textContent = "asking…";
  told.textContent = await call("POST", "/settings/test", { llm: document.getElementById("llm").value }).then(
    ({ told }) => told,
    (fault) => fault.message,
  );
}

document.getElementById("choose").addEventListener("click", open);
document.getElementById("test").addEventListener("click", test);
document.getElementById("defaults").addEventListener("click", () => {
  for (const field of fields) field.value = "";
  keep(Object.fromEntries(fields.map(({ id }) => [id, ""])));
});
dialog.addEventListener("change", ({ target }) => fields.includes(target) && target.checkValidity() && keep({ [target.id]: target.value }));
onPress("#chips .chip:not(.editing)", (chip) => {
  keep({ [chip.value]: "" });
  document.getElementById("box").focus();
});
show();
