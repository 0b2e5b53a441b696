// The map of the papers, drawn on a canvas: papers that are similar lie close together.
import { call } from "./common.js";

const HIT_RADIUS = 12; // pixels from a point within which a click means it
const MAX_ZOOM = 60;
const ZOOM_STEP = 1.4; // of one press of + or −
const LABEL_TERMS = 2; // of a cluster's name on the map; the list below it has them all
const MANY = 5000; // points; more are drawn smaller, as squares
const MAX_SAMPLE = 400; // points of a cluster from which its middle is computed

// Draws the map, with the papers `found` highlighted, and only the `cluster` in full colour unless it is null. A click
// on a point calls `open` with the number of the paper, hovering calls `showTitle` with it.
export async function drawMap(canvas, { found, cluster: selected, open, showTitle }) {
  const { x, y, clusters, names } = await call("GET", "/map");
  const context = canvas.getContext("2d");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement; // with what the reader chose instead; see theme.js
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
  const marked = new Set(found.map((number) => number - 1));
  let view = { zoom: 1, left: 0, top: 0 };
  let frame = 0;
  let colours = []; // of the clusters, in the light or the dark scheme

  const hue = (cluster) => (cluster * 137.508 + 190) % 360; // the golden angle: neighbouring numbers get distant hues
  const colour = (cluster) => `hsl(${hue(cluster)} 55% ${isDark() ? 65 : 42}%)`;
  const style = getComputedStyle(canvas);
  const size = () => [canvas.clientWidth, canvas.clientHeight];

  // Where point `n` is drawn, in pixels of the page.
  function at(n) {
    const [width, height] = size();
    const pad = 16;
    return [
      (x[n] - view.left) * view.zoom * (width - 2 * pad) + pad,
      (y[n] - view.top) * view.zoom * (height - 2 * pad) + pad,
    ];
  }

  function draw() {
    frame = 0;
    const [width, height] = size();
    const scale = window.devicePixelRatio;
    canvas.width = width * scale;
    canvas.height = height * scale;
    context.scale(scale, scale);
    colours = names.map((_, cluster) => colour(cluster));
    const dim = marked.size > 0 || selected !== null;
    const radius = (x.length > MANY ? 1.2 : 2.6) * Math.min(2.5, Math.sqrt(view.zoom));
    const lit = (n) => (selected === null || clusters[n] === selected) && (!marked.size || marked.has(n));
    for (const above of [false, true]) {
      for (let n = 0; n < x.length; n++) {
        if (lit(n) !== above) continue;
        context.globalAlpha = above || !dim ? 1 : 0.25;
        dot(n, above && marked.has(n) ? radius + 2.5 : radius, marked.has(n));
      }
    }
    context.globalAlpha = 1;
    label();
    canvas.dataset.drawn = "yes";
  }

  function dot(n, radius, ringed) {
    const [left, top] = at(n);
    if (left < -9 || top < -9 || left > canvas.clientWidth + 9 || top > canvas.clientHeight + 9) return;
    context.fillStyle = colours[clusters[n]];
    if (x.length > MANY && !ringed) return context.fillRect(left - radius, top - radius, 2 * radius, 2 * radius);
    context.beginPath();
    context.arc(left, top, radius, 0, 7);
    context.fill();
    if (!ringed) return;
    context.strokeStyle = style.color;
    context.lineWidth = 1.5;
    context.stroke();
  }

  // The names of the clusters, the largest first; one that would overlap another is left to the list below the map.
  function label() {
    const taken = [];
    context.font = `600 13px ${style.fontFamily}`;
    context.textAlign = "center";
    context.lineWidth = 4;
    context.strokeStyle = style.backgroundColor;
    context.fillStyle = style.color;
    names.forEach((name, cluster) => {
      const middle = centre(cluster);
      if (middle === null || (selected !== null && selected !== cluster)) return;
      const short = name.split(", ").slice(0, LABEL_TERMS).join(", ");
      const half = context.measureText(short).width / 2;
      const left = Math.max(half + 4, Math.min(middle[0], canvas.clientWidth - half - 4));
      const box = [left - half, middle[1] - 14, left + half, middle[1] + 6];
      if (taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) return;
      taken.push(box);
      context.strokeText(short, left, middle[1]);
      context.fillText(short, left, middle[1]);
    });
  }

  // The middle of the visible part of a cluster, null if none is visible.
  const members = names.map((_, cluster) => [...clusters.keys()].filter((n) => clusters[n] === cluster));
  function centre(cluster) {
    const seen = members[cluster].slice(0, MAX_SAMPLE).map(at).filter(([l, t]) => l > 0 && t > 0 && l < canvas.clientWidth && t < canvas.clientHeight);
    if (!seen.length) return null;
    const middle = (k) => seen.map((point) => point[k]).sort((a, b) => a - b)[seen.length >> 1];
    return [middle(0), middle(1)];
  }

  function redraw() {
    frame ||= requestAnimationFrame(draw);
  }

  function nearest(event) {
    const box = canvas.getBoundingClientRect();
    let best = [-1, HIT_RADIUS];
    for (let n = 0; n < x.length; n++) {
      if (selected !== null && clusters[n] !== selected) continue;
      const [left, top] = at(n);
      const away = Math.hypot(left - (event.clientX - box.left), top - (event.clientY - box.top)) - (marked.has(n) ? 4 : 0);
      if (away < best[1]) best = [n, away];
    }
    return best[0] < 0 ? null : best[0] + 1;
  }

  // Zooms by `factor` around the point at `left`, `top`, each from 0 to 1.
  function zoom(factor, left = 0.5, top = 0.5) {
    const to = Math.max(1, Math.min(MAX_ZOOM, view.zoom * factor));
    move(left / view.zoom - left / to, top / view.zoom - top / to, to);
  }

  function move(right, down, to = view.zoom) {
    const kept = (start) => Math.max(0, Math.min(1 - 1 / to, start));
    view = { zoom: to, left: kept(view.left + right), top: kept(view.top + down) };
    redraw();
  }

  const fingers = new Map(); // pointers that are down, by id
  let moved = 0;
  let hovered = 0;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, event);
    moved = 0;
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return hover(event);
    const [width, height] = size();
    const others = [...fingers.values()].filter(({ pointerId }) => pointerId !== event.pointerId);
    if (others.length) {
      const apart = (one) => Math.hypot(one.clientX - others[0].clientX, one.clientY - others[0].clientY);
      zoom(apart(event) / Math.max(1, apart(before)));
    } else {
      move((before.clientX - event.clientX) / width / view.zoom, (before.clientY - event.clientY) / height / view.zoom);
    }
    moved += Math.hypot(before.clientX - event.clientX, before.clientY - event.clientY);
    fingers.set(event.pointerId, event);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => {
      fingers.delete(event.pointerId);
      const number = end === "pointerup" && moved < 5 && nearest(event);
      if (number) open(number);
    });
  }
  canvas.addEventListener("pointerleave", () => showTitle(null));
  async function hover(event) {
    const number = nearest(event);
    if (number === hovered) return;
    hovered = number;
    canvas.style.cursor = number ? "pointer" : "grab";
    showTitle(number, event);
  }
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(ZOOM_STEP ** (-event.deltaY / 120), event.offsetX / canvas.clientWidth, event.offsetY / canvas.clientHeight);
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const step = 0.1 / view.zoom;
    const keys = {
      ArrowLeft: () => move(-step, 0),
      ArrowRight: () => move(step, 0),
      ArrowUp: () => move(0, -step),
      ArrowDown: () => move(0, step),
      "+": () => zoom(ZOOM_STEP),
      "-": () => zoom(1 / ZOOM_STEP),
      0: () => zoom(0),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  new ResizeObserver(redraw).observe(canvas);
  dark.addEventListener("change", redraw);
  new MutationObserver(redraw).observe(root, { attributeFilter: ["data-theme"] });
  redraw();

  return { zoom: (factor) => zoom(factor) };
}
