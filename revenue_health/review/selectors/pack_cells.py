"""How cells of frozen tables are written, and how names of people are hidden in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from departments.formats import DASH, MINUS, MoneyScale, grouped

type Json = dict[str, Any]

NUMERIC = ("money", "number", "percent", "days")
SOMEBODY = "a colleague"


def scale_from(table: Json) -> MoneyScale:
    """The unit a table's money is written in."""
    scale = table["scale"] or {"currency": "", "divisor": 1, "letter": ""}
    return MoneyScale(currency=scale["currency"], divisor=scale["divisor"], letter=scale["letter"])


def cell_text(value: Any, column: Json, scale: MoneyScale) -> str:
    """A cell as the page prints it; what is undefined is a dash."""
    if value is None:
        return DASH
    if column["kind"] == "money":
        return scale.write(value)
    if column["kind"] in NUMERIC:
        return grouped(value, column["places"])
    return str(value)


def shade(value: int | None, largest: int) -> int:
    """0 to 5 by size: equal steps, so that the eye compares like with like."""
    if not value or value < 0 or largest <= 0:
        return 0
    return min(5, 1 + 5 * value // (largest + 1))


@dataclass(frozen=True)
class Names:
    """The people a pack names, and what stands for each when names are hidden."""

    people: dict[str, str]
    hidden: bool = False

    def plain(self, text: str, *, person: bool = False) -> str:
        """The text with names as the reader may see them; `person`: the whole cell is a name."""
        if not self.hidden or not text:
            return text
        if person:
            return self.people.get(text, DASH if text == DASH else SOMEBODY)
        return "".join(self.people.get(part, part) for part in self.split(text))

    def split(self, text: str) -> list[str]:
        """The text cut at names, so that each name is a piece of its own."""
        if not self.people:
            return [text]
        longest = sorted(self.people, key=len, reverse=True)
        pattern = r"(?<!\w)(" + "|".join(re.escape(name) for name in longest) + r")(?!\w)"
        return re.split(pattern, text)


def names_of(figures: Json, *, hidden: bool) -> Names:
    return Names({one["name"]: one["instead"] for one in figures["people"]}, hidden)


__all__ = ["DASH", "MINUS", "NUMERIC", "Names", "cell_text", "names_of", "scale_from", "shade"]
