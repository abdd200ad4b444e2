"""Where a value stands on the one axis of a drawing, which always holds zero: for pages, packs and the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

type Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Axis:
    """From values (cents) to positions between `left` and `right`, in the units of the drawing."""

    least: float
    most: float
    left: float
    right: float

    def at(self, value: float) -> float:
        span = (self.most - self.least) or 1
        return self.left + (value - self.least) / span * (self.right - self.left)

    def bar(self, start: float, end: float) -> tuple[float, float]:
        """Where the bar between two values begins, and how wide it is."""
        low, high = sorted((self.at(start), self.at(end)))
        return low, high - low


def bounds(values: Iterable[float]) -> tuple[float, float]:
    """The least and the most of the values and zero."""
    every = [0.0, *values]
    return min(every), max(every)


def ends(bar: Json) -> tuple[int, int]:
    """Where a bar begins and ends: a total at zero, a step where the one before ended."""
    start = bar.get("start", 0)
    return start, start + bar["amount"]


def spread(bar: Json) -> tuple[int | None, int | None]:
    """The interval of a bar on the axis; of a step it is around its end."""
    if bar["low"] is None or bar["high"] is None:
        return None, None
    start = bar.get("start", 0)
    return start + bar["low"], start + bar["high"]


def axis_for(bars: Sequence[Json], kind: str, plot: tuple[float, float]) -> Axis:
    """The axis that holds every bar, every whisker and zero."""
    values: list[float] = []
    for bar in bars:
        values += [value for value in (*ends(bar), *spread(bar)) if value is not None]
    least, most = bounds(values)
    return Axis(least=least, most=most, left=plot[0], right=plot[1])
