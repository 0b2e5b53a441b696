// The conversation on the page: its turns, and what goes wrong in it.
import { say } from "./common.js";

export const turns = document.getElementById("turns");
export const turnOf = (element) => element.closest("article.turn");
export const numberOf = (turn) => Number(turn.dataset.n);
export const questionOf = (turn) => turn.querySelector(".question").textContent;

export function showFault(message) {
  const fault = Object.assign(document.createElement("p"), { className: "fault", textContent: message });
  document.querySelector("#talk > .fault")?.remove();
  document.getElementById("ask").before(fault);
  say(message);
}

export async function attempt(action) {
  try {
    return await action();
  } catch (fault) {
    showFault(fault.message);
  }
}

// Shows `text` on a button for a moment.
export function flash(button, text) {
  const label = (button.dataset.label ??= button.textContent); // pressed twice, it already shows the text
  button.textContent = text;
  say(text);
  setTimeout(() => (button.textContent = label), 2000);
}
