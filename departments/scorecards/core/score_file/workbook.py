"""An XLSX workbook as sheets of text: each cell as a person sees it, so that a workbook and its CSV are read alike.

Run as a module this reads a workbook from its input and writes the sheets as JSON: a workbook is a stranger's program
for a parser, so it is parsed in a process that has little time and little memory and nothing else to lose.
"""

from __future__ import annotations

import io
import json
import re
import sys
import warnings
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from departments.scorecards.core.number_text import MOST_DECIMALS, MOST_DIGITS, number_text
from departments.scorecards.core.score_file.sheet import (
    MOST_COLUMNS,
    MOST_ROWS,
    FileUnreadable,
    Sheet,
    SheetCell,
    SheetRow,
    counted_names,
)
from departments.translation import gettext as _

SECONDS, BYTES = 20, 768 * 1024 * 1024
"""Of a processor, and of memory, that reading one workbook may take."""
_SIGNIFICANT = 15
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_SEEN_PERCENT = re.compile(r"\[[^\]]*\]|_.|\*.")


def sheets_of_workbook(data: bytes) -> list[Sheet]:
    """The visible sheets. A cell without a trustworthy text says why: an error, a date, a formula without a result."""
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of things in a workbook that it does not know
        # Twice, because openpyxl gives either results or formulas, and a formula without a result has to be told apart.
        values = load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
        formulas = load_workbook(io.BytesIO(data), keep_links=False)
    visible = [sheet for sheet in values.worksheets if sheet.sheet_state == "visible"]
    hidden = [f"“{sheet.title}”" for sheet in values.worksheets if sheet.sheet_state != "visible"]
    notes = (
        (_("Hidden sheets are ignored: {counted_names}.").format(counted_names=counted_names(hidden)),)
        if hidden
        else ()
    )
    return [_sheet(sheet, formulas[sheet.title], notes) for sheet in visible]


def _sheet(sheet: Any, formulas: Any, notes: tuple[str, ...]) -> Sheet:
    merged = {
        (merged.min_row, merged.min_col): merged.coord
        for merged in sheet.merged_cells.ranges
        if merged.size["rows"] * merged.size["columns"] > 1
    }
    rounded: list[str] = []
    cells: dict[tuple[int, int], SheetCell] = {}
    # Private, but only cells that exist: the public way visits all up to the last used row and column.
    for at, cell in sheet._cells.items():
        formula = formulas._cells.get(at)
        read = _cell(cell, rounded, without_result=formula is not None and formula.data_type == "f")
        if not read.empty and at in merged:
            read = SheetCell(
                problem=_("The cells {merged} are merged: it is unclear which one the value belongs to.").format(
                    merged=merged[at]
                )
            )
        if not read.empty:
            cells[at] = read
    height, width = (max((at[axis] for at in cells), default=0) for axis in (0, 1))
    if height > MOST_ROWS or width > MOST_COLUMNS:
        raise FileUnreadable(
            _(
                "The sheet “{title}” is filled down to row {height:,} and column {width:,}; at most "
                "{most_rows} rows and {most_columns} columns are read."
            ).format(title=sheet.title, height=height, width=width, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS)
        )
    rows = (
        SheetRow(line, tuple(cells.get((line, column), SheetCell()) for column in range(1, width + 1)))
        for line in range(1, height + 1)
    )
    if rounded:
        notes += (
            _("Rounded to {most_decimals} decimals: {counted_names}.").format(
                most_decimals=MOST_DECIMALS, counted_names=counted_names(rounded)
            ),
        )
    return Sheet(tuple(row for row in rows if not row.empty), name=sheet.title, lettered=True, notes=notes)


