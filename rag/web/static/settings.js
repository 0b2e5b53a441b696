// What the user chose for all their questions: kept by the browser, and shown where it differs from the defaults.
import { setTheme, showTheme } from "./appearance.js";
import { call, onPress } from "./common.js";
import { checkYears, filters, offer, sayDropped, unfit } from "./filters.js";

const KEY = "rag-settings";
const dialog = document.getElementById("settings");
const fields = ["llm", "writer", "limit", "from", "to", "author", "source"].map((id) => document.getElementById(id));
const labels = {
  llm: (value) => `model ${chosen.model ?? value}`,
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

let offered = { years: null, authors: true, sources: [] }; // what papers can be told apart by

async function open() {
  for (const field of fields) if (field.tagName === "INPUT" || field.options.length > 1) field.value = chosen[field.id] ?? "";
  showTheme();
  dialog.showModal();
  await Promise.all([showModels(), showFilters()]).catch((fault) => {
    document.getElementById("tested").textContent = fault.message;
  });
}

async function showModels() {
  const llm = document.getElementById("llm");
  const { models } = await call("GET", "/settings");
  const options = models.map(({ spec, name, label }) => Object.assign(new Option(label, spec), { name }));
  llm.replaceChildren(llm.options[0], ...options);
  llm.options[0].textContent = `the default: ${models[0].name}`;
  const { llm: spec = "", model = spec } = chosen;
  if (spec && !models.some((one) => one.spec === spec)) llm.append(new Option(`${model}: not available now`, spec));
  llm.value = spec;
}

async function showFilters() {
  offered = await filters();
  offer(offered);
  document.getElementById("source").value = chosen.source ?? "";
  checkYears(offered);
}

// Drops what the browser kept for another collection, and says so.
async function drop() {
  if (!["from", "to", "author", "source"].some((name) => chosen[name])) return;
  const found = unfit(chosen, await filters());
  if (!found.length) return;
  const dropped = found.map(([name, reason]) => [labels[name](chosen[name]), reason]);
  update(Object.fromEntries(found.map(([name]) => [name, ""])));
  sayDropped(dropped);
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
  setTheme("");
  update(Object.fromEntries(fields.map(({ id }) => [id, ""])));
});
dialog.addEventListener("change", ({ target }) => {
  checkYears(offered);
  if (!fields.includes(target) || !target.checkValidity()) return;
  const model = target.id === "llm" ? { model: target.selectedOptions[0].name } : {};
  update({ [target.id]: target.value, ...model });
});
onPress("#chips .chip:not(.editing)", (chip) => {
  update({ [chip.value]: "" });
  document.getElementById("box").focus();
});
show();
drop().catch(() => {}); // the answer says what was not applied
