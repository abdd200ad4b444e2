// Completion of @names in comments. Without it, names are typed.
(() => {
  "use strict";
  const BEFORE = /(?:^|[\s(,;])@([\w.+-]*)$/;
  let box = null;
  let field = null;
  let asked = 0;

  const close = () => {
    asked += 1;
    box?.remove();
    field?.removeAttribute("aria-activedescendant");
    field?.removeAttribute("aria-controls");
    box = field = null;
  };

  const options = () => [...(box?.querySelectorAll("[role=option]") ?? [])];

  const mark = (chosen) => {
    for (const option of options()) option.setAttribute("aria-selected", String(option === chosen));
    field.setAttribute("aria-activedescendant", chosen.id);
  };

  const take = (option) => {
    const at = field.selectionStart;
    const before = field.value.slice(0, at).replace(/@[\w.+-]*$/, `@${option.dataset.name} `);
    field.value = before + field.value.slice(at).replace(/^ /, "");
    field.setSelectionRange(before.length, before.length);
    field.focus();
    close();
  };

  const show = (area, html) => {
    close();
    if (!html.includes("role=\"option\"")) return;
    field = area;
    box = document.createElement("ul");
    box.className = "mention-list mention-box";
    box.id = "mention-box";
    box.setAttribute("role", "listbox");
    box.setAttribute("aria-label", document.getElementById("live")?.dataset.people ?? "");
    box.innerHTML = html;
    area.parentElement.append(box);
    area.setAttribute("aria-controls", box.id);
    options().forEach((option, number) => { option.id = `mention-${number}`; });
    mark(options()[0]);
    const live = document.getElementById("live");
    if (live) live.textContent = live.dataset.names.replace("{count}", options().length);
  };

  document.addEventListener("input", async (event) => {
    const area = event.target;
    if (!area.matches?.("textarea[data-mentions]")) return;
    const word = BEFORE.exec(area.value.slice(0, area.selectionStart));
    if (!word) return close();
    const mine = (asked += 1);
    const address = `${area.dataset.mentions}&q=${encodeURIComponent(word[1])}`;
    const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
    // An answer that comes late belongs to a word that has been typed on since.
    if (mine !== asked || !answer?.ok) return;
    show(area, await answer.text());
  });

  document.addEventListener("keydown", (event) => {
    if (!box || event.target !== field) return;
    const all = options();
    const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "Escape") close();
    else if (event.key === "ArrowDown") mark(all[(at + 1) % all.length]);
    else if (event.key === "ArrowUp") mark(all[(at + all.length - 1) % all.length]);
    else if (event.key === "Enter" || event.key === "Tab") take(all[at]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  document.addEventListener("pointerdown", (event) => {
    // On pointerdown, not on click: by then the field would have lost the focus, which closes the list.
    const option = event.target.closest?.(".mention-box [role=option]");
    if (option) {
      event.preventDefault();
      take(option);
    } else if (box) close();
  });
  document.addEventListener("focusout", (event) => { if (event.target === field) close(); });

  // Ctrl-Enter sends what is being written.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches?.(".comment-form textarea")) {
      event.target.form.requestSubmit();
    }
  });
})();
