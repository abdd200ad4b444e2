// Small things every page needs. Pages work without this file.
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js-on");

  // The theme switch: the cookie lets the server draw the right theme before any script runs.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-theme-form]");
    if (!form) return;
    const chosen = event.target.value;
    document.cookie = `theme=${chosen};path=/;max-age=31536000;samesite=lax`;
    if (chosen === "auto") delete root.dataset.theme;
    else root.dataset.theme = chosen;
    document.dispatchEvent(new CustomEvent("themechange"));
  });

  const MENU = "details.menu[open], details.more-menu[open]";
  // A menu closes with Escape and with a click elsewhere.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector(MENU);
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    const menu = document.querySelector(MENU);
    if (menu && !menu.contains(event.target)) menu.open = false;
  });

  // A bookmark carries only what was chosen: empty fields stay out of the address.
  document.addEventListener("htmx:config:request", (event) => {
    const { request, sourceElement } = event.detail.ctx;
    if (request.method !== "GET" || !sourceElement.matches("form[data-filters]")) return;
    for (const [name, value] of [...request.body.entries()]) if (value === "") request.body.delete(name);
  });

  // What a swap did is told to those who do not see it; what failed is told to everybody, and the page stays.
  const TOAST = ["notice", "bad-notice", "toast"];
  const tellLive = (words, failed) => {
    const live = document.getElementById("live");
    if (!live) return;
    live.textContent = words;
    live.classList.toggle("visually-hidden", !failed);
    for (const name of TOAST) live.classList.toggle(name, failed);
  };
  // What scripts say stands in the page, in its language.
  const words = (name) => document.getElementById("live")?.dataset[name] ?? "";
  const tellFailure = () =>
    tellLive(words("failed"), true);
  document.addEventListener("htmx:after:swap", (event) => {
    const response = event.detail.ctx?.response;
    if (response && response.status >= 400) return;
    const told = document.querySelector("[data-announce]");
    if (told) tellLive(told.textContent.trim().replace(/\s+/g, " "), false);
  });
  document.addEventListener("htmx:error", tellFailure);
  document.addEventListener("htmx:response:error", (event) => {
    const { status } = event.detail.ctx.response;
    if (status === 503) tellLive(words("busy"), true);
    else if (status >= 500) tellFailure();
  });

  // A form is sent once, however often its button is pressed, until its answer is there. One whose answer does not come,
  // because somebody stopped the page or the network is gone, can be sent again after a while, or at once after Escape:
  // the server knows what it has already.
  const ANSWER_MS = 20_000, UPLOAD_MS = 600_000;
  const sending = new Map();
  const markSending = (form, yes) => {
    clearTimeout(sending.get(form));
    sending.delete(form);
    if (yes) {
      const patience = form.enctype === "multipart/form-data" ? UPLOAD_MS : ANSWER_MS;
      sending.set(form, setTimeout(markSending, patience, form, false));
    }
    if (yes) form.setAttribute("aria-busy", "true");
    else form.removeAttribute("aria-busy");
    // Not `disabled`: such a button loses the focus, and its own value is not sent.
    for (const button of [...form.elements].filter((one) => one.matches("button"))) {
      if (yes) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    }
  };
  const allAnswered = () => [...sending.keys()].forEach((form) => markSending(form, false));
  // Where a form has hx-sync, htmx decides which of two requests counts.
  const isPost = (form) => form.matches('form[method="post"]:not([hx-sync])');
  // First of all listeners, so that neither the browser nor htmx sends it; and last, when no other has stopped it.
  window.addEventListener("submit", (event) => {
    if (!sending.has(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  window.addEventListener("submit", (event) => {
    if (!event.defaultPrevented && isPost(event.target)) markSending(event.target, true);
  });
  document.addEventListener("htmx:before:request", (event) => {
    const form = event.detail.ctx.sourceElement;
    if (isPost(form)) markSending(form, true);
  });
  document.addEventListener("htmx:finally:request", (event) => {
    const form = event.detail.ctx.sourceElement;
    if (sending.has(form)) markSending(form, false);
  });
  // Going back may bring a page as it was left, with its form still marked.
  window.addEventListener("pageshow", allAnswered);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") allAnswered();
  });

  // The words of a band of the custody strip, under it.
  const tell = (event) => {
    const band = event.target.closest?.("[data-words]");
    const words = band?.closest("section")?.querySelector(".strip-words");
    if (words) words.textContent = band.dataset.words;
  };
  document.addEventListener("focusin", tell);
  document.addEventListener("pointerover", tell);
  // A band that had the focus before this script ran sends no event of it any more.
  tell({ target: document.activeElement });

  // Row and column of the focused or pointed cell are lit.
  const light = (event) => {
    const cell = event.target.closest?.("table.grid td");
    const table = event.target.closest?.("table.grid");
    for (const lit of document.querySelectorAll("table.grid .lit")) lit.classList.remove("lit");
    if (!cell || !table) return;
    for (const row of table.rows) {
      for (const other of row.cells) {
        if (other !== cell && (row === cell.parentNode || other.cellIndex === cell.cellIndex)) other.classList.add("lit");
      }
    }
  };
  document.addEventListener("focusin", light);
  document.addEventListener("pointerover", light);
})();
