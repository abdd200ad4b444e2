"""Workbooks for the tests of uploads, made as people and their programs make them."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter

WEEKS = (date(2026, 11, 9), date(2026, 11, 16))


def workbook(
    rows: list[list[Any]],
    *,
    formats: dict[tuple[int, int], str] | None = None,
    formulas: dict[tuple[int, int], tuple[str, Any]] | None = None,
    merged: str = "",
    before: tuple[str, bool] | None = None,
) -> bytes:
    """A sheet with a header of two weeks and these rows of `key, value, value`; cells count from zero.

    `before` is a sheet in front of it, by name, and whether it is hidden.
    """
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        if before:
            first = book.add_worksheet(before[0])
            first.write_string(0, 0, "about")
        sheet = book.add_worksheet("Card")
        if before and before[1]:
            sheet.activate()
            first.hide()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_string(0, 0, "key")
        for column, week in enumerate(WEEKS, 1):
            sheet.write_datetime(0, column, datetime(week.year, week.month, week.day), day)
        for line, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                code = (formats or {}).get((line, column))
                if value is not None:
                    sheet.write(line, column, value, book.add_format({"num_format": code}) if code else None)
        for (line, column), (formula, result) in (formulas or {}).items():
            sheet.write_formula(line, column, formula, None, result)
        if merged:
            sheet.merge_range(merged, 7)
    return out.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The workbook with one part put in or replaced, packed tightly."""
    out = BytesIO()
    with ZipFile(BytesIO(data)) as before, ZipFile(out, "w", ZIP_DEFLATED) as after:
        for part in before.namelist():
            if part != name:
                after.writestr(part, before.read(part))
        after.writestr(name, content)
    return out.getvalue()


def with_sheet(data: bytes, old: bytes, new: bytes) -> bytes:
    """The workbook with something in its sheet as another program writes it."""
    with ZipFile(BytesIO(data)) as book:
        name = next(part for part in book.namelist() if part.startswith("xl/worksheets/sheet"))
        content = book.read(name)
        assert old in content
        content = content.replace(old, new)
    return with_part(data, name, content)
