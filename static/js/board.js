// The board: one slide at a time, by key, button or swipe. Everything it shows is in the page: the server may be gone.
(() => {
  "use strict";
  const root = document.documentElement;
  const { pack, back, names } = document.body.dataset;
  const slides = [...document.querySelectorAll(".slide")];
  const progress = document.getElementById("board-progress");
  const said = document.getElementById("said");
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(`board-${pack}`) : null;
  let at = 0;
  let notes = null;

  const press = (what, on) => document.querySelector(`[data-do="${what}"]`)?.setAttribute("aria-pressed", String(on));
  const tell = (words) => {
    said.textContent = words;
    setTimeout(() => (said.textContent = ""), 4000);
  };

  const show = (number, told = false) => {
    at = Math.max(0, Math.min(slides.length - 1, number));
    slides.forEach((slide, index) => slide.classList.toggle("current", index === at));
    progress.value = at + 1;
    history.replaceState(null, "", `#${at + 1}`);
    document.title = document.title.replace(/^(\d+\/\d+ )?/, `${at + 1}/${slides.length} `);
    fillNotes();
    hint();
    // A notes window and other windows on the same pack follow.
    if (!told) channel?.postMessage({ at });
  };

  // Pages are cut to fit; in a window so small that one does not, it says that there is more.
  const hint = () => {
    const body = slides[at].querySelector(".slide-body");
    body.classList.remove("overflows");
    body.classList.toggle("overflows", body.scrollHeight > body.clientHeight + 1);
  };

  const fillNotes = () => {
    if (!notes || notes.closed) return;
    const page = notes.document;
    const part = (tag, words, name) => {
      const element = page.createElement(tag);
      element.textContent = words;
      if (name) element.className = name;
      return element;
    };
    const text = (slide, where) => slide?.querySelector(where)?.innerText.trim() ?? "";
    page.title = `Notes ${at + 1} / ${slides.length}`;
    page.documentElement.lang = "en";
    page.body.replaceChildren(
      part("p", `${at + 1} / ${slides.length}  ${text(slides[at], ".eyebrow")}`, "where"),
      part("h1", text(slides[at], ".slide-message")),
      ...[...slides[at].querySelectorAll(".notes p")].map((note) => part("p", visible(note))),
      part("p", slides[at + 1] ? `Next: ${text(slides[at + 1], ".slide-message") || hiddenText(slides[at + 1])}` : "Last slide.", "next"),
    );
  };
  // innerText of what is not displayed is its textContent: hidden names must stay hidden in notes as well.
  const visible = (element) => {
    const copy = element.cloneNode(true);
    const gone = root.classList.contains("names-hidden") ? ".who-name" : ".who-role";
    copy.querySelectorAll(gone).forEach((each) => each.remove());
    return copy.textContent.trim();
  };
  const hiddenText = (slide) => visible(slide.querySelector(".slide-message"));

  const STYLE =
    "body{font:20px/1.5 system-ui,sans-serif;margin:24px;max-width:60ch;color:#16202a;background:#fff}" +
    "h1{font-size:26px;line-height:1.25}.where,.next{color:#51606e}.next{border-top:1px solid #8494a2;padding-top:12px}";
  const openNotes = () => {
    notes = window.open("", `notes-${pack}`, "popup,width=760,height=720");
    if (!notes) return tell("The browser did not open the notes window: allow pop-ups for this page.");
    // A constructed sheet and plain nodes: nothing to load, and nothing the content policy would refuse.
    const sheet = new notes.CSSStyleSheet();
    sheet.replaceSync(STYLE);
    notes.document.adoptedStyleSheets = [sheet];
    notes.document.addEventListener("keydown", pressed);
    fillNotes();
  };

  const does = {
    next: () => show(at + 1),
    previous: () => show(at - 1),
    first: () => show(0),
    last: () => show(slides.length - 1),
    notes: openNotes,
    tables: () => {
      press("tables", root.classList.toggle("tables-on"));
      hint();
    },
    names: () => {
      if (names !== "shown") return;
      press("names", root.classList.toggle("names-hidden"));
      fillNotes();
    },
    dark: () => {
      const dark = root.dataset.theme !== "dark";
      root.dataset.theme = dark ? "dark" : "light";
      press("dark", dark);
    },
    full: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen?.()),
    back: async () => {
      if (!back) return;
      // Never leave the slides for an error page.
      const there = await fetch(back, { method: "HEAD" }).then((answer) => answer.ok, () => false);
      if (there) location.assign(back);
      else tell("The server does not answer. The slides stay here and go on working.");
    },
  };
  const KEYS = {
    ArrowRight: "next", ArrowDown: "next", PageDown: "next", " ": "next",
    ArrowLeft: "previous", ArrowUp: "previous", PageUp: "previous", Backspace: "previous",
    Home: "first", End: "last", Escape: "back",
    d: "dark", f: "full", h: "names", n: "notes", t: "tables",
  };

  function pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const what = KEYS[key];
    if (!what) return;
    // Space and arrows keep their meaning on buttons and in what can be scrolled.
    if (key === " " && event.target.closest?.("button, a")) return;
    const body = event.target.closest?.(".slide-body");
    if (/^(Arrow(Up|Down)|Page)/.test(key) && body && body.scrollHeight > body.clientHeight + 1) return;
    event.preventDefault();
    does[what]();
  }
  document.addEventListener("keydown", pressed);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    event.preventDefault();
    does[button.dataset.do]();
  });

  let begun = null;
  document.addEventListener("touchstart", (event) => (begun = event.changedTouches[0]), { passive: true });
  document.addEventListener("touchend", (event) => {
    const ended = event.changedTouches[0];
    if (!begun) return;
    const [right, down] = [ended.clientX - begun.clientX, ended.clientY - begun.clientY];
    if (Math.abs(right) > 60 && Math.abs(right) > 2 * Math.abs(down)) show(at + (right < 0 ? 1 : -1));
    begun = null;
  });

  channel?.addEventListener("message", (event) => show(event.data.at, true));
  window.addEventListener("resize", hint);
  window.addEventListener("pagehide", () => notes?.close());
  root.classList.add("board-on");
  show((parseInt(location.hash.slice(1), 10) || 1) - 1, true);
  document.getElementById("deck").focus({ preventScroll: true });
})();
