"""The files of one upload as plain tables: UTF-8, commas, one row of names. How they were found is shown, and can be
said differently."""

from __future__ import annotations

import csv
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from departments.formats import counted
from pipeline.imports.problems import ImportUnreadable
from pipeline.sources.files.text import (
    DELIMITERS,
    ENCODINGS,
    MOST_COLUMNS,
    UNREADABLE,
    column_names,
    delimiter_of,
    encoding_of,
    header_row_of,
    rows_of,
    separator_named,
    text_lines,
)
from pipeline.sources.files.unpack import BOOKS, is_log, unpack
from pipeline.sources.files.workbook import workbook_sheets

_HEAD = 200
_TOTAL = re.compile(
    r"((grand |sub-?)?(total|sum)s?|(zwischen|end|gesamt)?summe|gesamt|(sous-)?total g[ée]n[ée]ral|total[ei]?|somme)"
    r"( ?\([^)]*\)| [0-9]+)? ?:?",
    re.IGNORECASE,
)
"""What stands before the totals of a table, alone in its cell, the first one that is filled."""
_LISTED = 5


@dataclass(frozen=True, kw_only=True)
class FileSettings:
    """How a file is read where a person says so: an encoding, a sign, the row of names (from 1). Empty: found out."""

    encoding: str = ""
    delimiter: str = ""
    header_row: int = 0


@dataclass(frozen=True, kw_only=True)
class FoundTable:
    """A table as it was found: `table` is its file among the plain ones, `file` the one that came.

    `header_row` counts from 1 in the file. `footer` is the number of rows after the table that were left out.
    """

    table: str
    file: str
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    header_row: int = 1
    rows: int = 0
    columns: list[str] = field(default_factory=list)
    footer: int = 0
    notes: list[str] = field(default_factory=list)
    log: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def tables_write(original: Path, tables: Path, settings: dict[str, dict[str, Any]]) -> list[FoundTable]:
    """Read every file of `original`, write its tables to the empty folder `tables`, and say what was found.

    Raises ImportUnreadable with a sentence that says what to do where a file cannot be read.
    """
    shutil.rmtree(tables, ignore_errors=True)
    tables.mkdir(parents=True)
    scratch = tables.with_name("scratch")
    shutil.rmtree(scratch, ignore_errors=True)
    found: list[FoundTable] = []
    try:
        for path in unpack(original, scratch / "zip"):
            if is_log(path):
                shutil.copyfile(path, tables / path.name)
                found.append(FoundTable(table=path.name, file=path.name, log=True))
            elif path.suffix.lower() in BOOKS:
                found += _book_write(path, tables, scratch, settings)
            else:
                chosen = FileSettings(**settings.get(path.name, {}))
                found.append(_text_write(path, tables / f"{path.stem}.csv", chosen))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if not found:
        raise ImportUnreadable("None of the files holds a table; export it again with a row of names and rows of data.")
    return found


def _book_write(path: Path, tables: Path, scratch: Path, settings: dict[str, dict[str, Any]]) -> list[FoundTable]:
    folder = scratch / path.stem
    folder.mkdir(parents=True, exist_ok=True)
    sheets = workbook_sheets(path, folder)
    if not sheets:
        raise ImportUnreadable(f"{path.name} has no visible sheet with anything in it.")
    found = []
    for sheet in sheets:
        name = path.stem if len(sheets) == 1 else f"{path.stem} {sheet['name']}"
        plain = folder / sheet["file"]
        chosen = FileSettings(**settings.get(f"{name}.csv", {}))
        fixed = FileSettings(encoding="utf-8-sig", delimiter=",", header_row=chosen.header_row)
        notes = _sheet_notes(sheet)
        if path.suffix.lower() == ".xlsm":
            notes.append("Macros of the workbook are not run.")
        try:
            table = _text_write(plain, tables / f"{_safe(name)}.csv", fixed, spreadsheet=True)
        except ImportUnreadable as problem:
            if len(sheets) == 1:
                raise ImportUnreadable(str(problem).replace(sheet["file"], path.name)) from problem
            continue  # a sheet of notes beside the table
        found.append(
            FoundTable(**(table.as_json() | {"file": path.name, "sheet": sheet["name"], "encoding": "",
                                             "delimiter": "", "notes": [*table.notes, *notes]}))
        )  # fmt: skip
    return found


def _sheet_notes(sheet: dict[str, Any]) -> list[str]:
    """What of a sheet or beside it may be overlooked."""
    notes = [f"{sheet['errors']:,} cells hold an error such as #REF!."] if sheet["errors"] else []
    if sheet["hidden_rows"]:
        notes.append(f"{counted(sheet['hidden_rows'], 'hidden row is', 'hidden rows are')} read, too.")
    if sheet["hidden"]:
        notes.append(f"Hidden sheets are not read: {', '.join(sheet['hidden'])}.")
    return notes


def _safe(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in " ._-" else "_" for letter in name)[:120]


