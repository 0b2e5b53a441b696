// How many saved questions have news, in the menu of every page; and which questions are saved, for the chat.
import { call } from "./common.js";

export const ASKED = "rag.ask"; // in the storage of this window: the question that the next chat begins with
const badge = document.getElementById("news");
const SOON = 2_000; // milliseconds until the next look while questions are being asked again
const LATER = 60_000; // and otherwise, as long as the page is in view
let known = [];
let timer = null;

export const saved = () => known;

function show(state) {
  known = state.saved;
  badge.textContent = state.news || "";
  badge.hidden = !state.news;
  badge.nextElementSibling.textContent = state.news ? "with news" : "";
  document.dispatchEvent(new CustomEvent("saved", { detail: state }));
}

// Asks the server for the state, shows it, and looks again later.
export async function look() {
  clearTimeout(timer);
  let wait = LATER;
  try {
    const state = await call("GET", "/saved/state");
    show(state);
    if (state.checking) wait = SOON;
  } catch {
    // The page goes on without; whatever is wrong shows on the page of the saved questions.
  }
  timer = setTimeout(() => document.hidden || look(), wait);
}
document.addEventListener("visibilitychange", () => document.hidden || look());
look();
