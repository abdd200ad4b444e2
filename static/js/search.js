// The search from everywhere: `/` or Ctrl K opens it, arrows go through what it found. Without this file it is a page.
(() => {
  "use strict";
  const dialog = () => document.getElementById("search");
  const field = () => document.getElementById("search-field");
  const hits = () => [...dialog().querySelectorAll("[data-hit]")];
  const typing = (event) => event.target.closest?.("input, select, textarea, [contenteditable]");

  const open = () => {
    const box = dialog();
    if (!box || document.querySelector("dialog[open]")) return false;
    box.showModal();
    field().select();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event);
    const palette = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if ((slash || palette) && open()) {
      event.preventDefault();
      // The keys of the page must not act on it as well.
      event.stopImmediatePropagation();
    }
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("a[data-search]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (open()) event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    if (!dialog()?.open) return;
    const all = hits();
    const at = all.indexOf(document.activeElement);
    if (event.key === "ArrowDown") (all[at + 1] ?? all[all.length - 1])?.focus();
    else if (event.key === "ArrowUp") (at > 0 ? all[at - 1] : field()).focus();
    else if (event.key === "Enter" && event.target === field() && all.length) all[0].click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
})();
