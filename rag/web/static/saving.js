// Saving the question of an answer, and asking one that comes from the page of the saved questions.
import { ask } from "./asking.js";
import { call, onPress, say } from "./common.js";
import { ASKED, look, saved } from "./news.js";
import { attempt, numberOf, questionOf, turnOf, turns } from "./turns.js";

const known = new Map(); // question of a turn -> the ids under which it is saved, which may have been typed otherwise

const withoutOf = (turn) => JSON.stringify([...JSON.parse(turn.dataset.without)].sort());
const keyOf = (turn) => JSON.stringify([turns.dataset.name, questionOf(turn), withoutOf(turn)]);

// All that is saved of the question of `turn`, wherever it stands in the conversation, where it may have been understood
// in several ways. A follow-up is another question in another conversation.
function savedOf(turn) {
  const isTyped = (one) => one.typed === questionOf(turn) && (!one.origin || one.origin === turns.dataset.name);
  const ids = known.get(keyOf(turn)) ?? [];
  return saved().filter(
    (one) => ids.includes(one.id) || (isTyped(one) && JSON.stringify([...one.without].sort()) === withoutOf(turn)),
  );
}

function show() {
  for (const button of turns.querySelectorAll("button.save")) {
    const is = savedOf(turnOf(button)).length > 0;
    const text = is ? "Saved" : "Save question";
    if (button.textContent !== text) button.textContent = text;
    if (button.getAttribute("aria-pressed") !== String(is)) button.setAttribute("aria-pressed", is);
  }
}
document.addEventListener("saved", show);
new MutationObserver(show).observe(turns, { childList: true, subtree: true });

async function save(turn) {
  const address = `/c/${turns.dataset.name}/${numberOf(turn)}/saved`;
  const { id } = await call("POST", address, { question: questionOf(turn) });
  known.set(keyOf(turn), [...(known.get(keyOf(turn)) ?? []), id]);
}

onPress("button.save", (button) =>
  attempt(async () => {
    const turn = turnOf(button);
    const before = savedOf(turn);
    if (before.length) await Promise.all(before.map(({ id }) => call("DELETE", `/saved/${id}`)));
    else await save(turn);
    await look();
    say(before.length ? "No longer saved" : "Saved. The page Saved tells what is new on it once the collection has changed.");
  }),
);

const wanted = sessionStorage.getItem(ASKED);
sessionStorage.removeItem(ASKED);
if (wanted && !turns.children.length) {
  const { question, without } = JSON.parse(wanted);
  ask(question, null, without);
}
