// What the reader thinks of an answer.
import { call, onPress, patchChild, say } from "./common.js";
import { attempt, flash, numberOf, questionOf, turnOf, turns } from "./turns.js";

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
