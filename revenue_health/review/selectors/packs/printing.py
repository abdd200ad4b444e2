"""Slides as pages print them: texts as HTML in which names can be hidden, tables cell by cell, drawings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from departments.core.line_breaks import non_breaking
from departments.formats import DASH
from revenue_health.review.core.slides import Column, Row, Slide, Table
from revenue_health.review.selectors.packs.cells import SOMEBODY, Names, cell_text, shade
from revenue_health.review.selectors.packs.drawings import DRAWING_WIDTH, drawing_height, slide_drawing
from revenue_health.review.selectors.packs.fit import is_tied, texts_of
from revenue_health.review.selectors.packs.paging import SlidePage
from revenue_health.review.selectors.packs.reader_language import document_numbers

FIRST_COLUMNS = 6
"""So many columns of a table fit a phone or a slide; further ones are marked as wide."""
SHEET, HEAD, ROW, SMALL_ROW = 172.0, 32.0, 6.9, 5.9
"""Millimetres of an A4 sheet between its margins, of the head of a slide on it, and of rows of tables."""
PAPER_WIDTH, LEAST_WIDTH = 262, 150
PAPER_LETTERS, MESSAGE_LETTERS, MANY, LONG = 130, 62, 8, 9


@dataclass(frozen=True, kw_only=True)
class PrintedCell:
    """One cell as it is printed."""

    text: SafeString
    numeric: bool
    shade: int
    wide: bool
    tied: bool
    """Whether it stays on one line."""


@dataclass(frozen=True, kw_only=True)
class PrintedHead:
    """The head of a column as it is printed."""

    name: str
    unit: str
    numeric: bool
    wide: bool


@dataclass(frozen=True, kw_only=True)
class PrintedTable:
    """One table as it is printed; `more` rows are left out of it on slides."""

    title: str
    heads: list[PrintedHead]
    rows: list[list[PrintedCell]]
    total: list[PrintedCell] | None
    shaded: bool
    more: int
    shown: int

    @property
    def long(self) -> bool:
        """Whether paper sets it closer, so that it shares a sheet with its drawing."""
        return len(self.rows) > LONG


@dataclass(frozen=True, kw_only=True)
class PrintedSlide:
    """One slide as it is printed."""

    number: int
    key: str
    title: str
    message: SafeString
    unit: str
    lines: list[SafeString]
    notes: list[SafeString]
    drawing: SafeString | None
    drawing_height: int
    """As part of DRAWING_WIDTH."""
    tables: list[PrintedTable]
    part: str
    """Which rows of how many, where a slide takes several pages."""

    @property
    def paper_width(self) -> int:
        """Millimetres the drawing gets on paper, so that its first table fits below it where that can be."""
        table = self.tables[0] if self.tables else None
        row = SMALL_ROW if table and (table.long or len(table.heads) > MANY) else ROW
        rows = (len(table.rows) + 1 + (table.total is not None)) * row if table else 0.0
        lines = sum(1 + len(line) // PAPER_LETTERS for line in self.lines) + len(self.message) // MESSAGE_LETTERS
        width = int((SHEET - HEAD - ROW * lines - rows) * DRAWING_WIDTH / max(self.drawing_height, 1))
        return min(width, PAPER_WIDTH) if width >= LEAST_WIDTH else PAPER_WIDTH


def print_slides(slides: Sequence[Slide], names: Names) -> list[PrintedSlide]:
    """Whole slides, ready to print."""
    return print_pages([SlidePage(slide=slide) for slide in slides], names)


def print_pages(pages: Sequence[SlidePage], names: Names) -> list[PrintedSlide]:
    """Slides and parts of slides, ready to print. Where names are hidden, no name of a person is in them at all."""
    with document_numbers():
        return [print_slide(page.slide, number, names, part=page.part) for number, page in enumerate(pages, 1)]


def print_slide(slide: Slide, number: int, names: Names, *, part: str = "", on_paper: bool = False) -> PrintedSlide:
    """One slide with its number; `part` says which rows of how many it has."""
    return PrintedSlide(
        number=number,
        key=slide.key,
        title=slide.title,
        message=marked(slide.message, names),
        unit=slide.unit,
        lines=[marked(line, names) for line in slide.lines],
        notes=[marked(note, names) for note in slide.notes],
        drawing=slide_drawing(slide, on_paper=on_paper),
        drawing_height=drawing_height(slide, on_paper=on_paper),
        part=part,
        tables=[_table(table, names) for table in slide.tables],
    )


def marked(text: str, names: Names, *, person: bool = False) -> SafeString:
    """The text as HTML in which each name of a person can be hidden by a switch; or without names where they may not
    be in the page."""
    if names.hidden or not names.switch:
        return escape(non_breaking(names.plain(text, person=person)))
    if person and text not in names.people:
        parts = [text]
        instead = {text: SOMEBODY} if text not in ("", DASH) else {}
    else:
        parts, instead = names.split(text), names.people
    return mark_safe(  # noqa: S308  (every part is escaped)
        "".join(
            f'<span class="who"><span class="who-name">{escape(part)}</span>'
            f'<span class="who-role">{escape(instead[part])}</span></span>'
            if part in instead
            else escape(non_breaking(part))
            for part in parts
        )
    )


def _table(table: Table, names: Names) -> PrintedTable:
    texts = list(zip(*texts_of(table), strict=True)) or [()] * len(table.columns)
    tied = [is_tied(column, cells) for column, cells in zip(table.columns, texts, strict=True)]
    shown = table.shown or len(table.rows)
    return PrintedTable(
        title=table.title,
        heads=[_head(table, column, number) for number, column in enumerate(table.columns)],
        rows=[_printed_row(table, row, tied, names, shaded=table.shaded) for row in table.rows],
        total=_printed_row(table, table.total, tied, names, shaded=False) if table.total else None,
        shaded=table.shaded,
        more=max(0, len(table.rows) - shown),
        shown=shown,
    )


def _head(table: Table, column: Column, number: int) -> PrintedHead:
    return PrintedHead(
        name=column.name, unit=table.head_unit(column), numeric=column.is_numeric, wide=_is_wide(table, number)
    )


def _is_wide(table: Table, number: int) -> bool:
    return number >= FIRST_COLUMNS and not table.shaded


def _printed_row(table: Table, row: Row, tied: Sequence[bool], names: Names, *, shaded: bool) -> list[PrintedCell]:
    last = len(table.columns) - 1  # the sum of the row
    largest = table.largest
    return [
        PrintedCell(
            text=marked(cell_text(value, column, table.money), names, person=column.is_person),
            numeric=column.is_numeric,
            shade=shade(value, largest) if shaded and 0 < number < last and isinstance(value, int) else 0,
            wide=_is_wide(table, number),
            tied=tied[number],
        )
        for number, (value, column) in enumerate(zip(row, table.columns, strict=True))
    ]
