"""A scorecard as a file: written from the grid, and read back as cells to take in. No database is touched."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter
from django.utils.translation import gettext as _

from departments.core.formula_guard import GuardedWriter, is_formula
from departments.core.text import clean_text
from departments.core.upload_limits import MEGABYTE, SCORE_FILE_BYTES
from departments.scorecards.core.number_text import bare_text
from departments.scorecards.core.score_file.archive import is_zip
from departments.scorecards.core.score_file.cells import HEAD, FileContent, content_of
from departments.scorecards.core.score_file.sheet import FileUnreadable
from departments.scorecards.core.score_file.text import sheet_of_text
from departments.scorecards.services.workbooks import workbook_read


@dataclass(frozen=True, kw_only=True)
class FileRow:
    """A line to write: what a measurable is, and its values by week (None is blank)."""

    key: str
    name: str
    unit: str
    goal: str
    values: Sequence[Decimal | None]


def csv_write(rows: Iterable[FileRow], weeks: Sequence[date]) -> str:
    """Text that a spreadsheet would take for a formula is guarded; `file_read` takes the guard off again."""
    out = io.StringIO()
    writer = GuardedWriter(out, lineterminator="\n")
    writer.writerow([*HEAD, *(week.isoformat() for week in weeks)])
    for row in rows:
        numbers = ("" if value is None else bare_text(value) for value in row.values)
        writer.writerow([row.key, row.name, row.unit, row.goal, *numbers])
    return out.getvalue()


def workbook_write(rows: Iterable[FileRow], weeks: Sequence[date], *, title: str) -> bytes:
    """One sheet; numbers are numbers, weeks are dates, names and the head stay in sight."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    # A sheet's name has at most 31 characters in Excel, and none of these signs.
    sheet = book.add_worksheet(clean_text(title)[:31].translate(str.maketrans("[]:*?/\\", "       ")) or "Scorecard")
    # Text by its type; the quote keeps it text also when somebody edits the cell.
    quoted = book.add_format({"quote_prefix": True})
    head, day = book.add_format({"bold": True}), book.add_format({"bold": True, "num_format": "yyyy-mm-dd"})
    for column, name in enumerate(HEAD):
        sheet.write_string(0, column, name, head)
    for column, week in enumerate(weeks, len(HEAD)):
        sheet.write_datetime(0, column, datetime(week.year, week.month, week.day), day)  # noqa: DTZ001 - sheets have no zones
    for line, row in enumerate(rows, 1):
        for column, text in enumerate((row.key, row.name, row.unit, row.goal)):
            sheet.write_string(line, column, clean_text(text), quoted if is_formula(text) else None)
        for column, value in enumerate(row.values, len(HEAD)):
            if value is not None:
                sheet.write_number(line, column, float(value))
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 34)
    sheet.set_column(len(HEAD), len(HEAD) + len(weeks), 11)
    sheet.freeze_panes(1, len(HEAD))
    book.close()
    return out.getvalue()


def file_read(data: bytes) -> FileContent:
    """The filled cells under week columns of a CSV or XLSX file, in the form that is written above.

    A row is known by its `key`; a column is a week if its head is one. What else the file holds is named in the notes.
    """
    if len(data) > SCORE_FILE_BYTES:
        raise FileUnreadable(
            _("The file is larger than {score_file_bytes} MB.").format(score_file_bytes=SCORE_FILE_BYTES // MEGABYTE)
        )
    return content_of(workbook_read(data) if is_zip(data) else [sheet_of_text(data)])
