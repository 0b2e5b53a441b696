// While the index and the model are being opened, and where they cannot be: the page follows, without a reload.
import { patch, say, stream } from "./common.js";
import { showTrouble } from "./mending.js";

const facts = document.querySelector("header .facts");
let welcome = document.querySelector("#welcome:not(.selected)"); // goes once something is asked
let opening = false;

function show(update) {
  document.querySelector("header .brand").textContent = update.name;
  facts.textContent = update.facts;
  showWelcome(update.welcome);
  showTrouble(update);
  say(update.facts);
}

function showWelcome(html) {
  const turns = document.getElementById("turns");
  if (!turns || turns.children.length || document.querySelector("#welcome.selected")) return;
  if (!html) return welcome?.remove();
  welcome ??= Object.assign(document.createElement("div"), { id: "welcome" });
  if (!welcome.isConnected) document.getElementById("ask").before(welcome);
  patch(welcome, html);
}

function showFault(message) {
  facts.textContent = "";
  const fault = Object.assign(document.createElement("p"), { className: "fault", textContent: message });
  document.getElementById("main").prepend(fault);
  say(message);
}

// Opens the index and the model, or finds out again why that cannot be done.
async function open() {
  if (opening) return;
  opening = true;
  await stream("opening", [], show).catch((fault) => showFault(fault.message));
  opening = false;
}

document.addEventListener("reopen", open); // there may be another index, or one again
if (facts.hasAttribute("data-opening")) open();
