// The page of the collection after a change: its list, its counts, its map and the files added before, without a reload,
// which would lose what is typed.

export async function renew() {
  if (!document.getElementById("trouble").hidden) return; // the page is loaded again as soon as there are papers
  const response = await fetch(location.pathname + location.search);
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const selector of ["#added", "#counts", "#map canvas", "#clusters"]) {
    const next = fresh.querySelector(selector);
    if (next) document.querySelector(selector)?.replaceWith(next);
  }
  const row = document.getElementById("selecting"); // which selecting.js knows
  fresh.getElementById("selecting")?.replaceWith(...(row ? [row] : []));
  const work = document.getElementById("work");
  while (work.nextSibling) work.nextSibling.remove();
  const next = fresh.getElementById("work");
  while (next.nextSibling) work.parentElement.append(next.nextSibling);
  document.dispatchEvent(new CustomEvent("renewed"));
}
