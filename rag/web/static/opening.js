// While the index and the model are being opened: what the page says of them follows, without a reload.
import { patch, say, stream } from "./common.js";

const facts = document.querySelector("header .facts");
const welcome = document.getElementById("welcome"); // goes once something is asked

function show(update) {
  if (update.fault) return showFault(update.fault);
  document.querySelector("header .brand").textContent = update.name;
  facts.textContent = update.facts;
  if (welcome) patch(welcome, update.welcome);
  say(update.facts);
}

function showFault(message) {
  facts.textContent = "";
  welcome?.remove();
  const fault = Object.assign(document.createElement("p"), { className: "fault", textContent: message });
  document.getElementById("main").prepend(fault);
  say(message);
}

if (facts.hasAttribute("data-opening")) stream("opening", [], show).catch((fault) => showFault(fault.message));
