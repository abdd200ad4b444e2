// My updates: where the focus goes when the pressed button is gone after a swap. The page works without this file.
(() => {
  "use strict";
  let then = "";
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-then]");
    then = button ? button.dataset.then : "";
  });
  document.addEventListener("htmx:after:swap", () => {
    const wanted = then && document.getElementById(then);
    then = "";
    if (wanted && (!document.activeElement || document.activeElement === document.body)) wanted.focus();
  });
})();
