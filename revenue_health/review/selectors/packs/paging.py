"""Splits a slide into pages: nothing is cut off, and every page says which of how many rows it has."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace

from departments.translation import gettext as _
from revenue_health.review.core.slides import Column, Row, Slide, Table
from revenue_health.review.selectors.packs.fit import (
    Room,
    head_height,
    is_tied,
    letters_of,
    lines_height,
    row_heights,
    texts_of,
)

FINER = 12
"""So many lower heights are tried to fill pages evenly, down to half of what there is."""
type NumberedRow = tuple[int, Row]
"""A row with its number in the whole table: the parts of one row that is longer than a page share it."""


@dataclass(frozen=True, kw_only=True)
class RowSpan:
    """Which rows of how many a page has of one table; the first row is 1."""

    first: int
    last: int
    total: int

    def __str__(self) -> str:
        text = _("{first} to {last} of {total}") if self.last > self.first else _("{first} of {total}")
        return text.format(first=self.first, last=self.last, total=self.total)


@dataclass(frozen=True, kw_only=True)
class SlidePage:
    """A slide, or the part of it that fits one page: number of count."""

    slide: Slide
    spans: tuple[RowSpan, ...] = ()
    number: int = 1
    count: int = 1

    @property
    def part(self) -> str:
        """Which rows of how many it has, `1 to 6 of 9, page 1 of 2`; empty where a slide is one page."""
        if self.count == 1:
            return ""
        return ", ".join(
            [*map(str, self.spans), _("page {number} of {count}").format(number=self.number, count=self.count)]
        )


def numbered(pages: Sequence[SlidePage]) -> list[SlidePage]:
    """The pages of one slide with their numbers."""
    return [replace(page, number=number, count=len(pages)) for number, page in enumerate(pages, 1)]


def in_pages(slide: Slide, room: Room) -> list[SlidePage]:
    """The lines and tables of a slide, cut where a page is full; one page if all fits, else pages about as full as
    each other: 5 and 4 rows say more than 8 and 1."""
    pages = _fill(slide, room)
    for part in range(1, FINER):
        lower = _fill(slide, replace(room, height=room.height * (1 - part / (2 * FINER))))
        if len(lower) > len(pages):
            break
        pages = lower
    return numbered(pages)


class _Draft:
    """A page while it is filled."""

    def __init__(self, slide: Slide) -> None:
        self.slide = slide
        self.tables: list[Table] = []
        self.spans: list[RowSpan] = []

    def page(self) -> SlidePage:
        return SlidePage(slide=replace(self.slide, tables=tuple(self.tables)), spans=tuple(self.spans))


def _fill(slide: Slide, room: Room) -> list[SlidePage]:
    drafts, left = [_Draft(slide)], room.height - lines_height(slide.lines, room)
    following = replace(slide, lines=(), notes=())
    titled = room.line if len(slide.tables) > 1 else 0.0
    for table in slide.tables:
        above = titled + (room.between if drafts[-1].tables or drafts[-1].slide.lines else 0.0)
        rows = list(enumerate(table.rows, 1))
        while True:
            rows = _short_enough(table, rows, room)
            count = _fitting(table, rows, room, left - above)
            if count:
                part = _part(table, rows[:count], total=count == len(rows))
                drafts[-1].tables.append(part)
                drafts[-1].spans.append(RowSpan(first=rows[0][0], last=rows[count - 1][0], total=len(table.rows)))
                left -= above + _height(part, room)
                rows = rows[count:]
            if count and not rows:
                break
            drafts.append(_Draft(following))
            left, above = room.height, titled
    return [draft.page() for draft in drafts]


def _part(table: Table, rows: Sequence[NumberedRow], *, total: bool) -> Table:
    return replace(
        table,
        rows=tuple(row for _, row in rows),
        total=table.total if total else None,
        shown=None,
        darkest=table.largest,
    )


def _fitting(table: Table, rows: Sequence[NumberedRow], room: Room, left: float) -> int:
    """How many of the rows fit what is left of a page; on an empty page at least one."""
    part = _part(table, rows, total=True)
    heights = row_heights(part, room)
    total = heights.pop() if part.total else 0.0
    used, count = head_height(part, room), 0
    for height in heights:
        used += height
        if used + (total if count == len(rows) - 1 else 0.0) > left:
            break
        count += 1
    # Columns are set by the rows that stand on the page, so texts may take more lines there than in the whole table.
    while count > 1 and _height(_part(table, rows[:count], total=count == len(rows)), room) > left:
        count -= 1
    # A row that fits no page still takes an empty one, or it would never be printed.
    return max(count, int(left >= room.height - room.line))


def _height(part: Table, room: Room) -> float:
    return head_height(part, room) + sum(row_heights(part, room))


def _short_enough(table: Table, rows: Sequence[NumberedRow], room: Room) -> list[NumberedRow]:
    """The rows with the first one cut in two where it is longer than a page: the rest of its text follows below."""
    number, row = rows[0]
    part = _part(table, [rows[0]], total=False)
    letters = letters_of(_part(table, rows, total=True), room)
    most = int((room.height - head_height(part, room) - room.cell) / room.line)
    lines = [textwrap.wrap(text, max(int(wide), 1)) for text, wide in zip(texts_of(part)[0], letters, strict=True)]
    if max(map(len, lines)) <= most:
        return list(rows)
    head = _cut(row, table.columns, lines, 0, most)
    rest = _cut(row, table.columns, lines, most, None)
    return [(number, head), (number, rest), *rows[1:]]


def _cut(row: Row, columns: Sequence[Column], lines: Sequence[list[str]], start: int, stop: int | None) -> Row:
    """Some lines of each long text of a row; what is short stands in every part."""
    return tuple(
        value if is_tied(column, [" ".join(cell)]) else " ".join(cell[start:stop])
        for value, column, cell in zip(row, columns, lines, strict=True)
    )
