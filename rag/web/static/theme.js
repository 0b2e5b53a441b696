// Applies the appearance that the reader chose before anything is drawn, so it runs by itself and not as a module.
// "light", "dark", or that of the system where nothing is kept; other open pages follow.
(() => {
  const root = document.documentElement;
  const apply = () => {
    let kept = "";
    try {
      kept = localStorage.getItem("rag-theme");
    } catch {
      // no storage: as the system
    }
    if (["light", "dark"].includes(kept)) root.dataset.theme = kept;
    else delete root.dataset.theme;
  };
  apply();
  addEventListener("storage", apply);
  addEventListener("pageshow", apply); // it may have been changed while this page was left
})();
