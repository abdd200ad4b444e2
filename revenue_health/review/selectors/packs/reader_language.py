"""Frozen slides in the language of who reads them.

What is frozen is English and stays so: it is what the hash seals. Its sentences, heads and names of bars are texts of
the catalogue with values, so they are recognised and translated where they are shown; a sentence that is not
recognised, as of a pack of an earlier release, stays in English. What people wrote is never touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from departments.core.stored_texts import catalogue, in_language
from departments.formats import ENGLISH, using_number_language
from departments.translation import gettext_noop
from revenue_health.review.core.slides import Bar, CellValue, Chart, Column, ColumnKind, Row, Slide, Table
from revenue_health.review.selectors.packs.cells import day_text

OF_PEOPLE = ("Answer", "Decided", "Promised", "Department")
"""Columns with what people wrote, or names of the company's own."""
HEADS = {"to": gettext_noop("to, end of a range"), "Change": gettext_noop("what changes")}
"""Heads whose word alone means something else elsewhere."""


@contextmanager
def document_numbers() -> Iterator[None]:
    """Numbers as documents of the reader's language have them, whatever the account says of pages."""
    with using_number_language(catalogue.language()):
        yield


def slides_in_language(slides: Iterable[Slide]) -> tuple[Slide, ...]:
    """The slides in the reader's language, or as they were frozen where that is English."""
    if catalogue.language() == ENGLISH:
        return tuple(slides)
    with document_numbers():
        return tuple(_slide(slide) for slide in slides)


def _slide(slide: Slide) -> Slide:
    return replace(
        slide,
        title=in_language(slide.title),
        message=in_language(slide.message),
        unit=in_language(slide.unit),
        chart=slide.chart and _chart(slide.chart),
        tables=tuple(_table(table) for table in slide.tables),
        lines=tuple(in_language(line) for line in slide.lines),
        notes=tuple(in_language(note) for note in slide.notes),
    )


def _chart(chart: Chart) -> Chart:
    return replace(chart, bars=tuple(_bar(bar) for bar in chart.bars))


def _bar(bar: Bar) -> Bar:
    return replace(bar, name=in_language(bar.name), text=in_language(bar.text))


def _table(table: Table) -> Table:
    return replace(
        table,
        title=in_language(table.title),
        columns=tuple(
            replace(column, name=in_language(HEADS.get(column.name, column.name)), unit=in_language(column.unit))
            for column in table.columns
        ),
        rows=tuple(_translated_row(row, table.columns) for row in table.rows),
        total=table.total and _translated_row(table.total, table.columns),
    )


def _translated_row(row: Row, columns: tuple[Column, ...]) -> Row:
    return tuple(_cell(value, column) for value, column in zip(row, columns, strict=True))


def _cell(value: CellValue, column: Column) -> CellValue:
    if not isinstance(value, str) or column.is_person or (column.name in OF_PEOPLE and value[:1].isalnum()):
        return value
    if column.kind != ColumnKind.DATE:
        return in_language(value)
    try:
        return in_language(day_text(date.fromisoformat(value)))
    except ValueError:
        return value
