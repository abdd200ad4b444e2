"""Goals: which one is in force in a week, whether a value meets it (the rules "at least", "at most", "between" and
"exactly"), and the weighted roll-up of a department."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from departments.translation import gettext as _
from departments.translation import gettext_noop

Floats = npt.NDArray[np.float64]


class Status(IntEnum):
    """A value against its goal. `NONE`: there is no value, or no goal was in force."""

    NONE = 0
    MET = 1
    HIGH = 2
    LOW = 3

    @property
    def word(self) -> str:
        """`none`, `met`, `missed high`, `missed low`: what a reader hears."""
        return _(_NAMES[self])

    @property
    def mark(self) -> str:
        """The sign that says the same without colour."""
        return _MARKS[self]

    @property
    def missed(self) -> bool:
        """On the wrong side of the goal, whichever side that is."""
        return self in (Status.HIGH, Status.LOW)


_NAMES = {
    Status.NONE: gettext_noop("none"),
    Status.MET: gettext_noop("met"),
    Status.HIGH: gettext_noop("missed high"),
    Status.LOW: gettext_noop("missed low"),
}
_MARKS = {Status.NONE: "–", Status.MET: "●", Status.HIGH: "▲", Status.LOW: "▼"}


@dataclass(frozen=True, kw_only=True)
class DatedGoal:
    """A goal of one measurable from a day on: a week has the one that was in force on its Monday."""

    effective_from: date
    rule: str
    goal: float
    goal_high: float | None = None

    @classmethod
    def stored(cls, effective_from: date, rule: str, goal: Decimal, goal_high: Decimal | None) -> DatedGoal:
        """From the columns of the database."""
        high = None if goal_high is None else float(goal_high)
        return cls(effective_from=effective_from, rule=rule, goal=float(goal), goal_high=high)

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest value that meets it, both inclusive."""
        low = -np.inf if self.rule == "at_most" else self.goal
        high = np.inf if self.rule == "at_least" else self.goal
        return low, self.goal_high if self.rule == "between" and self.goal_high is not None else high

    def is_nearer(self, before: float, after: float) -> bool:
        """Whether a value moved the way the goal asks: up for "at least", down for "at most", not away for "between".

        A value that meets "at least" already is still better higher; within "between" there is nothing to gain.
        """
        if self.rule == "at_least":
            return after > before
        if self.rule == "at_most":
            return after < before
        low, high = self.bounds
        return max(low - after, after - high, 0.0) <= max(low - before, before - high, 0.0)


def goal_of_week(goals: Iterable[DatedGoal], week: date) -> DatedGoal | None:
    """The goal in force in a week, or None before the first."""
    started = [goal for goal in goals if goal.effective_from <= week]
    return max(started, key=lambda goal: goal.effective_from, default=None)


def goal_bounds(goals: Sequence[Iterable[DatedGoal]], weeks: Sequence[date]) -> tuple[Floats, Floats]:
    """Lowest and highest value that meets the goal, for each measurable (row) and week (column, any order).

    NaN where no goal is in force. Shape of both: (measurables, weeks).
    """
    ordered = [sorted(dated, key=lambda goal: goal.effective_from) for dated in goals]
    most = max((len(dated) for dated in ordered), default=0)
    # One more place in front of each row: no goal yet.
    starts = np.full((len(goals), most), np.inf)
    bounds = np.full((len(goals), most + 1, 2), np.nan)
    for row, dated in enumerate(ordered):
        for place, goal in enumerate(dated):
            starts[row, place] = goal.effective_from.toordinal()
            bounds[row, place + 1] = goal.bounds
    days = np.array([week.toordinal() for week in weeks], dtype=np.float64)
    in_force = np.zeros((len(goals), len(weeks)), dtype=np.int64)
    # As many goals as have begun by then: the place of the one in force.
    for place in range(most):
        in_force += days >= starts[:, place, None]
    in_week = np.take_along_axis(bounds, in_force[:, :, None], axis=1)
    return in_week[..., 0], in_week[..., 1]


def statuses(values: Floats, low: Floats, high: Floats) -> npt.NDArray[np.int8]:
    """The Status of each value; NaN is no value, NaN bounds are no goal. All of one shape."""
    codes = np.zeros(values.shape, dtype=np.int8)
    judged = ~np.isnan(values) & ~np.isnan(low)
    codes[judged] = Status.MET
    codes[judged & (values > high)] = Status.HIGH
    codes[judged & (values < low)] = Status.LOW
    return codes


def status_of(value: float | None, goal: DatedGoal | None) -> Status:
    """The Status of one value."""
    if value is None or goal is None:
        return Status.NONE
    low, high = goal.bounds
    return Status(int(statuses(np.array([value]), np.array([low]), np.array([high]))[0]))


def met_share(status: npt.NDArray[np.int8], weights: Floats) -> Floats:
    """The weighted share of measurables met, for each week: weight of those met over weight of those judged.

    `status` is (measurables, weeks), `weights` (measurables,). What has no value or goal is not judged; a week with
    nothing judged has no share (NaN), not zero.
    """
    judged = weights @ (status != Status.NONE)
    met = weights @ (status == Status.MET)
    share: Floats = np.full(status.shape[1], np.nan)
    np.divide(met, judged, out=share, where=judged > 0)
    return share
