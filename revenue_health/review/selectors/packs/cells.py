"""How cells of frozen tables are written, and how names of people are hidden in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from departments.formats import DASH, MoneyScale, grouped
from revenue_health.review.core.slides import CellValue, Column, ColumnKind

SOMEBODY = "a colleague"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def day_text(day: date) -> str:
    """A day as documents write it: `19 Nov 2026`."""
    return f"{day.day} {day:%b %Y}"


def instant_text(instant: datetime, time_zone: str) -> str:
    """An instant in the company's time zone as it was frozen, whoever reads it where."""
    local = instant.astimezone(ZoneInfo(time_zone))
    return f"{local.day} {local:%B %Y, %H:%M}"


def cell_text(value: CellValue, column: Column, scale: MoneyScale) -> str:
    """A cell as the page prints it; what is undefined is a dash."""
    match value:
        case None:
            return DASH
        case int() if column.is_money:
            return scale.write(value)
        case int() | float() if column.is_numeric:
            return grouped(value, column.places)
        case str() if column.kind == ColumnKind.DATE and _DAY.fullmatch(value):
            return day_text(date.fromisoformat(value))
    return str(value)


def shade(value: int | None, largest: int) -> int:
    """0 to 5 by size: equal steps, so that the eye compares like with like."""
    if not value or value < 0 or largest <= 0:
        return 0
    return min(5, 1 + 5 * value // (largest + 1))


@dataclass(frozen=True)
class Names:
    """The people a pack names, and what stands for each when names are hidden.

    With `switch` both are in the page and a switch shows one of them; a file has no switch, so it has one of them.
    """

    people: dict[str, str]
    hidden: bool = False
    switch: bool = True

    def plain(self, text: str, *, person: bool = False) -> str:
        """The text with names as the reader may see them; `person`: the whole cell is a name."""
        if not self.hidden or not text:
            return text
        if person:
            return self.people.get(text, DASH if text == DASH else SOMEBODY)
        return "".join(self.people.get(part, part) for part in self.split(text))

    def split(self, text: str) -> list[str]:
        """The text cut at names, so that each name is a piece of its own."""
        return self._anybody.split(text) if self.people else [text]

    @cached_property
    def _anybody(self) -> re.Pattern[str]:
        """Any of the names, the longest that fits; made once, since hundreds of cells are cut by it."""
        longest = sorted(self.people, key=len, reverse=True)
        return re.compile(r"(?<!\w)(" + "|".join(re.escape(name) for name in longest) + r")(?!\w)")
