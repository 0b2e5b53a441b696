// Menus open above the page, wherever there is room, and close when they are left.
const narrow = matchMedia("(max-width: 47rem)"); // there the style sheet places them
const GAP = 4; // pixels

function place(menu) {
  const sheet = menu.querySelector(".sheet");
  sheet.removeAttribute("style");
  if (narrow.matches) return;
  const { top, bottom, left } = menu.getBoundingClientRect();
  const above = top - 2 * GAP;
  const below = window.innerHeight - bottom - 2 * GAP;
  const isUp = sheet.offsetHeight <= above || above > below;
  sheet.style.maxHeight = `${Math.max(above, below)}px`;
  sheet.style.left = `${Math.max(GAP, Math.min(left, window.innerWidth - sheet.offsetWidth - GAP))}px`;
  sheet.style.top = `${isUp ? top - sheet.offsetHeight - GAP : bottom + GAP}px`;
}

const placeAll = () => document.querySelectorAll("details.menu[open]").forEach(place);
document.addEventListener("toggle", ({ target }) => target.matches("details.menu[open]") && place(target), true);
document.addEventListener("scroll", ({ target }) => !target.closest?.(".sheet") && placeAll(), { capture: true, passive: true });
window.addEventListener("resize", placeAll);

document.addEventListener("focusout", ({ target, relatedTarget }) => {
  const menu = target.closest?.("details.menu[open]");
  if (menu && relatedTarget && !menu.contains(relatedTarget)) menu.open = false;
});
document.addEventListener("click", ({ target }) => {
  const menu = target.closest?.(".sheet a")?.closest("details.menu");
  if (!menu) return;
  menu.querySelector("summary").focus();
  menu.open = false;
});
