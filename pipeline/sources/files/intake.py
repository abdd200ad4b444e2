"""The files of one upload as plain tables: UTF-8, commas, one row of names. How they were found is shown, and can be
said differently."""

from __future__ import annotations

import csv
import re
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from departments.formats import counted
from departments.translation import gettext_noop
from pipeline.imports.problems import ImportUnreadable
from pipeline.sources.files.content import BOOK, LOG, content_kind
from pipeline.sources.files.table_rows import TableRows
from pipeline.sources.files.text import (
    DELIMITERS,
    ENCODINGS,
    MOST_COLUMNS,
    column_names,
    delimiter_of,
    encoding_of,
    header_row_of,
    rows_of,
    separator_named,
    text_lines,
)
from pipeline.sources.files.unpack import unpack
from pipeline.sources.files.workbook import workbook_sheets

_HEAD = 200
_LISTED = 10
_DAY = re.compile(r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}\b.*")


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
        unpacked = unpack(original, scratch / "zip")
        for path in unpacked.files:
            kind = content_kind(path)
            if kind == LOG:
                name = path.name if path.suffix.lower() in (".xes", ".gz") else f"{path.stem}.xes"
                shutil.copyfile(path, tables / name)
                found.append(FoundTable(table=name, file=path.name, log=True))
            elif kind == BOOK:
                found += _book_write(path, tables, scratch, settings)
            else:
                chosen = FileSettings(**settings.get(path.name, {}))
                found.append(_text_write(path, tables / f"{path.stem}.csv", chosen))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if not found:
        raise ImportUnreadable(
            gettext_noop("None of the files holds a table; export it again with a row of names and rows of data.")
        )
    _refuse_doubles(found)
    if unpacked.left_out:
        found[0].notes.append(
            gettext_noop("Not read, since they hold no table: {listed}.").format(
                listed=", ".join(unpacked.left_out[:_LISTED])
            )
        )
    return found


def _refuse_doubles(found: list[FoundTable]) -> None:
    """Two tables of one name would be one."""
    first: dict[str, FoundTable] = {}
    for table in found:
        other = first.setdefault(table.table.lower(), table)
        if other is not table:
            pair = [f"{one.file}, sheet {one.sheet}" if one.sheet else one.file for one in (other, table)]
            raise ImportUnreadable(
                gettext_noop("{pair} and {pair2} would both be the table {table}: leave one out, or rename it.").format(
                    pair=pair[0], pair2=pair[1], table=table.table
                )
            )


def _book_write(path: Path, tables: Path, scratch: Path, settings: dict[str, dict[str, Any]]) -> list[FoundTable]:
    folder = scratch / path.stem
    folder.mkdir(parents=True, exist_ok=True)
    sheets = workbook_sheets(path, folder)
    if not sheets:
        raise ImportUnreadable(gettext_noop("{path} has no visible sheet with anything in it.").format(path=path.name))
    written: list[FoundTable] = []
    unread: list[str] = []
    for sheet in sheets:
        name = path.stem if len(sheets) == 1 else f"{path.stem} {sheet['name']}"
        plain, target = folder / sheet["file"], tables / f"{_safe(name)}.csv"
        chosen = FileSettings(**settings.get(f"{name}.csv", {}))
        # We wrote the sheet as CSV ourselves: only its row of names is open.
        fixed = FileSettings(encoding="utf-8-sig", delimiter=",", header_row=chosen.header_row)
        notes = _sheet_notes(sheet)
        if path.suffix.lower() == ".xlsm":
            notes.append(gettext_noop("Macros of the workbook are not run."))
        try:
            table = _text_write(plain, target, fixed, spreadsheet=True)
        except ImportUnreadable as problem:
            # The person knows the workbook, not our file of its sheet.
            why = str(problem).replace(sheet["file"], path.name if len(sheets) == 1 else sheet["name"])
            if len(sheets) == 1:
                raise ImportUnreadable(why) from problem
            target.unlink(missing_ok=True)
            rows = counted(sheet["rows"], "row", "rows")
            unread.append(gettext_noop("A sheet with {rows} is not read: {why}").format(rows=rows, why=why))
            continue  # a sheet of notes beside the table
        written.append(
            FoundTable(**(table.as_json() | {"file": path.name, "sheet": sheet["name"], "encoding": "",
                                             "delimiter": "", "notes": [*table.notes, *notes]}))
        )  # fmt: skip
    if written:
        written[0].notes.extend([*unread, *_hidden_sheets(sheets[0]["hidden"])])
    return written


