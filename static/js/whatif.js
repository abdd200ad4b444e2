// Sliders beside the number fields of the what-if page. Without this file the fields and the Show button do.
(() => {
  "use strict";
  const fieldOf = (slider) => document.getElementById(slider.dataset.lever);
  const sliderOf = (field) => document.querySelector(`input[type="range"][data-lever="${CSS.escape(field.id)}"]`);

  // A slider writes into its field while it moves; the field is what is sent.
  document.addEventListener("input", (event) => {
    const moved = event.target;
    if (moved.matches("input[type=range][data-lever]")) {
      fieldOf(moved).value = moved.value;
    } else if (moved.matches("#what-if-levers input[type=number]")) {
      const slider = sliderOf(moved);
      if (slider && moved.value !== "") slider.value = moved.value;
    }
    const row = moved.closest("#what-if-levers tr");
    if (row) {
      const field = row.querySelector("input[type=number]");
      row.classList.toggle("changed", field.value !== "" && field.value !== field.dataset.today);
    }
  });

  // Only what is promised is sent: the others say what is true today anyway.
  document.addEventListener("htmx:config:request", (event) => {
    const { request, sourceElement } = event.detail.ctx;
    if (sourceElement.id !== "what-if-levers") return;
    for (const field of sourceElement.querySelectorAll("input[type=number]")) {
      if (field.value === field.dataset.today) request.body.delete(field.name);
    }
  });
})();
