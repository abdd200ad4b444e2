"""Excel and CSV: a sheet, or a file, for each slide; numbers as numbers, to the cent."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_range

from departments.core.formula_guard import GuardedWriter, is_formula
from departments.translation import gettext as _
from revenue_health.review.core.slides import CellValue, Column, Slide, Table
from revenue_health.review.services.exports.content import ExportContent, Progress

type Formats = dict[str, Any]
"""Looks of cells by name, as xlsxwriter makes them."""
_WIDEST = 60


def write_csv(content: ExportContent, path: Path, progress: Progress) -> None:
    """A zip with a CSV for each table."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for number, slide in enumerate(content.slides, 1):
            for part, table in enumerate(slide.tables):
                suffix = f"-{part + 1}" if part else ""
                target.writestr(f"{number:02}-{slide.key}{suffix}.csv", table_csv(table))
            progress(number / len(content.slides))


def table_csv(table: Table) -> str:
    """A table as CSV: dot decimals, amounts in whole units of the currency."""
    out = io.StringIO()
    writer = GuardedWriter(out)
    writer.writerow([head_of(column, table) for column in table.columns])
    for row in table.every_row:
        writer.writerow([plain_of(value, col) for value, col in zip(row, table.columns, strict=True)])
    return out.getvalue()


def plain_of(value: CellValue, column: Column) -> str | int | float:
    """A cell as a number or text; money in whole units."""
    if isinstance(value, int) and column.is_money:
        return value / 100
    return "" if value is None else value


def head_of(column: Column, table: Table) -> str:
    """A column's name with its unit."""
    unit = column.unit
    if column.is_money and table.scale:
        unit = ", ".join(part for part in (unit, table.scale.currency) if part)
    return f"{column.name} ({unit})" if unit else column.name


def write_xlsx(content: ExportContent, path: Path, progress: Progress) -> None:
    """A workbook: a sheet for each slide with its message, its tables below, sums as formulas."""
    # Made from the pack alone, so the same pack gives the same workbook.
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties(
            {
                "title": content.title,
                "company": content.review.company,
                "created": content.pack.frozen_at.replace(tzinfo=None),
            }
        )
        formats = _formats(book)
        taken: set[str] = set()
        for number, slide in enumerate(content.slides, 1):
            sheet = book.add_worksheet(_sheet_name(slide.title, taken))
            _sheet(sheet, slide, content, formats)
            progress(number / len(content.slides))


def _formats(book: Any) -> Formats:
    base = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
    numbers = {"money": "#,##0", "number": "#,##0", "percent": "0.0", "days": "0.0"}
    texts: dict[str, Formats] = {
        "message": {"bold": True, "font_size": 16},
        "soft": {"font_color": "#51606E"},
        "text": {"text_wrap": True},
        "head": {"bold": True, "bottom": 1, "text_wrap": True},
        "head-n": {"bold": True, "bottom": 1, "align": "right", "text_wrap": True},
        "total": {"bold": True, "top": 1},
    }
    formats = {}
    for name, look in texts.items():
        formats[name] = book.add_format(base | look)
        formats[f"{name}-quoted"] = book.add_format(base | look | {"quote_prefix": True})
    for kind, code in numbers.items():
        formats[kind] = book.add_format(base | {"num_format": code})
        formats[f"total-{kind}"] = book.add_format(base | {"num_format": code, "bold": True, "top": 1})
    return formats


def _write_text(sheet: Any, row: int, number: int, text: str, formats: Formats, look: str) -> None:
    """Text by its type; what a spreadsheet would run carries a quote, so that it stays text when a cell is edited."""
    sheet.write_string(row, number, text, formats[f"{look}-quoted" if is_formula(text) else look])


def _sheet(sheet: Any, slide: Slide, content: ExportContent, formats: Formats) -> None:
    # Neither on the screen nor on paper.
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    # A4, one page wide and as many high as it takes.
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    _write_text(sheet, 0, 0, slide.message, formats, "message")
    _write_text(
        sheet,
        1,
        0,
        _("{head}. Amounts in whole {currency}.").format(head=content.head, currency=content.review.currency),
        formats,
        "soft",
    )
    at = 2
    for line in slide.lines:
        _write_text(sheet, at, 0, line, formats, "soft")
        at += 1
    widths: dict[int, int] = {}
    for table in slide.tables:
        at = _write_table(sheet, table, at + 1, formats, widths)
    for number, width in widths.items():
        sheet.set_column(number, number, min(_WIDEST, width + 2))


def _write_table(sheet: Any, table: Table, at: int, formats: Formats, widths: dict[int, int]) -> int:
    """Returns the row after the table."""
    columns = table.columns
    for number, column in enumerate(columns):
        name = head_of(column, table)
        _write_text(sheet, at, number, name, formats, "head-n" if column.is_numeric else "head")
        widths[number] = max(widths.get(number, 8), min(len(name), 18))
    first = at + 1
    for offset, row in enumerate(table.rows):
        for number, (value, column) in enumerate(zip(row, columns, strict=True)):
            _write_cell(sheet, first + offset, number, value, column, formats, "")
            widths[number] = max(widths[number], len(str(plain_of(value, column))))
    after = first + len(table.rows)
    if table.total is None:
        return after
    for number, (value, column) in enumerate(zip(table.total, columns, strict=True)):
        if table.summed and column.is_money and isinstance(value, int):
            cells = xl_range(first, number, after - 1, number)
            # With its result, for programs that show a workbook without calculating it.
            sheet.write_formula(after, number, f"=SUM({cells})", formats["total-money"], value / 100)
        else:
            _write_cell(sheet, after, number, value, column, formats, "total-")
    return after + 1


def _write_cell(
    sheet: Any, row: int, number: int, value: CellValue, column: Column, formats: Formats, prefix: str
) -> None:
    kind = column.kind
    if value is None:
        sheet.write_blank(row, number, None, formats["total" if prefix else "text"])
    elif isinstance(value, (int, float)):
        sheet.write_number(row, number, plain_of(value, column), formats.get(f"{prefix}{kind}", formats["text"]))
    else:
        _write_text(sheet, row, number, str(value), formats, "total" if prefix else "text")


def _sheet_name(title: str, taken: set[str]) -> str:
    """At most 31 letters, none of those Excel forbids, each once."""
    name = re.sub(r"[\[\]:*?/\\]", " ", title)[:31].strip("' ") or "Sheet"
    number = 2
    while name.lower() in taken:
        # Of 31 letters, three are left for the number.
        name, number = f"{name[:28]} {number}", number + 1
    taken.add(name.lower())
    return name
