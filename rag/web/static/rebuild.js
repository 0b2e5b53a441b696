// Adding papers and rebuilding: files are uploaded, then it is shown what each is and what would change, then it is done.
import { call, onPress, patch, say } from "./common.js";
import { followChange, isFollowing } from "./changing.js";
import { chosen, dropped, leftOut } from "./dropping.js";
import { renew } from "./renewing.js";

const work = document.getElementById("work");
const plan = document.getElementById("plan");
const change = document.getElementById("change");
const refused = document.getElementById("refused");
const drop = document.getElementById("drop");
const files = document.getElementById("files");
const folder = document.getElementById("folder");
const records = document.getElementById("records");
const extensions = JSON.parse(work.dataset.extensions);
const instead = JSON.parse(work.dataset.refused); // extension -> what to add instead
const maxBytes = Number(work.dataset.max);
const removed = new Set(); // names of files added before
let staged = JSON.parse(plan.dataset.staged); // tokens
let reread = false;
let previews = 0;

const unshipped = () => document.getElementById("unshipped"); // another element after each change
const edits = () => ({ staged, removed: [...removed], reread, unshipped: unshipped()?.checked ?? false });
const nothing = () => !staged.length && !removed.size && !reread && !unshipped()?.checked;

function line(text, className = "fault") {
  return Object.assign(document.createElement("p"), { className, textContent: text });
}

async function attempt(action) {
  try {
    await action();
  } catch (fault) {
    plan.replaceChildren(line(fault.message));
    say(fault.message);
  }
}

// Why the server would refuse a file that need not be sent for that; "" if it may take it.
function whyRefused(file) {
  const extension = Object.keys(instead).find((one) => file.name.toLowerCase().endsWith(one));
  if (extension) return instead[extension];
  return file.size > maxBytes ? `A file has at most ${maxBytes.toLocaleString("en")} bytes. Split it, then add the parts.` : "";
}

