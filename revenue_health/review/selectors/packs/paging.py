"""A slide as the pages it takes: nothing is cut off, and every page says which rows of how many it has."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from revenue_health.review.selectors.packs.fit import (
    Room,
    head_height,
    is_tied,
    letters_of,
    lines_height,
    row_heights,
    texts_of,
)

type Json = dict[str, Any]
FINER = 12
"""So many lower heights are tried to fill pages evenly, down to half of what there is."""
type Row = tuple[int, list[Any]]
"""A row with its number in the whole table: the parts of one row that is longer than a page share it."""


def in_pages(slide: Json, room: Room) -> list[Json]:
    """The lines and tables of a slide, cut where a page is full; one page if all fits, else pages about as full as
    each other: 5 and 4 rows say more than 8 and 1."""
    pages = _filled(slide, room)
    for part in range(1, FINER):
        lower = _filled(slide, replace(room, height=room.height * (1 - part / (2 * FINER))))
        if len(lower) > len(pages):
            break
        pages = lower
    return [page | {"page": number, "pages": len(pages)} for number, page in enumerate(pages, 1)]


def _filled(slide: Json, room: Room) -> list[Json]:
    pages, left = [_page(slide, slide["lines"])], room.height - lines_height(slide["lines"], room)
    titled = room.line if len(slide["tables"]) > 1 else 0.0
    for table in slide["tables"]:
        above = titled + (room.between if pages[-1]["tables"] or pages[-1]["lines"] else 0.0)
        rows = list(enumerate(table["rows"], 1))
        while True:
            rows = _short_enough(table, rows, room)
            count = _fitting(table, rows, room, left - above)
            if count:
                part = _part(table, rows[:count], total=count == len(rows))
                pages[-1]["tables"].append(part)
                pages[-1]["part"].append((rows[0][0], rows[count - 1][0], len(table["rows"])))
                left -= above + _high(part, room)
                rows = rows[count:]
            if count and not rows:
                break
            pages.append(_page(slide | {"notes": []}, []))
            left, above = room.height, titled
    return pages


def part_text(page: Json) -> str:
    """Which rows of how many a page has, `1 to 6 of 9, page 1 of 2`; empty where a slide is one page."""
    if page.get("pages", 1) == 1:
        return ""
    where = f"page {page['page']} of {page['pages']}"
    periods = [
        f"{first} to {last} of {whole}" if last > first else f"{first} of {whole}"
        for first, last, whole in page["part"]
    ]
    return ", ".join([*periods, where])


def _page(slide: Json, lines: Sequence[str]) -> Json:
    return slide | {"lines": list(lines), "tables": [], "part": []}


def _part(table: Json, rows: Sequence[Row], *, total: bool) -> Json:
    return table | {"rows": [row for _, row in rows], "total": table["total"] if total else None, "shown": None}


def _fitting(table: Json, rows: Sequence[Row], room: Room, left: float) -> int:
    """How many of the rows fit what is left of a page; on an empty page at least one."""
    part = _part(table, rows, total=True)
    heights = row_heights(part, room)
    total = heights.pop() if part["total"] else 0.0
    used, count = head_height(part, room), 0
    for height in heights:
        used += height
        if used + (total if count == len(rows) - 1 else 0.0) > left:
            break
        count += 1
    # Columns are set by the rows that stand on the page, so texts may take more lines there than in the whole table.
    while count > 1 and _high(_part(table, rows[:count], total=count == len(rows)), room) > left:
        count -= 1
    return max(count, int(left >= room.height - room.line))


def _high(part: Json, room: Room) -> float:
    return head_height(part, room) + sum(row_heights(part, room))


def _short_enough(table: Json, rows: Sequence[Row], room: Room) -> list[Row]:
    """The rows with the first one cut in two where it is longer than a page: the rest of its text follows below."""
    number, row = rows[0]
    part = _part(table, [rows[0]], total=False)
    letters = letters_of(_part(table, rows, total=True), room)
    most = int((room.height - head_height(part, room) - room.cell) / room.line)
    lines = [textwrap.wrap(text, max(int(wide), 1)) for text, wide in zip(texts_of(part)[0], letters, strict=True)]
    if max(map(len, lines)) <= most:
        return list(rows)
    tied = [is_tied(column, [" ".join(cell)]) for column, cell in zip(table["columns"], lines, strict=True)]
    head = [value if short else " ".join(cell[:most]) for value, short, cell in zip(row, tied, lines, strict=True)]
    rest = [value if short else " ".join(cell[most:]) for value, short, cell in zip(row, tied, lines, strict=True)]
    return [(number, head), (number, rest), *rows[1:]]
