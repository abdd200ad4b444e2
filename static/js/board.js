// The board: one slide at a time, by key, button or swipe. Everything it shows is in the page: the server may be gone.
(() => {
  "use strict";
  const root = document.documentElement;
  const { pack, back, names, wordsNotes, wordsNext, wordsLast, wordsPopup, wordsAway } = document.body.dataset;
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
    // Replaced, not pushed: back leads out of the board, not through its slides.
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
    page.title = `${wordsNotes} ${at + 1} / ${slides.length}`;
    page.documentElement.lang = root.lang;
    page.documentElement.className = `board-on ${root.classList.contains("names-hidden") ? "names-hidden" : ""}`;
    page.body.replaceChildren(
      clock(page),
      part("p", `${at + 1} / ${slides.length}  ${text(slides[at], ".eyebrow")}`, "where"),
      part("h1", text(slides[at], ".slide-message")),
      ...[...slides[at].querySelectorAll(".notes p")].map((note) => part("p", visible(note))),
      part("p", slides[at + 1] ? `${wordsNext} ${text(slides[at + 1], ".slide-message") || hiddenText(slides[at + 1])}` : wordsLast, "next"),
      ...(slides[at + 1] ? [picture(page, slides[at + 1])] : []),
    );
    tick();
  };
  // How long it has been going on, and what time it is.
  const started = Date.now();
  const clock = (page) => {
    const element = page.createElement("p");
    element.className = "clock";
    element.setAttribute("role", "timer");
    return element;
  };
  const tick = () => {
    const element = notes && !notes.closed && notes.document.querySelector(".clock");
    if (!element) return;
    const seconds = Math.floor((Date.now() - started) / 1000);
    const now = new Date().toLocaleTimeString(root.lang === "en" ? [] : root.lang, { hour: "2-digit", minute: "2-digit" });
    element.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}  ·  ${now}`;
  };
  setInterval(tick, 1000);

  // The next slide as it will look in a window of 1280 x 720, made small.
  const picture = (page, slide) => {
    const [frame, deck] = [page.createElement("div"), page.createElement("div")];
    frame.className = "picture";
    frame.setAttribute("aria-hidden", "true");
    deck.id = "deck";
    const copy = page.importNode(slide, true);
    copy.classList.add("current");
    copy.querySelectorAll("[tabindex]").forEach((each) => each.removeAttribute("tabindex"));
    deck.append(copy);
    frame.append(deck);
    return frame;
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
    "html.board-on,html.board-on body{display:block;height:auto;overflow:auto}" +
    "html.board-on body{font-size:20px;line-height:1.5;margin:24px;max-width:640px}" +
    "body>p{margin:0 0 .6em}body>h1{font-size:26px;line-height:1.25;margin:0 0 .5em}.where,.next{color:var(--secondary)}" +
    ".clock{font-size:32px;font-weight:650;font-variant-numeric:tabular-nums}" +
    ".next{border-top:1px solid var(--control);padding-top:12px}" +
    ".picture{width:640px;height:360px;overflow:hidden;border:1px solid var(--hairline)}" +
    "html.board-on .picture #deck{width:1280px;height:720px;transform:scale(.5);transform-origin:0 0}";
  // What styles the slides styles their picture: taken from here, so that nothing has to be loaded.
  // The window of notes is narrow, its picture is not: rules for narrow windows stay out.
  const narrow = (rule) => rule instanceof CSSMediaRule && rule.conditionText.includes("max-width");
  const rules = () =>
    [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules].filter((rule) => !narrow(rule)).map((rule) => rule.cssText)).join("\n");
  const openNotes = () => {
    notes = window.open("", `notes-${pack}`, "popup,width=720,height=860");
    if (!notes) return tell(wordsPopup);
    // A constructed sheet and plain nodes: nothing to load, and nothing the content policy would refuse.
    const sheet = new notes.CSSStyleSheet();
    sheet.replaceSync(rules() + STYLE);
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
      else tell(wordsAway);
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
    // A swipe goes across; a finger that scrolls goes down more than that.
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
