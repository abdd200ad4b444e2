"""A scorecard as a file: written from the grid, and read back as cells to take in. No database is touched."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from openpyxl import load_workbook

HEAD = ("key", "measurable", "unit", "goal")
LARGEST_BYTES = 4 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 500, 300
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class FileUnreadable(Exception):
    """The file is no scorecard; the message says why. Nothing was changed."""


@dataclass(frozen=True, kw_only=True)
class FileRow:
    """A line to write: what a measurable is, and its values by week (None is blank)."""

    key: str
    name: str
    unit: str
    goal: str
    values: Sequence[float | None]


@dataclass(frozen=True, kw_only=True)
class FileCell:
    """A filled cell that was read: which measurable and week, and the text as it stood there."""

    key: str
    week: date
    text: str


def csv_written(rows: Iterable[FileRow], weeks: Sequence[date]) -> str:
    """Text that a program for sheets would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*HEAD, *(week.isoformat() for week in weeks)])
    for row in rows:
        words = [_harmless(text) for text in (row.key, row.name, row.unit, row.goal)]
        writer.writerow([*words, *("" if value is None else _plain(value) for value in row.values)])
    return out.getvalue()


def workbook_written(rows: Iterable[FileRow], weeks: Sequence[date], *, title: str) -> bytes:
    """One sheet; numbers are numbers, weeks are dates, names and the head stay in sight."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(title[:31].translate(str.maketrans("[]:*?/\\", "       ")) or "Scorecard")
    head, day = book.add_format({"bold": True}), book.add_format({"bold": True, "num_format": "yyyy-mm-dd"})
    for column, name in enumerate(HEAD):
        sheet.write_string(0, column, name, head)
    for column, week in enumerate(weeks, len(HEAD)):
        sheet.write_datetime(0, column, datetime(week.year, week.month, week.day), day)  # noqa: DTZ001 - sheets have no zones
    for line, row in enumerate(rows, 1):
        for column, text in enumerate((row.key, row.name, row.unit, row.goal)):
            sheet.write_string(line, column, text)
        for column, value in enumerate(row.values, len(HEAD)):
            if value is not None:
                sheet.write_number(line, column, value)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 34)
    sheet.set_column(len(HEAD), len(HEAD) + len(weeks), 11)
    sheet.freeze_panes(1, len(HEAD))
    book.close()
    return out.getvalue()


def cells_read(data: bytes) -> list[FileCell]:
    """The filled cells under week columns of a CSV or XLSX file, in the form that is written above.

    A row is known by its `key`; a column is a week if its head is a date. Everything else is left out.
    """
    if len(data) > LARGEST_BYTES:
        raise FileUnreadable(f"The file is larger than {LARGEST_BYTES // 1024 // 1024} MB.")
    table = _sheet(data) if data.startswith(b"PK\x03\x04") else _csv(data)
    if not table:
        raise FileUnreadable("The file is empty.")
    names = [str(name).strip().casefold() if isinstance(name, str) else name for name in table[0]]
    if "key" not in names:
        raise FileUnreadable("The first row has no column “key”. Start from a file downloaded here.")
    weeks = {column: week for column, name in enumerate(names) if (week := _week(name)) is not None}
    if not weeks:
        raise FileUnreadable("No column is named by a week, such as 2026-11-23.")
    if len(set(weeks.values())) < len(weeks):
        raise FileUnreadable("Two columns are of the same week.")
    key_column = names.index("key")
    found = []
    for row in table[1:]:
        key = str(row[key_column]).strip() if key_column < len(row) and row[key_column] is not None else ""
        for column, week in weeks.items():
            text = _text(row[column]) if column < len(row) else ""
            if key and text:
                found.append(FileCell(key=key, week=week, text=text))
    return found


def _csv(data: bytes) -> list[list[Any]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise FileUnreadable("This is neither an XLSX file nor CSV in the encoding UTF-8.") from problem
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        table: list[list[Any]] = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as problem:
        raise FileUnreadable("The rows of this CSV file cannot be told apart.") from problem
    if len(table) > MOST_ROWS or any(len(row) > MOST_COLUMNS for row in table):
        raise FileUnreadable(f"At most {MOST_ROWS} rows and {MOST_COLUMNS} columns are read.")
    return table


def _sheet(data: bytes) -> list[list[Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > 20 * LARGEST_BYTES:
                raise FileUnreadable("The workbook is too large when unpacked.")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)
        table = [list(row) for row in rows]
        book.close()
    except FileUnreadable:
        raise
    except Exception as problem:  # the library answers broken files with many kinds of errors
        raise FileUnreadable("This XLSX file cannot be opened.") from problem
    return table


def _week(name: Any) -> date | None:
    if isinstance(name, datetime):
        return name.date()
    if isinstance(name, date):
        return name
    try:
        return date.fromisoformat(str(name))
    except ValueError:
        return None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return _plain(value)
    return str(value).strip()


def _plain(value: float) -> str:
    return f"{Decimal(repr(round(value, 6))).normalize():f}"


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
