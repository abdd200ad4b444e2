// The weekly review by keyboard, and the clock of its agenda. Without this file the page is read and the agenda is a list.
(() => {
  "use strict";
  const panels = () => [...document.querySelectorAll("[data-panel]")];
  const busy = (event) =>
    event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented ||
    document.querySelector("dialog[open]") || event.target.closest?.("input, select, textarea");

  const move = (step) => {
    const all = panels();
    const here = all.findIndex((panel) => panel.contains(document.activeElement));
    const next = all[Math.min(Math.max(here + step, 0), all.length - 1)];
    if (!next) return;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };

  const open = (event) => {
    if (!event.target.matches("[data-panel]")) return;
    const link = event.target.querySelector("[data-opens-panel]") ?? event.target.querySelector("a");
    link?.click();
  };

  // htmx wires what a swap brought only after it settled; clicked before, a link would load the page anew.
  const follow = (id) => {
    const link = document.getElementById(id);
    if (!link) return;
    if (!window.htmx || link.hasAttribute("data-htmx-powered")) link.click();
    else document.addEventListener("htmx:after:swap", () => document.getElementById(id)?.click(), { once: true });
  };

  const keys = {
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: (event) => event.target.matches("[data-panel]") && move(1),
    ArrowUp: (event) => event.target.matches("[data-panel]") && move(-1),
    Enter: open,
    n: () => follow("review-week-after"),
    p: () => follow("review-week-before"),
    s: () => toggle(),
  };
  document.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    if (!act || busy(event)) return;
    if (act(event) !== false && event.key.startsWith("Arrow")) event.preventDefault();
  });

  // Whoever stands on a panel stands there after a swap, also where one week follows the other faster than it settles:
  // only a pointer or Tab leaves it, not a swap that takes the panel away.
  let stood = "";
  document.addEventListener("focusin", (event) => {
    if (event.target.matches?.("[data-panel]")) stood = event.target.id;
  });
  document.addEventListener("pointerdown", () => (stood = ""));
  document.addEventListener("keydown", (event) => event.key === "Tab" && (stood = ""));
  const standAgain = () => {
    const panel = stood && document.getElementById(stood);
    if (panel && document.activeElement === document.body) panel.focus({ preventScroll: true });
  };
  document.addEventListener("htmx:after:swap", standAgain);

  // The clock: seconds that ran, and since when it runs; kept for this window, so that a look into a deal costs no time.
  const KEPT = "review-clock";
  const read = () => {
    try {
      return JSON.parse(sessionStorage.getItem(KEPT)) ?? { ran: 0, since: null };
    } catch {
      return { ran: 0, since: null };
    }
  };
  const keep = (clock) => {
    sessionStorage.setItem(KEPT, JSON.stringify(clock));
    draw();
  };
  const seconds = (clock) => clock.ran + (clock.since ? (Date.now() - clock.since) / 1000 : 0);
  function toggle() {
    const clock = read();
    keep(clock.since ? { ran: seconds(clock), since: null } : { ran: clock.ran, since: Date.now() });
  }

  const draw = () => {
    const shown = document.querySelector(".clock");
    if (!shown) return;
    const clock = read();
    const ran = Math.floor(seconds(clock));
    shown.textContent = `${Math.floor(ran / 60)}:${String(ran % 60).padStart(2, "0")}`;
    const toggle = document.querySelector("[data-agenda=toggle]");
    toggle.textContent = clock.since ? toggle.dataset.pause : ran ? toggle.dataset.goOn : toggle.dataset.start;
    for (const step of document.querySelectorAll("li[data-start]")) {
      const start = Number(step.dataset.start) * 60;
      const end = start + Number(step.dataset.minutes) * 60;
      const here = ran > 0 && ran >= start && ran < end;
      step.classList.toggle("done", ran >= end);
      if (here) step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-agenda]");
    if (!button) return;
    if (button.dataset.agenda === "toggle") toggle();
    else keep({ ran: 0, since: null });
  });
  document.addEventListener("htmx:after:swap", draw);
  setInterval(draw, 1000);
  draw();
})();
