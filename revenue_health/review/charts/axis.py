"""Where a value stands on the one axis of a drawing, which always holds zero: for pages, packs and the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from revenue_health.review.core.slides import Bar


@dataclass(frozen=True, kw_only=True)
class Axis:
    """From values (cents) to positions between `left` and `right`, in the units of the drawing."""

    least: float
    most: float
    left: float
    right: float

    @classmethod
    def around(cls, values: Iterable[float], *, left: float, right: float) -> Axis:
        """The axis that holds the values and zero."""
        every = [0.0, *values]
        return cls(least=min(every), most=max(every), left=left, right=right)

    def at(self, value: float) -> float:
        span = (self.most - self.least) or 1
        return self.left + (value - self.least) / span * (self.right - self.left)

    def bar(self, start: float, end: float) -> tuple[float, float]:
        """Where the bar between two values begins, and how wide it is."""
        low, high = sorted((self.at(start), self.at(end)))
        return low, high - low


def axis_for(bars: Sequence[Bar], plot: tuple[float, float]) -> Axis:
    """The axis that holds every bar, every whisker and zero."""
    values: list[float] = []
    for bar in bars:
        values += (bar.begin, bar.end, *(bar.interval or ()))
    return Axis.around(values, left=plot[0], right=plot[1])
