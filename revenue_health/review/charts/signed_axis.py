"""One signed, zero-based axis that all rows of a page share: places in percent of its width, for plain SVG in cells."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from revenue_health.review.charts.axis import Axis

MOST_TICKS = 6
MARGIN = 0.04
"""Room at both ends, as part of the axis."""


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A value on the axis, and where it stands."""

    value: int
    at: str


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One row: its value, the ends of its interval, and the bar from zero, all as places."""

    value: str
    low: str
    high: str
    bar_from: str
    bar_width: str
    """The bar between zero and the value."""


@dataclass(frozen=True, kw_only=True)
class SignedAxis(Axis):
    """An axis in percent of the width of its cell, with ticks, written for SVG attributes."""

    left: float = 0.0
    right: float = 100.0

    @property
    def zero(self) -> str:
        return self.place(0)

    @property
    def ticks(self) -> list[Tick]:
        """Round values, zero among them."""
        step = _round_step((self.most - self.least) / MOST_TICKS)
        first, last = math.ceil(self.least / step), math.floor(self.most / step)
        return [Tick(value=round(place * step), at=self.place(place * step)) for place in range(first, last + 1)]

    @property
    def few_ticks(self) -> list[Tick]:
        """Zero and the outermost, for a table that has little room for the axis."""
        ticks = self.ticks
        return [tick for tick in ticks if tick.at in (ticks[0].at, self.zero, ticks[-1].at)]

    def place(self, value: float) -> str:
        return f"{self.at(value):.2f}%"

    def mark(self, value: float, low: float, high: float) -> Mark:
        start, width = self.bar(0, value)
        return Mark(
            value=self.place(value),
            low=self.place(low),
            high=self.place(high),
            bar_from=f"{start:.2f}%",
            bar_width=f"{width:.2f}%",
        )


def axis_of(values: Iterable[float]) -> SignedAxis:
    """The axis that holds all the values, in cents."""
    around = Axis.around(values, left=0.0, right=1.0)
    room = MARGIN * (around.most - around.least) or 1.0
    return SignedAxis(least=around.least - room, most=around.most + room)


def _round_step(rough: float) -> float:
    """1, 2 or 5 times a power of ten, not below the rough step."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
