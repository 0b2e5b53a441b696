// A question on its way to the server: it is on the page at once, and taken back if it cannot be asked.
import { say } from "./common.js";
import { free } from "./still.js";
import { turns } from "./turns.js";

const SENDING = "sending…";

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

// What the server's turn number `n` takes the place of; see templates/turn.html.
function turnOf(question, n) {
  const edit = element("button", { type: "button", className: "edit", disabled: true }, "Edit");
  const row = element("div", { className: "question-row" }, element("h2", { className: "question" }, question), edit);
  const turn = element("article", { className: "turn", id: `turn-${n}`, ariaLabel: `Question ${n + 1}` }, row);
  Object.assign(turn.dataset, { n, live: "", without: "[]", state: "sending" });
  turn.append(element("p", { className: "status" }, SENDING));
  return turn;
}

// Shows `question` at the end, or in place of turn number `replace` and of what follows it, and scrolls to it. Gives
// what takes it back.
export function showSending(question, replace) {
  const welcome = document.getElementById("welcome");
  const gone = replace === null ? [] : [...turns.children].slice(replace);
  welcome?.remove();
  gone.forEach((turn) => turn.remove());
  free();
  const turn = turnOf(question, turns.children.length);
  turns.append(turn);
  turn.scrollIntoView({ block: "start", behavior: "instant" });
  document.getElementById("sources").scrollTop = 0;
  say(SENDING);
  return () => {
    turn.remove();
    turns.append(...gone);
    if (welcome) turns.after(welcome);
  };
}