// Sends one file; `progress` is told which share of it has been sent, 0 to 1. Returns the tokens it got, and what was left out.
function upload(name, body, progress) {
  const request = new XMLHttpRequest(); // fetch does not tell how much has been sent
  return new Promise((resolve, reject) => {
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(total ? loaded / total : 1));
    request.addEventListener("error", () => reject(new Error("The upload was cut off. Add the file again.")));
    request.addEventListener("load", () => {
      const reply = parsed(request.responseText);
      if (request.status === 200) resolve(reply);
      else reject(new Error(reply.fault ?? `The server refused this (status ${request.status}).`));
    });
    request.open("POST", `/uploads?name=${encodeURIComponent(name)}`);
    request.send(body);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

// Uploads files one after the other. One that is refused is listed with the reason, and stops none of the others.
async function add(list, note = "") {
  forgetEnd();
  refused.replaceChildren(...(note ? [line(note, "hint")] : []));
  for (const file of list) if (whyRefused(file)) refused.append(line(`${file.name}: ${whyRefused(file)}`));
  const sent = list.filter((file) => !whyRefused(file));
  for (const [n, file] of sent.entries()) {
    const shown = `Uploading ${sent.length > 1 ? `${n + 1} of ${sent.length}: ` : ""}${file.name}`;
    const bar = document.createElement("progress");
    bar.setAttribute("aria-label", shown);
    plan.replaceChildren(line(`${shown}…`, "stage"), bar);
    try {
      const reply = await upload(file.name, file, (share) => (bar.value = share));
      staged.push(...reply.staged);
      if (reply.left_out.length) refused.append(line(leftOut({ others: reply.left_out, where: file.name }), "hint"));
    } catch (fault) {
      refused.append(line(`${file.name}: ${fault.message}`));
    }
  }
  files.value = folder.value = "";
  await attempt(preview);
}

async function preview() {
  if (nothing()) return plan.replaceChildren();
  const mine = ++previews;
  plan.replaceChildren(line("Comparing with the index…", "stage"), document.createElement("progress"));
  plan.querySelector("progress").setAttribute("aria-label", "Comparing with the index");
  const { html, running } = await call("POST", "/uploads/preview", edits());
  if (mine !== previews) return; // something was added meanwhile
  plan.replaceChildren();
  patch(plan, html);
  allow();
  say(plan.querySelector(".summary").textContent);
  if (running) follow();
}

// How the change before ended is not said above what is begun after it.
function forgetEnd() {
  if (!isFollowing()) change.replaceChildren();
}

// Only one change is made at a time, and a large loss needs a yes.
function allow() {
  const button = document.getElementById("rebuild");
  if (!button) return;
  button.disabled = isFollowing() || document.getElementById("agree")?.checked === false;
  plan.querySelector(".waits")?.remove();
  const why = "Another change is running; add these when it has ended.";
  if (isFollowing()) button.closest(".buttons").before(line(why, "hint waits"));
}

function ask({ staged: tokens, removed: names, reread: all, unshipped: without }) {
  staged = tokens;
  removed.clear();
  names.forEach((name) => removed.add(name));
  reread = all;
  if (unshipped()) unshipped().checked = without;
  press();
}

function press() {
  for (const button of work.querySelectorAll(".remove")) button.setAttribute("aria-pressed", String(removed.has(button.value)));
}

function reset() {
  ask({ staged: [], removed: [], reread: false, unshipped: false });
  previews++; // what is being compared is no longer asked for
  plan.replaceChildren();
}

async function rebuild() {
  const asked = edits();
  reset(); // what is added from now on waits for the next change
  refused.replaceChildren();
  const made = await followChange(change, asked);
  if (!made) {
    const now = edits(); // nothing has changed, and all of it still waits
    ask({
      staged: [...asked.staged, ...now.staged],
      removed: [...new Set([...asked.removed, ...now.removed])],
      reread: asked.reread || now.reread,
      unshipped: asked.unshipped || now.unshipped,
    });
  }
  await settle();
}

// Follows a change that was begun before this page was loaded, or in another window.
async function follow() {
  if ((await followChange(change)) !== null) await settle();
}

// After a change: the page shows the collection as it is now, and what still waits is compared with that.
async function settle() {
  const without = unshipped()?.checked ?? false;
  await renew().catch((fault) => say(fault.message));
  if (unshipped()) unshipped().checked = without;
  press();
  await attempt(preview);
}

files.addEventListener("change", () => add([...files.files]));
folder.addEventListener("change", () => {
  const found = chosen(folder.files, extensions);
  add(found.files, leftOut(found));
});
for (const [event, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
  drop.addEventListener(event, async (dragged) => {
    dragged.preventDefault();
    drop.classList.toggle("over", over);
    if (event !== "drop") return;
    const text = dragged.dataTransfer.getData("text/plain");
    const found = await dropped(dragged.dataTransfer, extensions);
    if (found.files.length || found.others.length) add(found.files, leftOut(found));
    else if (text.trim()) paste(text);
  });
}

const paste = (text) => add([new File([text], "Pasted records.txt")]);
onPress("#add-records", () => {
  if (!records.value.trim()) return records.focus();
  paste(records.value);
  records.value = "";
});
onPress("#check", () => {
  forgetEnd();
  reread = true;
  attempt(preview);
});
work.addEventListener("change", ({ target }) => {
  if (target.id !== "unshipped") return;
  forgetEnd();
  attempt(preview);
});
onPress("#cancel", () =>
  attempt(async () => {
    const discarded = staged;
    reset();
    refused.replaceChildren();
    files.focus();
    await call("POST", "/uploads/discard", { staged: discarded });
  }),
);
onPress(".unstage", ({ value }) =>
  attempt(async () => {
    staged = staged.filter((token) => token !== value);
    await call("POST", "/uploads/discard", { staged: [value] });
    await preview();
    (plan.querySelector(".unstage") ?? files).focus();
  }),
);
onPress(".remove", (button) => {
  const out = removed.delete(button.value) ? "false" : (removed.add(button.value), "true");
  button.setAttribute("aria-pressed", out);
  forgetEnd();
  attempt(preview);
});
plan.addEventListener("change", ({ target }) => {
  if (target.id === "agree") allow();
});
onPress("#rebuild", (button) => button.disabled || attempt(rebuild));

document.addEventListener("following", allow);
document.addEventListener("changing", follow);
if (change.hasAttribute("data-running")) follow();
if (staged.length) attempt(preview);
function unfold() {
  if (location.hash === "#work") work.open = true;
}
addEventListener("hashchange", unfold);
unfold();
