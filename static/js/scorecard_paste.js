// Blocks on a scorecard: paste from a sheet, copy one cell, and the undoing of a block. All cells or none.
(() => {
  "use strict";
  const card = window.scorecard;
  if (!card) return;

  const rowsOf = (text) => text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));

  // Cells of the block from the one that is stood on: down the measurables, right to older weeks.
  const target = (start, rows) => {
    const lines = [...card.table().tBodies[0].rows];
    const first = lines.indexOf(start.closest("tr"));
    const found = [];
    for (const [down, texts] of rows.entries()) {
      for (const [right, text] of texts.entries()) {
        const cell = lines[first + down]?.cells[start.cellIndex + right];
        if (!cell?.matches("td.cell")) return null;
        found.push({ cell, text: text.trim() });
      }
    }
    return found;
  };
  const post = async (cells, values) => {
    await card.settled();
    await htmx.ajax("POST", card.table().dataset.paste + location.search, {
      source: "#scorecard-grid", target: "#scorecard-told", swap: "outerHTML",
      values: { cells: JSON.stringify(cells), ...values },
    });
  };
  let before = []; // cells of the last block, with the versions they had
  const written = () => {
    const changed = before.filter(([id, version]) => card.cellAt(id)?.dataset.version !== version).map(([id]) => id);
    if (!changed.length) return;
    card.remember(changed);
    before = [];
  };
  const tell = (words) => {
    const told = document.getElementById("scorecard-told");
    const item = document.createElement("li");
    item.className = "notice bad-notice";
    item.textContent = words;
    told.replaceChildren(item);
  };

  document.addEventListener("paste", async (event) => {
    const start = document.activeElement?.closest?.("table.score[data-cells] td.cell");
    if (!start || document.activeElement.matches("input")) return;
    const text = event.clipboardData.getData("text/plain");
    if (!text) return;
    event.preventDefault();
    const rows = rowsOf(text);
    const block = target(start, rows);
    if (!block) {
      const words = card.table().dataset;
      tell(`${words.over.replace("{rows}", rows.length).replace("{columns}", Math.max(...rows.map((row) => row.length)))}${card.table().querySelector("tr.more") ? ` ${words.more}` : ""}`);
      return;
    }
    before = block.map(({ cell }) => [cell.id, cell.dataset.version]);
    await post(block.map(({ cell, text: typed }) => [card.key(cell), card.week(cell), cell.dataset.version, typed]));
    written();
    card.stand(card.cellAt(start.id));
  });
  // A block with far-off values is written by the form that asks about them: it can be undone like any other.
  // Its own swap replaces the form, so that it is only known before.
  let confirmed = false;
  document.addEventListener("htmx:before:swap", (event) => {
    if (event.detail.ctx?.sourceElement?.matches?.("[data-block-again]")) confirmed = true;
  });
  document.addEventListener("htmx:after:swap", () => {
    if (!confirmed) return;
    confirmed = false;
    written();
  });
  document.addEventListener("scorecard:undo-block", async (event) => {
    const cells = event.detail.ids.map(card.cellAt).filter(Boolean);
    await post(cells.map((cell) => [card.key(cell), card.week(cell), cell.dataset.version]), { action: "undo" });
    card.stand(cells[0] && card.cellAt(cells[0].id));
  });
  document.addEventListener("copy", (event) => {
    const cell = document.activeElement?.closest?.("table.score[data-cells] td.cell");
    if (!cell || document.activeElement.matches("input") || !getSelection().isCollapsed) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", cell.dataset.raw);
  });
})();
