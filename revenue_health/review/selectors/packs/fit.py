"""What fits a slide: how many lines texts take, and how high the rows of a table are.

Estimated from letters, in the size of the letters of the body, so that it is known before anything is drawn and is the
same for the board and for PowerPoint. Letters are counted as wide as those of a wide font, so that it fits in any.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from revenue_health.review.core.slides import Column, ColumnKind, Table
from revenue_health.review.selectors.packs.cells import cell_text

LETTER = 0.57
"""Mean width of a letter by its height, in a font a tenth wider than the widest that is common."""
DIGIT, SIGN, POINT, CAPITAL, BROAD = 1.15, 1.5, 0.6, 1.25, 1.75
"""Widths in mean letters. In a long text they average out; a number or a single word is as wide as its signs are."""
CLOSE_LINE, CLOSE_CELL = 1.25, 0.32
"""A line and the padding of a shaded table, as `.heat` of board.css sets them."""
TIED = 18
"""Columns whose texts are no longer than this are never wrapped."""


@dataclass(frozen=True, kw_only=True)
class Room:
    """One page in the height of its letters: how wide it is, how high what is below the head, and what things take."""

    width: float
    height: float
    line: float = 1.4
    cell: float = 0.62
    """Padding of a cell above and below, with its rule."""
    gap: float = 1.7
    """Padding of a cell left and right, in letters."""
    between: float = 0.55
    """Below each line of text, and above a table that follows something."""

    @property
    def letters(self) -> int:
        return int(self.width / LETTER)


@lru_cache(maxsize=4096)
def lines_of(text: str, letters: float) -> int:
    """How many lines a text takes in so many letters."""
    if width_of(text) <= letters:
        return 1
    return max(len(textwrap.wrap(text, max(int(letters), 1))), 1)


@lru_cache(maxsize=4096)
def width_of(text: str) -> float:
    """How wide a number or a word is, in mean letters."""
    return sum(map(_width, text))


@lru_cache(maxsize=1024)
def _width(sign: str) -> float:
    if sign.isdigit():
        return DIGIT
    if sign in "−+±▼▲●○":
        return SIGN
    if sign in ".,:;'’ \u202f\xa0":
        return POINT
    if sign in "mwMW@%":
        return BROAD
    return CAPITAL if sign.isupper() else 1.0


def texts_of(table: Table) -> list[list[str]]:
    """Every cell as it is printed, the total last."""
    return [
        [cell_text(value, column, table.money) for value, column in zip(row, table.columns, strict=True)]
        for row in table.every_row
    ]


def is_tied(column: Column, texts: Sequence[str]) -> bool:
    """Whether a column is set on one line in every row: numbers, days, and whatever is short."""
    return column.is_numeric or column.kind == ColumnKind.DATE or max(map(len, texts), default=0) <= TIED


def letters_of(table: Table, room: Room) -> list[float]:
    """The letters each column of a table gets: what is tied takes what it needs, the others share what is left."""
    texts = texts_of(table)
    columns = [[row[number] for row in texts] for number in range(len(table.columns))]
    whole, least = [], []
    for head, column in zip(table.columns, columns, strict=True):
        longest = max([width_of(text) for text in column] + [_longest_word(head_text(table, head))])
        whole.append(longest)
        least.append(longest if is_tied(head, column) else max(map(_longest_word, [head_text(table, head), *column])))
    left = room.letters - room.gap * len(columns) - sum(least)
    missing = sum(whole) - sum(least)
    if missing <= 0:
        return whole
    return [
        small + (large - small) * min(1.0, max(left, 0) / missing) for small, large in zip(least, whole, strict=True)
    ]


def head_text(table: Table, column: Column) -> str:
    """What stands above a column: its name, and its unit where the slide does not say it for the whole table."""
    unit = "" if table.shaded else table.head_unit(column)
    return f"{column.name}, {unit}" if unit else column.name


def _longest_word(text: str) -> float:
    return max((width_of(word) for word in text.split()), default=1.0)


def row_heights(table: Table, room: Room) -> list[float]:
    """The height of every row, the total last."""
    letters, room = letters_of(table, room), _room_of_rows(table, room)
    return [
        room.cell + room.line * max(lines_of(text, wide) for text, wide in zip(row, letters, strict=True))
        for row in texts_of(table)
    ]


def head_height(table: Table, room: Room) -> float:
    letters, room = letters_of(table, room), _room_of_rows(table, room)
    heads = (head_text(table, column) for column in table.columns)
    return room.cell + room.line * max(lines_of(head, wide) for head, wide in zip(heads, letters, strict=True))


def _room_of_rows(table: Table, room: Room) -> Room:
    """A shaded table is read by its colours, so its rows stand closer and more of it is seen at once."""
    return replace(room, line=min(room.line, CLOSE_LINE), cell=min(room.cell, CLOSE_CELL)) if table.shaded else room


def lines_within(lines: Sequence[str], room: Room, height: float) -> int:
    """How many of the lines, from the first, fit a height."""
    count = len(lines)
    while count and lines_height(lines[:count], room) > height:
        count -= 1
    return count


def lines_height(lines: Sequence[str], room: Room) -> float:
    return sum(room.between + room.line * lines_of(line, room.letters) for line in lines)
