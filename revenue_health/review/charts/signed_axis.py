"""One signed, zero-based axis that all rows of a page share: places in percent of its width, for plain SVG in cells."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

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
class SignedAxis:
    """From `least` to `most` in cents; zero is always on it."""

    least: float
    most: float

    @property
    def zero(self) -> str:
        return self.at(0)

    @property
    def ticks(self) -> list[Tick]:
        """Round values, zero among them."""
        step = _round_step((self.most - self.least) / MOST_TICKS)
        first, last = math.ceil(self.least / step), math.floor(self.most / step)
        return [Tick(value=round(place * step), at=self.at(place * step)) for place in range(first, last + 1)]

    def at(self, value: float) -> str:
        return f"{self._part(value):.2f}%"

    def _part(self, value: float) -> float:
        return 100 * (value - self.least) / (self.most - self.least)

    def mark(self, value: float, low: float, high: float) -> Mark:
        start, end = sorted((self._part(0), self._part(value)))
        return Mark(
            value=self.at(value),
            low=self.at(low),
            high=self.at(high),
            bar_from=f"{start:.2f}%",
            bar_width=f"{end - start:.2f}%",
        )


def axis_of(values: Iterable[float]) -> SignedAxis:
    """The axis that holds all the values, in cents."""
    every = [0.0, *values]
    least, most = min(every), max(every)
    room = MARGIN * (most - least) or 1.0
    return SignedAxis(least=least - room, most=most + room)


def _round_step(rough: float) -> float:
    """1, 2 or 5 times a power of ten, not below the rough step."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
