// Opens the source card that a citation names. Loaded once, when the page opens.
(() => {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  // What the reader has opened, by the id of its summary, and what they clicked last. The server knows
  // nothing of it, so every update of the panel closes all cards, and `draw` opens them again.
  const open = new Set();
  let current = { id: "", ranges: [] };
  const observer = new MutationObserver(draw);

  // Each line leaves alone what is right already, or the observer would call back for ever.
  function draw() {
    for (const card of document.querySelectorAll("details.source")) {
      const id = card.querySelector("summary").id;
      if (card.open !== open.has(id)) card.open = open.has(id);
      card.classList.toggle("current", id === current.id);
      for (const piece of card.querySelectorAll("mark [data-at]")) {
        const at = Number(piece.dataset.at);
        const meant = id === current.id && current.ranges.some(([start, end]) => start <= at && at < end);
        piece.classList.toggle("current", meant);
      }
    }
  }

  function watch() {
    const panel = document.getElementById("sources");
    observer.observe(panel, { childList: true, subtree: true, attributeFilter: ["open", "class"] });
  }

  // `link` names a card in its href, and in data-spans ("12-80 100-140") the sentences meant.
  function show(link) {
    const card = document.getElementById(link.hash.slice(1))?.closest("details.source");
    if (!card) return;
    watch();
    const summary = card.querySelector("summary");
    const spans = (link.dataset.spans ?? "").split(" ").filter(Boolean);
    current = { id: summary.id, ranges: spans.map((span) => span.split("-").map(Number)) };
    open.add(summary.id);
    draw();
    summary.focus({ preventScroll: true });
    reveal(card);
  }

  // The whole card where it fits; else the quote, which is what the click asked for.
  function reveal(card) {
    const room = Math.min(window.innerHeight, card.closest("#sources").clientHeight || window.innerHeight);
    const quote = card.offsetHeight > room && card.querySelector("mark .current");
    const behavior = calm.matches ? "instant" : "smooth";
    (quote || card).scrollIntoView({ behavior, block: quote ? "center" : "nearest" });
  }

  // Tells the server which of the buttons within HTML was pressed, through a hidden one of Gradio's.
  function send(id, control) {
    window.chosen = control.value;
    document.getElementById(id).click();
  }

  // Asks again without a filter. The button goes with the next update; who pressed it by key goes on from the box.
  function widen(filter, byKey) {
    send("widen", filter);
    if (byKey) document.querySelector("#ask textarea").focus();
  }

  // Saves what the server made of the conversation, {"name", "text"} as JSON, without another request.
  window.saveFile = (file) => {
    if (!file) return;
    const { name, text } = JSON.parse(file);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" })); // freed with the page
    link.download = name;
    link.click();
  };

  function act(control, byKey) {
    if (control.matches("button.filter")) return widen(control, byKey);
    if (control.matches(".export button")) return send("save", control);
    if (control.matches("a.cite")) return show(control);
    watch();
    open.has(control.id) ? open.delete(control.id) : open.add(control.id);
    draw();
  }

  // The menu of files to save covers part of the answer: a click elsewhere closes it, as does Escape.
  function closeMenu(event) {
    const menu = document.querySelector(".export[open]");
    if (!menu || (event.type === "pointerdown" ? menu.contains(event.target) : event.key !== "Escape")) return;
    menu.open = false;
    if (event.type === "keydown") menu.querySelector("summary").focus();
  }
  document.addEventListener("pointerdown", closeMenu);
  document.addEventListener("keydown", closeMenu);

  const controlOf = (event) => event.target.closest?.("a.cite, button.filter, .export button, details.source > summary");

  document.addEventListener("click", (event) => {
    if (!controlOf(event)) return;
    event.preventDefault(); // the address bar keeps its address, and `draw` opens cards, now and after every update
    act(controlOf(event), event.detail === 0);
  });

  // Between press and release an update may replace what is pressed, or scroll it away from under the pointer. The
  // browser then tells neither of a click, so that a release where the press was counts as one.
  let press = null;
  document.addEventListener("pointerdown", (event) => (press = event));
  document.addEventListener("pointerup", (event) => {
    const still = press && Math.hypot(event.clientX - press.clientX, event.clientY - press.clientY) < 5;
    const pressed = press && controlOf(press);
    if (still && pressed && pressed !== controlOf(event)) act(pressed);
  });
})();
