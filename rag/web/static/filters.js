// Which filters papers can satisfy: others are not offered, and one that the browser kept from elsewhere is dropped.
import { call, say } from "./common.js";

const field = (id) => document.getElementById(id);
const OF = { years: ["from", "to"], authors: ["author"], sources: ["source"] };

// What papers can be told apart by: {"years": [oldest, newest] or null, "authors": whether any has, "sources": names}.
export const filters = () => call("GET", "/settings/filters");

// Offers what can be chosen, and says what cannot.
export function offer({ years, authors, sources }) {
  const offered = { years: years !== null, authors, sources: sources.length > 1 };
  for (const [name, ids] of Object.entries(OF)) {
    for (const id of ids) for (const element of [field(id), document.querySelector(`label[for="${id}"]`)]) element.hidden = !offered[name];
  }
  if (years) [field("from").placeholder, field("to").placeholder] = years;
  field("source").replaceChildren(field("source").options[0], ...sources.map((name) => new Option(name, name)));
  const lacking = [!offered.years && "a year", !offered.authors && "an author"].filter(Boolean).join(" or ");
  const same = sources.length === 1 ? "All of them are from one source." : "";
  field("not-offered").textContent = [lacking && `None of these papers has ${lacking}.`, !offered.sources && same].filter(Boolean).join(" ");
}

// Notes at each year whether a paper can be that new or old.
export function checkYears({ years }) {
  const [from, to] = [field("from"), field("to")];
  const [oldest, newest] = years ?? [1000, 9999];
  from.max = Math.min(newest, to.value || newest);
  to.min = Math.max(oldest, from.value || oldest);
}

// Of what is `chosen`, by the names of the fields, what no paper can satisfy, with the reason.
export function unfit(chosen, { years, authors, sources }) {
  const { from, to, author, source } = chosen;
  const undated = years === null && "no paper has a year";
  return [
    ["from", from && (undated || (from > years[1] && `the newest paper is from ${years[1]}`))],
    ["to", to && (undated || (to < years[0] && `the oldest paper is from ${years[0]}`))],
    ["author", author && !authors && "no paper has an author"],
    ["source", source && !sources.includes(source) && "no paper is from it"],
  ].filter(([, reason]) => reason);
}

// Says above the question box what was dropped, until the reader closes it.
export function sayDropped(dropped) {
  const text = `Settings that do not apply to these papers were dropped: ${dropped.map(([label, why]) => `${label} (${why})`).join(", ")}.`;
  const line = Object.assign(document.createElement("p"), { id: "dropped", className: "hint", textContent: text });
  const close = Object.assign(document.createElement("button"), { type: "button", textContent: "✕" });
  close.setAttribute("aria-label", "Close this note");
  close.addEventListener("click", () => {
    line.remove();
    field("box").focus();
  });
  line.append(" ", close);
  field("dropped")?.remove();
  field("chips").before(line);
  say(text);
}
