// The list of conversations.
import { call, onPress, say } from "./common.js";
import { attempt, turns } from "./turns.js";

// A conversation is deleted only when its button is pressed twice.
onPress(".delete", (button) => {
  if (!button.classList.contains("sure")) {
    button.classList.add("sure");
    button.textContent = "Delete";
    button.addEventListener("blur", () => {
      button.classList.remove("sure");
      button.textContent = "✕";
    }, { once: true });
    button.focus();
    return;
  }
  attempt(async () => {
    await call("DELETE", `/c/${button.value}`);
    if (button.value === turns.dataset.name) location.assign("/");
    button.closest("li").remove();
    document.querySelector("#conversations .new").focus();
    say("Deleted");
  });
});

const menu = document.getElementById("menu");
menu.addEventListener("click", () => {
  const open = document.getElementById("conversations").classList.toggle("open");
  menu.setAttribute("aria-expanded", open);
});
