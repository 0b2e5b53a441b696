// Long lists of papers: the first are shown, the others when the reader asks for them, or when something leads to one.
import { onPress } from "./common.js";
import { turnOf, turns } from "./turns.js";

const SHOWN = 5; // as MAX_UNFOLDED of rag/web/statement_view.py
const unfolded = new WeakSet(); // the turns of which all papers are shown

const foldable = (turn) => turn.querySelector(".unfold");

// Shows the papers of `turn` in full or not, in whatever order they are.
function show(turn) {
  const button = foldable(turn);
  const papers = [...turn.querySelectorAll(".list > section")];
  const all = unfolded.has(turn);
  papers.forEach((paper, n) => {
    if (all || n < SHOWN) paper.removeAttribute("hidden");
    else paper.setAttribute("hidden", "until-found"); // a search of the page finds what is in it
  });
  button.setAttribute("aria-expanded", all);
  button.textContent = all ? "Show fewer papers" : `Show ${papers.length - SHOWN} more paper${papers.length > SHOWN + 1 ? "s" : ""}`;
}

// An update has folded the papers that it changed.
export function refold() {
  for (const turn of turns.children) if (foldable(turn)) show(turn);
}

// Makes sure that `element` is shown if it is in an answer.
export function unfold(element) {
  if (!element?.closest(".list > section[hidden]")) return;
  unfolded.add(turnOf(element));
  show(turnOf(element));
}

onPress(".unfold", (button) => {
  const turn = turnOf(button);
  if (unfolded.delete(turn)) {
    show(turn);
    button.scrollIntoView({ block: "nearest", behavior: "instant" });
    return;
  }
  unfolded.add(turn);
  const first = turn.querySelector(".list > section[hidden]");
  show(turn);
  first.tabIndex = -1; // whoever uses keys reads on there
  first.focus({ preventScroll: true });
});
document.addEventListener("beforematch", ({ target }) => unfold(target));
