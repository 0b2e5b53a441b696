// The questions to ask next. They are fetched once the last answer is complete, so that it does not wait for them.
import { call, patch } from "./common.js";
import { turns } from "./turns.js";

async function fill(place) {
  place.dataset.asked = "";
  const { html } = await call("GET", place.dataset.next).catch(() => ({ html: "" }));
  patch(place, html);
}

function look() {
  const place = turns.querySelector(".next:not([data-asked])");
  if (place) fill(place);
}

new MutationObserver(look).observe(turns, { childList: true, subtree: true });
look();

// A question that is pressed goes away, and whoever uses keys goes on in the box.
document.addEventListener("click", ({ target, detail }) => {
  if (detail === 0 && target.closest(".example")) document.getElementById("box").focus();
});
