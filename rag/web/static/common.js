// What all pages share: calls to the server, updates in place, and the tip that shows a quote.

const LOST = "The server is not responding. Check that it is still running in its terminal, then try again.";

// The reply to a request as data. Throws an Error whose message can be shown to the user.
export async function call(method, address, body) {
  const sent = body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return read(await fetch(address, { method, ...sent }).catch(() => Promise.reject(new Error(LOST))));
}

async function read(response) {
  const json = (response.headers.get("content-type") ?? "").startsWith("application/json");
  const data = json ? await response.json() : {};
  if (!response.ok) throw new Error(data?.fault ?? `The server refused this (status ${response.status}).`);
  return data;
}

// Calls the streaming function `name` of the server with `data`, its arguments; `take` gets each update as it arrives.
export async function stream(name, data, take) {
  const { event_id: id } = await call("POST", `/gradio_api/call/${name}`, { data });
  const source = new EventSource(`/gradio_api/call/${name}/${id}`);
  await new Promise((resolve, reject) => {
    source.addEventListener("generating", (event) => take(JSON.parse(event.data)[0]));
    source.addEventListener("complete", resolve);
    source.addEventListener("error", () => reject(new Error(LOST)));
  }).finally(() => source.close());
}

// Makes the children of `old` those of `html`. What has not changed is left alone, with its focus, its selection and
// what the reader opened in it; elements marked data-live are updated child by child.
export function patch(old, html) {
  update(old, parsed(html));
}

// Makes child number `n` of `old` that of `html`.
export function patchChild(old, n, html) {
  replace(old, old.children[n], parsed(html).firstElementChild);
}

// Makes the children of `parent` those whose ids are in `order`; `changed` holds the HTML of new and changed ones by id.
export function patchById(parent, order, changed) {
  const children = new Map([...parent.children].map((child) => [child.id, child]));
  for (const [id, html] of Object.entries(changed)) {
    replace(parent, children.get(id), parsed(html).firstElementChild);
  }
  for (const child of [...parent.children]) if (!order.includes(child.id)) child.remove();
  const current = new Map([...parent.children].map((child) => [child.id, child]));
  order.filter((id) => current.has(id)).forEach((id, n) => {
    if (parent.children[n] !== current.get(id)) parent.insertBefore(current.get(id), parent.children[n]);
  });
}

function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

function update(old, fresh) {
  const before = [...old.children];
  const after = [...fresh.children];
  after.forEach((next, n) => replace(old, before[n], next));
  before.slice(after.length).forEach((gone) => gone.remove());
}

const source = new WeakMap(); // element -> the HTML that the server sent, whatever scripts and readers did to it since

function remember(element) {
  source.set(element, element.outerHTML);
  for (const live of element.querySelectorAll("[data-live]")) for (const child of live.children) source.set(child, child.outerHTML);
  if (element.hasAttribute("data-live")) for (const child of element.children) source.set(child, child.outerHTML);
}
document.querySelectorAll("[data-live]").forEach(remember); // of this page, as it was loaded

// What scripts set on elements that are updated child by child.
const OURS = ["style", "tabindex", "data-held", "data-whole"];

function replace(parent, now, next) {
  const html = next.outerHTML;
  if (now && source.get(now) === html) return;
  if (now && next.hasAttribute("data-live") && next.id === now.id && next.className === now.className) {
    for (const { name } of [...now.attributes]) if (!next.hasAttribute(name) && !OURS.includes(name)) now.removeAttribute(name);
    for (const { name, value } of next.attributes) now.setAttribute(name, value);
    update(now, next);
    source.set(now, html);
    return;
  }
  remember(next);
  const open = [...(now?.querySelectorAll("details") ?? [])].map((details) => details.open);
  next.querySelectorAll("details").forEach((details, n) => (details.open = open[n] ?? false));
  const focused = now?.contains(document.activeElement) ? focusable(now).indexOf(document.activeElement) : -1;
  now ? now.replaceWith(next) : parent.append(next);
  focusable(next)[focused]?.focus({ preventScroll: true });
}

const focusable = (element) => [element, ...element.querySelectorAll("a, button, input, select, summary, [tabindex]")];

// Announces `text` to screen readers.
export function say(text) {
  const live = document.getElementById("live");
  if (live.textContent !== text) live.textContent = text;
}

// Calls `act` with the element that matches `selector` and was clicked. If an update replaces the element between press
// and release, the browser reports no click, so a release at the place of the press counts as one.
export function onPress(selector, act) {
  let press = null;
  const matched = (event) => event?.target.closest?.(selector);
  document.addEventListener("pointerdown", (event) => (press = event));
  document.addEventListener("pointerup", (event) => {
    const still = press && Math.hypot(event.clientX - press.clientX, event.clientY - press.clientY) < 5;
    if (still && matched(press) && matched(press) !== matched(event)) act(matched(press), event);
  });
  document.addEventListener("click", (event) => matched(event) && act(matched(event), event));
}

// The quote behind a citation, on hover and on focus by Tab; Escape hides it.
const tip = document.getElementById("tip");
let marker = null; // the citation whose quote is shown
let tabbing = false; // whether the last key was Tab: a focus that a script sets shows nothing, which would cover the text

function show(pointed) {
  marker = pointed;
  const { quote, tip: text, check = "" } = marker.dataset;
  tip.replaceChildren(Object.assign(document.createElement(quote ? "q" : "b"), { textContent: quote ?? text }), check);
  marker.setAttribute("aria-describedby", "tip");
  place();
}

// Below the citation, or above it if there is no room.
function place() {
  if (!marker.isConnected) return hideTip();
  const { left, bottom, top } = marker.getBoundingClientRect();
  tip.hidden = bottom < 0 || top > window.innerHeight;
  const room = bottom + tip.offsetHeight + 8 < window.innerHeight;
  tip.style.left = `${Math.max(8, Math.min(left, window.innerWidth - tip.offsetWidth - 8))}px`;
  tip.style.top = `${room ? bottom + 4 : Math.max(4, top - tip.offsetHeight - 4)}px`;
}

export function hideTip() {
  const shown = !tip.hidden;
  tip.hidden = true;
  marker = null;
  return shown;
}

for (const event of ["keydown", "pointerdown"]) {
  document.addEventListener(event, ({ key }) => (tabbing = key === "Tab"), { capture: true });
}
for (const event of ["mouseover", "focusin"]) {
  document.addEventListener(event, ({ target }) => {
    const pointed = target.closest?.("[data-quote], [data-tip]");
    // Scrolling moves other elements under a resting pointer, which must not hide the quote of a focused citation.
    if (pointed && (event === "mouseover" || tabbing)) show(pointed);
    else if (event === "focusin" || document.activeElement !== marker) hideTip();
  });
}
document.addEventListener("scroll", () => marker && place(), { capture: true, passive: true });

// A menu covers the page: a click elsewhere closes it, as does Escape.
export function closeMenus(event) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (event.type === "pointerdown" && menu.contains(event.target)) continue;
    menu.open = false;
    if (event.type === "keydown") menu.querySelector("summary").focus();
    event.handled = true;
  }
}
document.addEventListener("pointerdown", closeMenus);
