// Adding papers and rebuilding: files are uploaded, then it is shown what each is and what would change, then it is done.
import { call, onPress, patch, say } from "./common.js";
import { followChange } from "./changing.js";
import { chosen, dropped, leftOut } from "./dropping.js";

const work = document.getElementById("work");
const plan = document.getElementById("plan");
const change = document.getElementById("change");
const refused = document.getElementById("refused");
const drop = document.getElementById("drop");
const files = document.getElementById("files");
const folder = document.getElementById("folder");
const records = document.getElementById("records");
const unshipped = document.getElementById("unshipped");
const extensions = JSON.parse(work.dataset.extensions);
const instead = JSON.parse(work.dataset.refused); // extension -> what to add instead
const maxBytes = Number(work.dataset.max);
const removed = new Set(); // names of files added before
let staged = JSON.parse(plan.dataset.staged); // tokens
let reread = false;
let previews = 0;

const edits = () => ({ staged, removed: [...removed], reread, unshipped: unshipped?.checked ?? false });
const nothing = () => !staged.length && !removed.size && !reread && !unshipped?.checked;

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

// Sends one file; `progress` is told which share of it has been sent, 0 to 1. Returns the tokens it got.
function upload(name, body, progress) {
  const request = new XMLHttpRequest(); // fetch does not tell how much has been sent
  return new Promise((resolve, reject) => {
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(total ? loaded / total : 1));
    request.addEventListener("error", () => reject(new Error("The upload was cut off. Add the file again.")));
    request.addEventListener("load", () => {
      const reply = parsed(request.responseText);
      if (request.status === 200) resolve(reply.staged);
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
  refused.replaceChildren(...(note ? [line(note, "hint")] : []));
  for (const file of list) if (whyRefused(file)) refused.append(line(`${file.name}: ${whyRefused(file)}`));
  const sent = list.filter((file) => !whyRefused(file));
  for (const [n, file] of sent.entries()) {
    const shown = `Uploading ${sent.length > 1 ? `${n + 1} of ${sent.length}: ` : ""}${file.name}`;
    const bar = document.createElement("progress");
    bar.setAttribute("aria-label", shown);
    plan.replaceChildren(line(`${shown}…`, "stage"), bar);
    try {
      staged.push(...(await upload(file.name, file, (share) => (bar.value = share))));
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
  const { html } = await call("POST", "/uploads/preview", edits());
  if (mine !== previews) return; // something was added meanwhile
  plan.replaceChildren();
  patch(plan, html);
  say(plan.querySelector(".summary").textContent);
}

function reset() {
  staged = [];
  removed.clear();
  reread = false;
  if (unshipped) unshipped.checked = false;
  for (const button of work.querySelectorAll(".remove")) button.setAttribute("aria-pressed", "false");
  plan.replaceChildren();
}

async function rebuild() {
  const asked = edits();
  plan.replaceChildren();
  refused.replaceChildren();
  if (await followChange(change, asked)) {
    for (const name of removed) [...work.querySelectorAll(".remove")].find(({ value }) => value === name)?.closest("li").remove();
    reset();
  } else await preview(); // nothing has changed, and the files still wait
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
  reread = true;
  attempt(preview);
});
unshipped?.addEventListener("change", () => attempt(preview));
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
  attempt(preview);
});
plan.addEventListener("change", ({ target }) => {
  if (target.id === "agree") document.getElementById("rebuild").disabled = !target.checked;
});
onPress("#rebuild", (button) => button.disabled || attempt(rebuild));

// A change that was begun before this page was loaded, or in another window.
document.addEventListener("changing", () => followChange(change));
if (change.hasAttribute("data-running")) followChange(change);
if (staged.length) attempt(preview);
function unfold() {
  if (location.hash === "#work") work.open = true;
}
addEventListener("hashchange", unfold);
unfold();
