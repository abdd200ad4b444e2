"""A CSV file as a sheet: the separator is the one its header uses, and every row has as many fields as the header."""

from __future__ import annotations

import csv
import io

from departments.core.formula_guard import unguarded
from departments.scorecards.core.score_file.sheet import (
    MOST_COLUMNS,
    MOST_ROWS,
    FileUnreadable,
    Sheet,
    SheetCell,
    SheetRow,
)
from departments.translation import gettext as _

_SEPARATORS = ",;\t"


def sheet_of_text(data: bytes) -> Sheet:
    """The rows of a CSV file in UTF-8; FileUnreadable names the line where it is none."""
    text = _decoded(data)
    separator, text, skipped = _separator(text)
    rows: list[SheetRow] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    before = 0
    try:
        for fields in reader:
            cells = tuple(SheetCell(unguarded(field.strip())) for field in fields)
            rows.append(SheetRow(before + 1 + skipped, cells))
            before = reader.line_num
            if len(rows) > MOST_ROWS or len(cells) > MOST_COLUMNS:
                raise FileUnreadable(
                    _("At most {most_rows} rows and {most_columns} columns are read.").format(
                        most_rows=MOST_ROWS, most_columns=MOST_COLUMNS
                    )
                )
    except csv.Error as problem:
        raise FileUnreadable(
            _("Line {before}: a quotation mark is out of place, so the rows cannot be told apart.").format(
                before=before + 1 + skipped
            )
        ) from problem
    filled = tuple(row for row in rows if not row.empty)
    _same_width(filled)
    return Sheet(filled)


def _decoded(data: bytes) -> str:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileUnreadable(_("This is an old or an encrypted workbook. Save it as XLSX without a password."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        raise FileUnreadable(
            _(
                "This is neither an XLSX file nor CSV in the encoding UTF-8 (line {line}). Save it as “CSV UTF-8”."
            ).format(line=line)
        ) from problem


def _separator(text: str) -> tuple[str, str, int]:
    """The separator, the text without a line `sep=;` that spreadsheets write for each other, and lines left out."""
    head, _, rest = text.partition("\n")
    if head.strip().casefold().startswith("sep=") and len(head.strip("\r\n ")) <= 5:
        named = head.strip("\r\n ")[4:] or "\t"
        if named in _SEPARATORS:
            return named, rest, 1
    first = next((line for line in text.splitlines() if line.strip(_SEPARATORS + " ")), "")
    named_key = [separator for separator in _SEPARATORS if "key" in _fields(first, separator)]
    return max(named_key or _SEPARATORS, key=lambda separator: len(_fields(first, separator))), text, 0


def _fields(line: str, separator: str) -> list[str]:
    try:
        return [field.strip().casefold() for field in next(csv.reader([line], delimiter=separator), [])]
    except csv.Error:
        return []


def _same_width(rows: tuple[SheetRow, ...]) -> None:
    """A comma too many or too few shifts values to other weeks: nobody can know which separate and which do not."""
    if not rows:
        return
    width = len(rows[0].cells)
    wrong = [row for row in rows[1:] if len(row.cells) != width]
    if wrong:
        named = "; ".join(
            _("line {line} has {cells} fields").format(line=row.line, cells=len(row.cells)) for row in wrong[:8]
        )
        more = _(" (and {wrong} more rows)").format(wrong=len(wrong) - 8) if len(wrong) > 8 else ""
        raise FileUnreadable(
            _(
                "{named}{named_2} where the header has {width}{more}. Put a number with a decimal comma "
                "in quotation marks, or separate the fields by semicolons."
            ).format(named=named[0].upper(), named_2=named[1:], width=width, more=more)
        )
