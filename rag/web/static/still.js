// Nothing that the reader looks at moves while an answer grows. What changes above is made up for by scrolling. Where a
// model writes and what follows is in view, its text scrolls by itself, until the reader asks for all of it.
import { onPress } from "./common.js";
import { turns } from "./turns.js";

const READ = `.question, .status, .notice, .lead, .headline, .listed > li, .statement, .repeated, .progress, .effort,
  .paper, .nearest li, .reading li, .related > summary, .more, .actions, #sources h2, #sources h3, #sources .abstract`;
const ONCE = ["h2.question", ".turn > .status", "#sources .title", "#sources .abstract"]; // of these an article has one
const sources = document.getElementById("sources");
const cards = document.getElementById("cards");
const box = document.getElementById("ask");
const phone = matchMedia("(max-width: 47rem)"); // there the page scrolls as a whole

// What scrolls, what is in it, and what can be made longer at its end.
const scrollers = () =>
  phone.matches
    ? [{ scroller: document.scrollingElement, within: document.getElementById("main"), end: cards }]
    : [
        { scroller: turns, within: turns, end: turns.lastElementChild },
        { scroller: sources, within: sources, end: cards },
      ];

// From where to where the reader sees what `scroller` holds.
function view(scroller) {
  const { top, bottom } = scroller.getBoundingClientRect();
  return phone.matches ? [0, window.innerHeight] : [top, bottom];
}

// What the reader sees, from the top, with its place.
function seen({ scroller, within }) {
  const [start, end] = view(scroller);
  const found = [];
  for (const element of within.querySelectorAll(READ)) {
    const { top, bottom, height } = element.getBoundingClientRect();
    if (height && bottom > start && top < end) found.push({ element, top, again: inPlaceOf(element) });
  }
  return found;
}

// How to find `element` again, or what an update has put in its place, which may be elsewhere; null where that is gone.
function inPlaceOf(element) {
  const part = ONCE.find((selector) => element.matches(selector));
  const id = element.closest("article")?.id;
  return () => (element.isConnected ? element : part && document.getElementById(id)?.querySelector(part));
}

const isThere = ({ again }) => again()?.getClientRects().length > 0;
const moved = ({ again, top }) => again().getBoundingClientRect().top - top;

function lengthen(element, by) {
  element.style.minHeight = `${element.offsetHeight + by}px`;
}

// What must not move: the first of what was seen and is still there. Cards get another order, so among them it is the
// one that the reader opened.
function anchorOf(before) {
  const first = before.find(isThere);
  const opened = before.find((one) => isThere(one) && one.again().closest("#sources .source.current"));
  return sources.contains(first?.again()) ? (opened ?? first) : first;
}

// Scrolls to where that is in its place again.
function restore({ scroller, end }, before) {
  const anchor = anchorOf(before);
  if (!anchor) return;
  if (moved(anchor)) scroller.scrollTop += moved(anchor); // setting it would end a smooth scroll
  for (let tries = 0; tries < 2 && end && moved(anchor) >= 1; tries += 1) { // margins that no longer collapse take some
    const missing = moved(anchor);
    lengthen(end, missing);
    scroller.scrollTop += missing;
  }
  if (!phone.matches || sources.contains(anchor.again())) return;
  const below = before.find((one) => isThere(one) && sources.contains(one.again()));
  if (below && moved(below) < 0) lengthen(turns.lastElementChild, -moved(below)); // so that it stays there too
}

const writtenIn = (turn) => turn?.querySelector(":scope > .reply > .written:not(:empty)");

// Whether the end of `written` is in view, and so is what comes after it.
function isEndSeen(written) {
  const [start] = view(turns);
  const end = box.getBoundingClientRect().top;
  const { bottom } = written.getBoundingClientRect();
  return bottom > start && bottom < end;
}

// Keeps `written` as high as it is, or at least as high.
function fix(written) {
  const { height } = written.getBoundingClientRect();
  const isHeld = isEndSeen(written) && written.dataset.whole === undefined;
  written.style.minHeight = `${height}px`;
  written.style.maxHeight = isHeld ? `${height}px` : "";
}

// Offers the whole of what a model wrote where a part of it is not seen.
function offer(written) {
  written.toggleAttribute("data-held", written.scrollHeight > written.clientHeight + 1);
}

// Makes `change` to the page.
export function still(change) {
  const before = scrollers().map((one) => [one, seen(one)]);
  const last = turns.lastElementChild;
  if (writtenIn(last)) fix(writtenIn(last));
  change();
  if (writtenIn(last)) offer(writtenIn(last));
  for (const [one, places] of before) restore(one, places);
}

// Lets everything have its own height again.
export function free() {
  cards.style.minHeight = "";
  for (const turn of turns.children) {
    turn.style.minHeight = "";
    const written = turn.querySelector(".written");
    for (const name of ["style", "data-held", "data-whole", "tabindex"]) written?.removeAttribute(name);
  }
}

onPress(".whole", (button) => {
  const written = button.closest(".written");
  written.dataset.whole = "";
  written.tabIndex = -1; // where the focus goes with the button
  still(() => written.focus({ preventScroll: true }));
});

let width = window.innerWidth;
let resting = []; // what is seen while nothing scrolls

// What a model wrote is all there as soon as that moves nothing in view.
document.addEventListener("scrollend", () => {
  const held = turns.querySelector(".written[data-held]");
  if (held && !isEndSeen(held)) still(() => {});
  resting = scrollers().map(seen);
}, { capture: true });

// When the page gets wider or narrower, as on a phone that is turned, the reader stays where they are.
window.addEventListener("resize", () => {
  if (window.innerWidth === width) return;
  width = window.innerWidth;
  free();
  const places = resting.flat();
  for (const one of scrollers()) restore(one, places.filter(({ element }) => one.within.contains(element)));
});
