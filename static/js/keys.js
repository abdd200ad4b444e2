// Keys on every page: `?` lists them, `g` and a letter goes to a page. Pages work without this file.
(() => {
  "use strict";
  let going = 0;

  const typing = (event) =>
    event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, select, textarea, [contenteditable]");
  const dialog = () => document.getElementById("keys");
  const show = (element) => {
    if (element && !element.open) element.showModal();
  };

  document.addEventListener("keydown", (event) => {
    if (typing(event)) return;
    if (event.key === "?") {
      event.preventDefault();
      show(dialog());
      return;
    }
    if (going && Date.now() - going < 1500) {
      going = 0;
      const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
      if (!link) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      location.assign(link.href);
    } else if (event.key === "g") {
      going = Date.now();
    }
  });

  // A small page opens over this one; without this file it is a page of its own.
  const openSheet = async (link) => {
    const sheet = document.getElementById("sheet");
    const answer = await fetch(link.href, { headers: { "HX-Request": "true" } }).catch(() => null);
    // A redirect leads to the sign-in, which is no sheet.
    if (!sheet || !answer?.ok || answer.redirected) return location.assign(link.href);
    sheet.innerHTML = await answer.text();
    sheet.setAttribute("aria-label", link.textContent.trim());
    show(sheet);
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-sheet]");
    const closing = event.target.closest?.("#sheet [data-closes]");
    if (closing) closing.closest("dialog").close();
    else if (link && !(event.ctrlKey || event.metaKey || event.shiftKey)) openSheet(link);
    else return;
    event.preventDefault();
  });

  // A button opens the dialog it names; a click beside an open dialog closes it.
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-opens]");
    if (button) show(document.getElementById(button.dataset.opens));
    else if (event.target.matches?.("dialog[open]")) event.target.close();
  });
})();
