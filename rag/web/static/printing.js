// What is folded is printed too.
let opened = [];

window.addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("#turns details:not(.menu, [open])")];
  for (const details of opened) details.open = true;
});
window.addEventListener("afterprint", () => {
  for (const details of opened) details.open = false;
});
