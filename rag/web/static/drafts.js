// A question that is typed but not asked is still in the box when the page is loaded again, or the conversation opened.
import { turns } from "./turns.js";

const box = document.getElementById("box");
const key = () => `draft:${turns.dataset.name}`;

function keep() {
  try {
    if (box.value.trim()) sessionStorage.setItem(key(), box.value);
    else sessionStorage.removeItem(key());
  } catch {
    // without storage it lasts as long as the page
  }
}

try {
  box.value ||= sessionStorage.getItem(key()) ?? "";
} catch {
  // nothing is stored
}
box.addEventListener("input", keep);
box.addEventListener("keydown", () => setTimeout(keep)); // once it is asked, the box is empty
document.getElementById("ask").addEventListener("submit", () => setTimeout(keep));
addEventListener("pagehide", keep);
