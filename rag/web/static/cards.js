// Opens the source card that a citation names, highlights the cited sentences, and leads back.
import { onPress } from "./common.js";

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

onPress("a.cite", open);
onPress(".back", () => {
  const marker = lastMarker?.isConnected ? lastMarker : document.querySelector(`a.cite[href="#${current.id}"]`);
  marker?.focus({ preventScroll: true });
  marker?.scrollIntoView({ behavior: behavior(), block: "center" });
});
