// Light, dark, or like the system: kept by the browser, for all pages. static/theme.js applies it.
const KEY = "rag-theme";
const field = document.getElementById("theme");

function kept() {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return document.documentElement.dataset.theme ?? ""; // without storage it lasts as long as the page
  }
}

export const showTheme = () => (field.value = kept());

export function setTheme(theme) {
  field.value = theme;
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  try {
    theme ? localStorage.setItem(KEY, theme) : localStorage.removeItem(KEY);
  } catch {
    // see `kept`
  }
}

field.addEventListener("change", () => setTheme(field.value));
window.addEventListener("storage", showTheme);
