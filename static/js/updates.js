// My updates: where the focus goes when the pressed button is gone after a swap. The page works without this file.
(() => {
  "use strict";
  let pressed = null;
  document.addEventListener("click", (event) => {
    pressed = event.target.closest?.("[data-then]") || null;
  });
  document.addEventListener("htmx:after:swap", () => {
    if (!pressed || pressed.isConnected) return; // something else was swapped: the answer is still to come
    const wanted = document.getElementById(pressed.dataset.then);
    pressed = null;
    if (wanted && (!document.activeElement || document.activeElement === document.body)) wanted.focus();
  });
})();
