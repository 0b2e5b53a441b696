// How a repair of the index ended: told above the page, also once it is loaded again, until the reader dismisses it.
const KEPT = "rag.mended"; // in the storage of this window: the text

function show() {
  const text = sessionStorage.getItem(KEPT);
  document.getElementById("mended")?.remove();
  if (!text) return;
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "OK" });
  const told = Object.assign(document.createElement("p"), { textContent: text });
  const box = Object.assign(document.createElement("section"), { id: "mended" });
  box.setAttribute("aria-label", "How the repair ended");
  box.append(told, button);
  button.addEventListener("click", () => {
    sessionStorage.removeItem(KEPT);
    box.remove();
    document.getElementById("main").focus();
  });
  document.getElementById("trouble").after(box);
}

// Tells `text` until it is dismissed.
export function keepResult(text) {
  sessionStorage.setItem(KEPT, text);
  show();
}
show();