def _text_write(path: Path, target: Path, chosen: FileSettings, *, spreadsheet: bool = False) -> FoundTable:
    encoding = chosen.encoding or encoding_of(path)
    if encoding not in ENCODINGS:
        raise ImportUnreadable(f"{path.name}: “{encoding}” is not an encoding that is read.")
    delimiter = chosen.delimiter or delimiter_of(path, encoding)
    if delimiter not in DELIMITERS:
        delimiter = delimiter_of(path, encoding)
    with text_lines(path, encoding) as lines:
        head = [row for _, (_, row) in zip(range(_HEAD), rows_of(lines, delimiter, path.name), strict=False)]
    skipped = 1 if head and separator_named(delimiter.join(head[0])) else 0
    place = chosen.header_row - 1 if chosen.header_row else header_row_of(head[skipped:]) + skipped
    if place >= len(head) or not any(cell.strip() for cell in head[place]):
        raise ImportUnreadable(f"{path.name}: row {place + 1} is empty; it should hold the names of the columns.")
    names = column_names(head[place])
    if len(names) > MOST_COLUMNS:
        raise ImportUnreadable(f"{path.name} has {len(names):,} columns; at most {MOST_COLUMNS:,} are read.")
    if len(names) < 2:
        raise ImportUnreadable(
            f"{path.name} has only one column; it is no table, or the sign between values is another."
        )
    with text_lines(path, encoding) as lines, target.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(names)
        table = _Table(names=names, file=path.name, padded=spreadsheet)
        for row in table.rows(rows_of(lines, delimiter, path.name), after=place):
            writer.writerow(row)
    if not table.count:
        raise ImportUnreadable(f"{path.name} has names of columns, but no row under them.")
    return FoundTable(
        table=target.name, file=path.name, encoding=encoding, delimiter=delimiter, header_row=place + 1,
        rows=table.count, columns=names, footer=table.footer, notes=table.notes(),
    )  # fmt: skip


@dataclass
class _Table:
    """Passes the rows under the names; rows of another width are refused unless they end the file after a gap."""

    names: list[str]
    file: str
    padded: bool
    count: int = 0
    blank: int = 0
    footer: int = 0
    repeated: int = 0
    unreadable: int = 0
    _odd: list[tuple[int, int]] = field(default_factory=list)
    _totals: list[int] = field(default_factory=list)
    _widths: Counter[int] = field(default_factory=Counter)

    def rows(self, source: Iterator[tuple[int, list[str]]], *, after: int) -> Iterator[list[str]]:
        width, gap = len(self.names), False
        for place, (line, row) in enumerate(source):
            if place <= after:
                continue
            filled = sum(1 for cell in row if cell.strip())
            if not filled:
                gap = gap or self.count > 0
                self.blank += 1
                continue
            while len(row) > width and not row[-1].strip():
                row.pop()
            if gap and filled < max(2, width * 0.5):
                self.footer += 1
                continue
            if filled <= max(2, width * 0.5) and _is_total(row):
                self._totals.append(line)
                continue
            if self.footer:
                self._odd.append((line, len(row)))
            if column_names(row) == self.names:
                self.repeated += 1
                continue
            if len(row) != width and not (self.padded and len(row) < width):
                self._odd.append((line, len(row)))
                continue
            self.count += 1
            self.unreadable += sum(UNREADABLE in cell for cell in row)
            gap = False
            yield [cell.strip().replace("\r\n", "\n").replace("\r", "\n") for cell in row] + [""] * (width - len(row))
        self._refuse_odd()

    def _refuse_odd(self) -> None:
        if not self._odd:
            return
        listed = ", ".join(f"{line:,} ({width})" for line, width in self._odd[:_LISTED])
        more = f" and {len(self._odd) - _LISTED:,} more" if len(self._odd) > _LISTED else ""
        last, width = self._odd[-1]
        hint = "A value holds the separator without quotation marks, or the file was cut off."
        if len(self._odd) == 1 and width < len(self.names):
            hint = f"The file seems to be cut off at line {last:,}: export it again."
        raise ImportUnreadable(
            f"{self.file}: {len(self._odd):,} rows do not have {len(self.names)} values as its names do: line"
            f" {listed}{more}. {hint}"
        )

    def notes(self) -> list[str]:
        """What was left out."""
        notes = []
        if self.footer:
            notes.append(f"{self.footer:,} rows after the table, such as totals, were left out.")
        if self._totals:
            what = counted(len(self._totals), "row of totals was", "rows of totals were")
            listed = ", ".join(f"{line:,}" for line in self._totals[:_LISTED])
            more = f" and {len(self._totals) - _LISTED:,} more" if len(self._totals) > _LISTED else ""
            notes.append(f"{what} left out: line {listed}{more}.")
        if self.repeated:
            notes.append(
                f"The row of names stands {self.repeated:,} more times among the rows, and was left out there."
            )
        if self.unreadable:
            notes.append(
                f"{counted(self.unreadable, 'value has', 'values have')} signs that are not of this encoding,"
                f" shown as {UNREADABLE}. Choose another encoding."
            )
        return notes


def _is_total(row: list[str]) -> bool:
    """Whether a row says nothing but sums: a deal of a customer called Total has a key or a stage beside it."""
    first, *others = [cell.strip() for cell in row if cell.strip()]
    return bool(_TOTAL.fullmatch(first)) and all(any(sign.isdigit() for sign in cell) for cell in others)