def _hidden_sheets(hidden: dict[str, int]) -> list[str]:
    """A sentence that names them with their rows, where there are any."""
    listed = ", ".join(f"{name} ({counted(rows, 'row', 'rows')})" for name, rows in hidden.items())
    return [gettext_noop("Hidden sheets are not read: {listed}.").format(listed=listed)] if hidden else []


def _sheet_notes(sheet: dict[str, Any]) -> list[str]:
    """What of a sheet or beside it may be overlooked."""
    notes = (
        [gettext_noop("{errors:,} cells hold an error such as #REF!.").format(errors=sheet["errors"])]
        if sheet["errors"]
        else []
    )
    if sheet["hidden_rows"]:
        notes.append(
            gettext_noop("{hidden_rows} read, too.").format(
                hidden_rows=counted(sheet["hidden_rows"], "hidden row is", "hidden rows are")
            )
        )
    if sheet["merged"]:
        listed = ", ".join(sheet["merged"][:_LISTED]) + (", …" if len(sheet["merged"]) > _LISTED else "")
        notes.append(
            gettext_noop(
                "Of merged cells only the first holds a value, the others are read as empty: {listed}."
            ).format(listed=listed)
        )
    return notes


def _safe(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in " ._-" else "_" for letter in name)[:120]


def _text_write(path: Path, target: Path, chosen: FileSettings, *, spreadsheet: bool = False) -> FoundTable:
    encoding = chosen.encoding or encoding_of(path)
    if encoding not in ENCODINGS:
        raise ImportUnreadable(
            gettext_noop("{path}: “{encoding}” is not an encoding that is read.").format(
                path=path.name, encoding=encoding
            )
        )
    delimiter = chosen.delimiter or delimiter_of(path, encoding)
    if delimiter not in DELIMITERS:
        delimiter = delimiter_of(path, encoding)
    with text_lines(path, encoding) as lines:
        head = [row for _, (_, row) in zip(range(_HEAD), rows_of(lines, delimiter, path.name), strict=False)]
    # A first line `sep=;` is no row of names.
    skipped = 1 if head and separator_named(delimiter.join(head[0])) else 0
    place = chosen.header_row - 1 if chosen.header_row else header_row_of(head[skipped:]) + skipped
    names = _names(head, place, path.name, chosen=bool(chosen.header_row))
    with text_lines(path, encoding) as lines, target.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(names)
        table = TableRows(
            names=names, header=head[place], file=path.name, padded=spreadsheet,
            encoding="" if chosen.encoding else encoding,
        )  # fmt: skip
        for row in table.rows(rows_of(lines, delimiter, path.name), after=place):
            writer.writerow(row)
    if not table.count:
        raise ImportUnreadable(
            gettext_noop(
                "{path} has names of columns, but no row under them. Export it again with its rows, or leave it out."
            ).format(path=path.name)
        )
    return FoundTable(
        table=target.name, file=path.name, encoding=encoding, delimiter=delimiter, header_row=place + 1,
        rows=table.count, columns=names, footer=table.footer, notes=table.notes(),
    )  # fmt: skip


def _names(head: list[list[str]], place: int, file: str, *, chosen: bool) -> list[str]:
    """The names of the columns, if the row at this place can be a row of names."""
    if place >= len(head) or not any(cell.strip() for cell in head[place]):
        raise ImportUnreadable(
            gettext_noop(
                "{file}: row {place} is empty; it should hold the names of the columns. Export it again with names."
            ).format(file=file, place=place + 1)
        )
    row = head[place]
    if len(row) > MOST_COLUMNS:
        raise ImportUnreadable(
            gettext_noop(
                "{file} has {count:,} columns; at most {most_columns:,} are read. Leave out those that are not needed."
            ).format(file=file, count=len(row), most_columns=MOST_COLUMNS)
        )
    if len(row) < 2:
        raise ImportUnreadable(
            gettext_noop(
                "{file} has only one column; it is no table, or the sign between values is another. Export it as "
                "CSV with commas or semicolons, or as XLSX."
            ).format(file=file)
        )
    day = next((cell.strip() for cell in row if _DAY.fullmatch(cell.strip())), "")
    if day and not chosen:
        raise ImportUnreadable(
            gettext_noop(
                "{file}: row {place} holds values such as “{day}”, no names of columns. Put a row of names above it."
            ).format(file=file, place=place + 1, day=day)
        )
    return column_names(row)
