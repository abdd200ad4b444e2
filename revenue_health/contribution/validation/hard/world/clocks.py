"""Time that runs faster or slower: work and risk under rates that change on known days."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from revenue_health.contribution.validation.hard.world.company import Change

type Floats = NDArray[np.float64]
FIRST, LAST = -6_000.0, 60_000.0
"""Days between which clocks run: longer than any deal."""


@dataclass(frozen=True)
class Clock:
    """A clock whose speed is constant between `edges` (days); `read` are its readings there, in days at speed 1."""

    edges: Floats
    read: Floats

    def at(self, day: Floats) -> Floats:
        """What the clock shows on a day."""
        return np.interp(day, self.edges, self.read)

    def after(self, day: Floats, length: Floats) -> Floats:
        """The day on which it shows `length` more than on `day`."""
        return np.interp(self.at(day) + length, self.read, self.edges)


def make_clock(changes: Iterable[Change]) -> Clock:
    """The clock whose speed is the product of the factors of the changes in force."""
    every = tuple(changes)
    days = {FIRST, LAST, *(day for change in every for window in change.windows for day in window)}
    edges = np.array(sorted(day for day in days if -inf < day < inf))
    speeds = np.ones(edges.size - 1)
    for change in every:
        for begin, end in change.windows:
            speeds[(edges[:-1] >= begin) & (edges[:-1] < end)] *= change.factor
    return Clock(edges, np.concatenate([[0.0], np.cumsum(speeds * np.diff(edges))]))


def factor_of(changes: Iterable[Change], day: Floats) -> Floats:
    """Product of the factors in force on each day."""
    product: Floats = np.ones(day.shape)
    for change in changes:
        inside = np.zeros(day.shape, dtype=bool)
        for begin, end in change.windows:
            inside |= (day >= begin) & (day < end)
        product = product * np.where(inside, change.factor, 1.0)
    return product
