// Opens the source card that a citation names, with the sentences meant, and leads back.
import { onPress } from "./common.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const behavior = () => (calm.matches ? "instant" : "smooth");
let current = { id: "", ranges: [] };
let cameFrom = null; // the marker that was pressed last

// Points out the card and the sentences that the reader asked for; again after every update.
export function point() {
  for (const card of document.querySelectorAll("article.source")) {
    card.classList.toggle("current", card.id === current.id);
    for (const piece of card.querySelectorAll("mark [data-at]")) {
      const at = Number(piece.dataset.at);
      const meant = card.id === current.id && current.ranges.some(([start, end]) => start <= at && at < end);
      piece.classList.toggle("current", meant);
    }
  }
}

// `link` names a card in its hash, or in data-card where the card may be gone, and in data-spans the sentences meant.
function open(link, event) {
  const card = document.getElementById(link.dataset.card ?? link.hash.slice(1));
  if (!card) return; // an ordinary link, then
  event.preventDefault();
  const spans = (link.dataset.spans ?? "").split(" ").filter(Boolean);
  current = { id: card.id, ranges: spans.map((span) => span.split("-").map(Number)) };
  cameFrom = link;
  card.querySelector("details").open = true;
  point();
  card.querySelector("h3").focus({ preventScroll: true });
  reveal(card);
}

// The whole card where it fits; else the quote, which is what the click asked for.
function reveal(card) {
  const room = Math.min(window.innerHeight, card.closest("#sources").clientHeight);
  const quote = card.offsetHeight > room && card.querySelector("mark .current");
  (quote || card).scrollIntoView({ behavior: behavior(), block: quote ? "center" : "nearest" });
}

onPress("a.cite", open);
onPress(".back", () => {
  const marker = cameFrom?.isConnected ? cameFrom : document.querySelector(`a.cite[href="#${current.id}"]`);
  marker?.focus({ preventScroll: true });
  marker?.scrollIntoView({ behavior: behavior(), block: "center" });
});
