// What is dropped or chosen → files of references: folders are searched, within bounds.
const MAX_FILES = 50; // as many as the server takes
const MAX_LOOKED_AT = 5_000; // files and folders of what was dropped
const MAX_DEPTH = 10;

// The files in `transfer`: {files, others}, the names of those in folders that are no references.
export async function dropped(transfer, extensions) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean); // gone after an await
  const plain = [...transfer.files];
  if (!entries.some((entry) => entry.isDirectory)) return { files: plain, others: [], cut: false };
  const found = { files: [], others: [], cut: false, looked: 0, extensions };
  for (const entry of entries) await walk(entry, found, 0);
  return found;
}

// The files of a chosen folder, as `dropped`.
export function chosen(list, extensions) {
  const found = { files: [], others: [], cut: false, extensions };
  for (const file of list) take(file, file.webkitRelativePath.split("/").slice(1), found);
  return found;
}

async function walk(entry, found, depth) {
  if (++found.looked > MAX_LOOKED_AT || found.files.length >= MAX_FILES) {
    found.cut = true;
    return;
  }
  if (entry.isFile) {
    const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
    if (file && depth) take(file, [entry.name], found);
    else if (file) found.files.push(file); // dropped by itself: the server says what is wrong with it
    return;
  }
  if (depth >= MAX_DEPTH || (depth && entry.name.startsWith("."))) return;
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([]))); // at most 100 at a time
    if (!some.length || found.cut) return;
    for (const each of some) await walk(each, found, depth + 1);
  }
}

function take(file, path, found) {
  const name = file.name.toLowerCase();
  const isHidden = path.some((part) => part.startsWith("."));
  const isWanted = found.extensions.some((extension) => name.endsWith(extension)) && !name.startsWith("readme.");
  if (isHidden) return;
  if (!isWanted) found.others.push(file.name);
  else if (found.files.length < MAX_FILES) found.files.push(file);
  else found.cut = true;
}

// What to say of files in a folder, or in the archive `where`, that were left out; "" if nothing.
export function leftOut({ others, cut = false, where = "the folder" }) {
  const kinds = [...new Set(others.map((name) => (name.includes(".") ? name.split(".").pop().toLowerCase() : "no extension")))];
  const told = [];
  if (others.length) {
    const listed = kinds.slice(0, 5).join(", ") + (kinds.length > 5 ? ", …" : "");
    const files = others.length === 1 ? `1 other file in ${where} was` : `${others.length.toLocaleString("en")} other files in ${where} were`;
    told.push(`${files} left out (${listed}).`);
  }
  if (cut) told.push(`Only the first ${MAX_FILES} files were taken. Add the others after these.`);
  return told.join(" ");
}