def _cell(cell: Any, rounded: list[str], *, without_result: bool) -> SheetCell:
    value = cell.value
    if value is None:
        if without_result and cell.data_type != "str":  # "str": the result is the empty text
            return SheetCell(
                problem=_("It has a formula but no result: open the file in your spreadsheet and save it.")
            )
        return SheetCell()
    if cell.data_type == "e":
        return SheetCell(
            problem=_("It holds the error {value}. Correct the cell, or leave it empty.").format(value=value)
        )
    if isinstance(value, bool):
        return SheetCell(problem=_("It contains {value}, which is not a number.").format(value=str(value).upper()))
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, (date, datetime)):
        return SheetCell(text=value.isoformat())
    if isinstance(value, (time, timedelta)):
        return SheetCell(problem=_("It is formatted as a time ({value}). Format it as a number.").format(value=value))
    if isinstance(value, (int, float)):
        return _number(cell, Decimal(repr(value)), rounded)
    return SheetCell(text=str(value).strip())


def _number(cell: Any, value: Decimal, rounded: list[str]) -> SheetCell:
    """A number as the sheet shows it: times a hundred with a percent sign where its format says so."""
    if not value.is_finite():
        return SheetCell(problem=_("It contains {value}, which is not a number.").format(value=value))
    if value.adjusted() >= MOST_DIGITS:
        return SheetCell(
            problem=_("It contains {value}, which has more than {most_digits} digits before the point.").format(
                value=value, most_digits=MOST_DIGITS
            )
        )
    code = str(cell.number_format or "General").partition(";")[0]
    bare = _LITERAL.sub("", code)
    # A comma behind the last digit shows thousands.
    if re.search(r"[0#?],+(?![0#?])", bare):
        return SheetCell(
            problem=_(
                "Its format ({code}) shows a different number than the cell contains. Format it as a plain number."
            ).format(code=code)
        )
    signs = bare.count("%")
    if signs > 1 or "‰" in code:
        return SheetCell(
            problem=_("Its format ({code}) is not a percent format. Format it as a plain number.").format(code=code)
        )
    value = _as_stored(value * 100 if signs else value, cell.coordinate, rounded)
    return SheetCell(text=number_text(value) + ("%" if "%" in _SEEN_PERCENT.sub("", code) else ""))


def _as_stored(value: Decimal, place: str, rounded: list[str]) -> Decimal:
    """To the 15 digits that spreadsheets keep, which is silent, and to the decimals that we keep, which is not."""
    digits = value.adjusted() + 1
    exact = round(value, max(_SIGNIFICANT - digits, 0))
    stored = round(exact, MOST_DECIMALS)
    if stored != exact:
        rounded.append(place)
    return stored


def _limited() -> None:
    """Less time and memory for this process, before it reads anything."""
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.modules["numpy"] = None  # type: ignore[assignment]  # openpyxl would import it, and asks for nothing of it


def main() -> None:
    """Bytes in, JSON out: `sheets`, or `refused` with a sentence."""
    _limited()
    data = sys.stdin.buffer.read()
    try:
        answer: dict[str, Any] = {"sheets": [_packed(sheet) for sheet in sheets_of_workbook(data)]}
    except FileUnreadable as problem:
        answer = {"refused": str(problem)}
    except MemoryError:
        answer = {"refused": _("The workbook is too large when unpacked.")}
    except Exception:  # the library answers broken files with many kinds of errors
        answer = {"refused": _("This XLSX file cannot be opened. Save it again in your spreadsheet program.")}
    sys.stdout.write(json.dumps(answer))


def _packed(sheet: Sheet) -> dict[str, Any]:
    rows = [[row.line, [[cell.text, cell.problem] for cell in row.cells]] for row in sheet.rows]
    return {"name": sheet.name, "notes": sheet.notes, "rows": rows}


def unpacked(packed: dict[str, Any]) -> Sheet:
    """A sheet that another process wrote with `main`."""
    rows = tuple(SheetRow(line, tuple(SheetCell(*cell) for cell in cells)) for line, cells in packed["rows"])
    return Sheet(rows, name=packed["name"], lettered=True, notes=tuple(packed["notes"]))


if __name__ == "__main__":
    main()
