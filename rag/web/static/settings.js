// What the user chose for all their questions: kept by the browser, and shown where it differs from the defaults.
import { call, onPress } from "./common.js";

const KEY = "rag-settings";
const dialog = document.getElementById("settings");
const fields = ["llm", "writer", "limit", "from", "to", "author", "source"].map((id) => document.getElementById(id));
const labels = {
  llm: (value) => `model ${value}`,
  writer: () => "quotes only",
  limit: (value) => `at most ${value} papers`,
  from: (value) => `since ${value}`,
  to: (value) => `until ${value}`,
  author: (value) => `author ${value}`,
  source: (value) => `source ${value}`,
};

let chosen = stored();
function stored() {
  try {
    const { most, ...others } = JSON.parse(localStorage.getItem(KEY)) ?? {};
    return { limit: most, ...others }; // version 0.4.0 called it "most"
  } catch {
    return {}; // no storage, or not written by us: the defaults
  }
}

export function choices() {
  return { llm: chosen.llm ?? "", writer: chosen.writer ?? "", limit: Number(chosen.limit) || null };
}

// `question` with the chosen filters added, as a user would type them.
export function withFilters(question) {
  const { from = "", to = "", author, source } = chosen;
  const filters = [
    (from || to) && `year:${from}..${to}`,
    author && `author:"${author.replaceAll('"', "")}"`,
    source && `source:"${source.replaceAll('"', "")}"`,
  ].filter((filter) => filter && !question.includes(filter));
  return [question, ...filters].join(" ");
}

function update(change) {
  chosen = Object.fromEntries(Object.entries({ ...chosen, ...change }).filter(([, value]) => value));
  try {
    localStorage.setItem(KEY, JSON.stringify(chosen));
  } catch {
    // without storage they last as long as the page
  }
  show();
}

// A chip for each choice; pressing it restores the default.
function show() {
  const chips = Object.entries(chosen).filter(([name, value]) => name in labels && value).map(([name, value]) => {
    const chip = document.createElement("button");
    Object.assign(chip, { type: "button", className: "chip", value: name, textContent: `${labels[name](value)} ✕` });
    chip.setAttribute("aria-label", `Remove the setting ${chip.textContent}`);
    return chip;
  });
  document.getElementById("chips").replaceChildren(...document.querySelectorAll("#chips .editing"), ...chips);
}

function option(value, text) {
  return Object.assign(document.createElement("option"), { value, textContent: text });
}

async function open() {
  const [llm, source] = ["llm", "source"].map((id) => document.getElementById(id));
  for (const field of fields) if (field !== llm && field !== source) field.value = chosen[field.id] ?? "";
  dialog.showModal();
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
  const tested = document.getElementById("tested");
  tested.textContent = "testing…";
  tested.textContent = await call("POST", "/settings/test", { llm: document.getElementById("llm").value }).then(
    ({ message }) => message,
    (fault) => fault.message,
  );
}

document.getElementById("choose").addEventListener("click", open);
document.getElementById("test")?.addEventListener("click", test); // only curators test models
document.getElementById("defaults").addEventListener("click", () => {
  for (const field of fields) field.value = "";
  update(Object.fromEntries(fields.map(({ id }) => [id, ""])));
});
dialog.addEventListener("change", ({ target }) => fields.includes(target) && target.checkValidity() && update({ [target.id]: target.value }));
onPress("#chips .chip:not(.editing)", (chip) => {
  update({ [chip.value]: "" });
  document.getElementById("box").focus();
});
show();
