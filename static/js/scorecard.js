// A scorecard as a sheet: move, type, undo. The page works without this file by the plain form of each week.
(() => {
  "use strict";
  const table = () => document.querySelector("table.score[data-cells]");
  const editable = (cell) => Boolean(cell && table()?.contains(cell) && cell.matches("td.cell") && !cell.closest("tr").hasAttribute("data-computed"));
  const week = (cell) => table().tHead.rows[0].cells[cell.cellIndex].dataset.week;
  const key = (cell) => cell.closest("tr").dataset.key;
  const cellAt = (id) => document.getElementById(id);
  let active = null; // the id of the cell one stands on: cells are replaced when they are saved
  let leaving = false;
  const undone = []; // what can be undone: lists of cell ids, newest last
  const written = new Map(); // cell id -> {from, to}: versions of the last write made here

  const stand = (cell, focus = true) => {
    if (!cell) return;
    document.querySelector('table.score [tabindex="0"]')?.setAttribute("tabindex", "-1");
    cell.setAttribute("tabindex", "0");
    active = cell.id;
    leaving = false;
    for (const tool of document.querySelectorAll("[data-detail]")) tool.disabled = false;
    if (focus) cell.focus({ preventScroll: false });
  };
  const neighbour = (cell, down, right) => {
    const rows = [...table().tBodies[0].rows];
    const row = rows[rows.indexOf(cell.closest("tr")) + down];
    const next = row?.cells[cell.cellIndex + right];
    return next?.matches("td.cell") ? next : null;
  };
  const address = (cell) => `${table().dataset.cells}${encodeURIComponent(key(cell))}/${week(cell)}/${location.search}`;

  // --- writing: one request after the other, each with the version its writer saw ---------------------------------
  let queue = Promise.resolve();
  const send = (id, values, seen) => {
    queue = queue.then(async () => {
      const cell = cellAt(id);
      if (!cell) return;
      // Typed before one's own last write came back: only oneself has moved the version on.
      const own = written.get(id);
      const version = own && own.from === seen ? own.to : seen;
      await htmx.ajax("POST", address(cell), {
        source: cell, target: cell, swap: "outerHTML", values: { version, ...values },
      });
      const now = cellAt(id);
      if (now?.classList.contains("saving")) {
        now.classList.replace("saving", "unsaved"); // nothing came back: what was typed stays in sight
        return;
      }
      if (!now || document.getElementById(`told-${id}`)) return;
      if (now.dataset.version !== version) {
        written.set(id, { from: version, to: now.dataset.version });
        if (values.action !== "undo") remember([id]);
      }
    }).catch(() => cellAt(id)?.classList.add("unsaved"));
    return queue;
  };
  const remember = (ids) => {
    undone.push(ids);
    for (const tool of document.querySelectorAll("[data-undo]")) tool.disabled = undone.length === 0;
  };
  const undo = async () => {
    await queue;
    const ids = undone.pop();
    for (const tool of document.querySelectorAll("[data-undo]")) tool.disabled = undone.length === 0;
    if (!ids) return;
    if (ids.length > 1) {
      document.dispatchEvent(new CustomEvent("scorecard:undo-block", { detail: { ids } }));
      return;
    }
    const cell = cellAt(ids[0]);
    if (!cell) return;
    stand(cell);
    send(cell.id, { action: "undo" }, cell.dataset.version);
  };

  // --- editing in a cell ------------------------------------------------------------------------------------------
  const edit = (cell, text) => {
    if (!editable(cell) || cell.querySelector("input")) return;
    const input = document.createElement("input");
    input.className = "cell-input";
    input.inputMode = "decimal";
    input.autocomplete = "off";
    input.setAttribute("aria-label", `${cell.closest("tr").querySelector(".score-name").textContent}, ${table().dataset.weekOf.replace("{day}", week(cell))}`);
    input.value = text ?? cell.dataset.typed ?? cell.dataset.raw;
    input.dataset.seen = cell.dataset.version;
    cell.append(input);
    input.focus();
    if (text === undefined) input.select();
  };
  const leave = (input, keep) => {
    const cell = input.closest("td");
    const text = input.value.trim();
    input.remove();
    if (keep && text !== cell.dataset.raw) {
      cell.classList.add("saving");
      cell.classList.remove("unsaved");
      cell.dataset.typed = text;
      cell.querySelector(".cell-value").textContent = text;
      send(cell.id, { value: text }, input.dataset.seen);
    }
    return cell;
  };

  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest?.("table.score[data-cells] td.cell");
    if (!cell) return;
    const input = event.target.closest("input.cell-input");
    const go = (down, right, from = cell) => {
      const next = neighbour(from, down, right);
      if (!next) return false;
      event.preventDefault();
      stand(next);
      return true;
    };
    if (input) {
      if (event.key === "Escape") { event.preventDefault(); stand(leave(input, false)); }
      else if (event.key === "Enter") { event.preventDefault(); const from = leave(input, true); if (!go(event.shiftKey ? -1 : 1, 0, from)) stand(from); }
      else if (event.key === "Tab") { const from = leave(input, true); if (!go(0, event.shiftKey ? -1 : 1, from)) stand(from); }
      return;
    }
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "z") { event.preventDefault(); undo(); return; }
    if (event.shiftKey && event.key === "F2") { event.preventDefault(); detail(); return; }
    if (command || event.altKey) return;
    const moves = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };
    if (moves[event.key]) { event.preventDefault(); go(...moves[event.key]); }
    else if (event.key === "Home") { event.preventDefault(); stand(cell.closest("tr").querySelector("td.cell")); }
    else if (event.key === "End") { event.preventDefault(); stand([...cell.closest("tr").querySelectorAll("td.cell")].pop()); }
    // After Escape, Tab leaves the sheet: otherwise the keyboard would be caught in it.
    else if (event.key === "Escape") leaving = true;
    else if (event.key === "Tab" && !leaving) go(0, event.shiftKey ? -1 : 1) || (event.shiftKey ? false : nextLine(cell, event));
    else if (event.key === "Enter" || event.key === "F2") { event.preventDefault(); edit(cell); }
    else if ((event.key === "Delete" || event.key === "Backspace") && editable(cell)) { event.preventDefault(); edit(cell, ""); leave(cell.querySelector("input"), true); stand(cellAt(cell.id)); }
    else if (event.key.length === 1 && event.key !== " " && editable(cell)) { event.preventDefault(); edit(cell, event.key); }
  });
  const nextLine = (cell, event) => {
    const next = cell.closest("tr").nextElementSibling?.querySelector("td.cell");
    if (next) { event.preventDefault(); stand(next); }
  };

  // --- pointer, buttons, dialog -----------------------------------------------------------------------------------
  let pressed = null; // where one stood before the pointer went down, which moves the focus
  document.addEventListener("pointerdown", () => { pressed = active; });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-undo]")) { undo(); return; }
    if (event.target.closest("[data-detail]")) { detail(); return; }
    const dismissed = event.target.closest("[data-dismiss]");
    if (dismissed) { dismissed.closest("li").remove(); stand(cellAt(active)); return; }
    const cell = event.target.closest("table.score[data-cells] td.cell");
    if (!cell || event.target.closest("input")) return;
    const again = pressed === cell.id;
    stand(cell);
    if (again || matchMedia("(pointer: coarse)").matches) edit(cell);
  });
  document.addEventListener("focusout", (event) => {
    const input = event.target.closest?.("input.cell-input");
    // Another window is no reason to save. During this event the focus is nowhere, so look a moment later.
    if (input?.isConnected && document.hasFocus()) setTimeout(() => { if (input.isConnected && document.activeElement !== input) leave(input, true); });
  });
  document.addEventListener("focusin", (event) => {
    const cell = event.target.closest?.("table.score[data-cells] td.cell");
    if (cell && cell === event.target && cell.id !== active) stand(cell, false);
  });
  const detail = async () => {
    const cell = cellAt(active);
    const dialog = document.getElementById("scorecard-dialog");
    if (!cell || !dialog) return;
    await queue;
    await htmx.ajax("GET", address(cell), { source: dialog, target: "#scorecard-cell", swap: "outerHTML" });
    dialog.showModal();
    dialog.querySelector("textarea, button")?.focus();
  };
  document.addEventListener("click", (event) => {
    if (event.target.id === "scorecard-dialog") event.target.close();
  });

  // After a swap: a dialog whose form was taken closes, and whoever stood on a replaced cell stands there again.
  document.addEventListener("htmx:after:swap", (event) => {
    const ctx = event.detail.ctx;
    if (ctx?.sourceElement?.matches?.("[data-in-dialog]") && ctx.response?.status < 400) {
      document.getElementById("scorecard-dialog")?.close();
      if (active) remember([active]);
      stand(cellAt(active));
    }
    if (document.activeElement === document.body && active) stand(cellAt(active));
  });
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector(".score .saving, .score .unsaved, .score input.cell-input")) event.preventDefault();
  });
  window.scorecard = { table, editable, week, key, cellAt, remember, stand, active: () => cellAt(active), settled: () => queue };
})();
