// Opens the source card that a citation names, highlights the cited sentences, and leads back.
import { onPress } from "./common.js";
import { unfold } from "./folding.js";

const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
const behavior = () => (reducedMotion.matches ? "instant" : "smooth");
let current = { id: "", spans: [] };
let lastMarker = null; // the citation that was pressed last

// Highlights the card and the sentences that the reader asked for; again after every update.
export function highlight() {
  for (const card of document.querySelectorAll("article.source")) {
    card.classList.toggle("current", card.id === current.id);
    for (const piece of card.querySelectorAll("mark [data-at]")) {
      const at = Number(piece.dataset.at);
      const cited = card.id === current.id && current.spans.some(([start, end]) => start <= at && at < end);
      piece.classList.toggle("current", cited);
    }
  }
}

// `link` names a card in its hash, or in data-card if the card may be gone, and the cited sentences in data-spans.
function open(link, event) {
  const card = document.getElementById(link.dataset.card ?? link.hash.slice(1));
  if (!card) return; // then it is an ordinary link
  event.preventDefault();
  const spans = (link.dataset.spans ?? "").split(" ").filter(Boolean);
  current = { id: card.id, spans: spans.map((span) => span.split("-").map(Number)) };
  lastMarker = link;
  card.querySelector("details").open = true;
  highlight();
  card.querySelector("h3").focus({ preventScroll: true });
  reveal(card);
}

// Scrolls to the whole card if it fits, else to the quote, which is what the reader asked for.
function reveal(card) {
  const room = Math.min(window.innerHeight, card.closest("#sources").clientHeight);
  const quote = card.offsetHeight > room && card.querySelector("mark .current");
  (quote || card).scrollIntoView({ behavior: behavior(), block: quote ? "center" : "nearest" });
}

// The citation that leads to `card`: the one that was pressed, or else the last of it.
function markerOf(card) {
  if (lastMarker?.isConnected && card.id === current.id) return lastMarker;
  const markers = document.querySelectorAll(`a.cite[href="#${card.id}"], a.cite[data-card="${card.id}"]`);
  return [...markers].filter((one) => one.checkVisibility()).at(-1) ?? [...markers].at(-1);
}

function back(card) {
  const marker = markerOf(card);
  unfold(marker);
  marker?.focus({ preventScroll: true });
  marker?.scrollIntoView({ behavior: behavior(), block: "center" });
  return Boolean(marker);
}

onPress("a.cite", open);
onPress(".back", (button) => back(button.closest("article")));

// Escape leads back from a card, unless it closes what is open above the page.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open], details.menu[open], #tip:not([hidden])")) return;
  const card = document.activeElement.closest("#sources article.source");
  if (card && back(card)) event.handled = true;
});
