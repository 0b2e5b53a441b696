// Saving the question of an answer, and asking one that comes from the page of the saved questions.
import { ask } from "./asking.js";
import { call, onPress, say } from "./common.js";
import { ASKED, look, saved } from "./news.js";
import { attempt, numberOf, questionOf, turnOf, turns } from "./turns.js";

// What is saved of the question of `turn`. A follow-up is another question in another conversation.
function savedOf(turn) {
  const without = JSON.stringify([...JSON.parse(turn.dataset.without)].sort());
  return saved().find(
    (one) =>
      one.typed === questionOf(turn) &&
      (!one.origin || one.origin === turns.dataset.name) &&
      JSON.stringify(one.without) === without,
  );
}

function show() {
  for (const button of turns.querySelectorAll("button.save")) {
    const is = Boolean(savedOf(turnOf(button)));
    const text = is ? "Saved" : "Save question";
    if (button.textContent !== text) button.textContent = text;
    if (button.getAttribute("aria-pressed") !== String(is)) button.setAttribute("aria-pressed", is);
  }
}
document.addEventListener("saved", show);
new MutationObserver(show).observe(turns, { childList: true, subtree: true });

onPress("button.save", (button) =>
  attempt(async () => {
    const turn = turnOf(button);
    const before = savedOf(turn);
    if (before) await call("DELETE", `/saved/${before.id}`);
    else await call("POST", `/c/${turns.dataset.name}/${numberOf(turn)}/saved`, { question: questionOf(turn) });
    await look();
    say(before ? "No longer saved" : "Saved. The page Saved tells what is new on it once the collection has changed.");
  }),
);

const wanted = sessionStorage.getItem(ASKED);
sessionStorage.removeItem(ASKED);
if (wanted && !turns.children.length) {
  const { question, without } = JSON.parse(wanted);
  ask(question, null, without);
}
