"""Targets of the invented company: near what it does for years, growing a little too fast, missed at the end.

The plan is drawn after the deals, from their revenue, so that the shortfall of the story holds for every seed and
as-of date: with some hundred wins a quarter, luck alone moves revenue by several percent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from pipeline.generator.process import PIPELINES
from pipeline.generator.worktime import Floats, next_quarter

SHORTFALL = (0.08, 0.12)  # of the plan, both pipelines together, from the last full quarter on
_GROWTH = 1.025  # a quarter, as the planners would have it
_STRETCH = (0.985, 1.02)  # plan over trend: first quarter, last one before the decline
_EXPECTATION = 0.97  # what the board was told, part of the target
_ROUND = 10_000


@dataclass(frozen=True, slots=True)
class Target:
    """One row of plan.csv, amounts in whole reporting units."""

    pipeline: str
    start: date
    end: date
    target: int
    expectation: int


def quarters_of(*, first: date, as_of: date, running: date) -> list[date]:
    """First days of the full quarters from `first` on, to the end of the fiscal year of the running one."""
    quarters = []
    start = next_quarter(date(first.year, 3 * ((first.month - 1) // 3) + 1, 1))
    if first.day == 1 and first.month % 3 == 1:
        start = first
    while start <= running or start.year == as_of.year:
        quarters.append(start)
        start = next_quarter(start)
    return quarters


def targets_of(*, quarters: list[date], revenue: Floats, as_of: date, decline: date, running: date) -> list[Target]:
    """Targets per quarter and pipeline.

    `revenue[quarter, pipeline]`: net revenue in reporting units, aligned with `quarters`; the running quarter's to
    date. Before the decline: a log-linear trend times a slowly growing stretch. From then on: that plan grown on,
    kept where the shortfall (of the running quarter: pro rata by days) stays within its bounds. Early in the running
    quarter its revenue says little, so the bound counts by the part of the quarter that has passed, fully from half.
    """
    last, now = quarters.index(decline), quarters.index(running)
    plan = np.zeros((len(quarters), len(PIPELINES)))
    stretch = np.linspace(*_STRETCH, max(last, 1))
    for column in range(len(PIPELINES)):
        plan[:last, column] = _trend(revenue[:last, column]) * stretch[:last]
    plan[last] = _bounded_plan(plan[last - 1] * _GROWTH if last else revenue[last], revenue[last], 1.0)
    passed = (as_of - running).days / (next_quarter(running) - running).days
    plan[now] = _bounded_plan(plan[last] * _GROWTH, revenue[now] / max(passed, 1e-9), min(1.0, 2 * passed))
    for later in range(now + 1, len(quarters)):
        plan[later] = plan[later - 1] * _GROWTH
    return _target_rows(quarters, plan)


def _trend(revenue: Floats) -> Floats:
    """Log-linear trend through the quarters; the mean where there are fewer than three."""
    if len(revenue) < 3 or (revenue <= 0).any():
        return np.full(len(revenue), revenue.mean() if len(revenue) else 0.0)
    place = np.arange(len(revenue))
    slope, level = np.polyfit(place, np.log(revenue), 1)
    return np.asarray(np.exp(level + slope * place))


def _bounded_plan(plan: Floats, revenue: Floats, weight: float) -> Floats:
    """The intended plan of a quarter, [new, renewal], scaled so that the revenue misses it as the story says."""
    total = max(float(plan.sum()), 1.0)
    reached = max(float(revenue.sum()), 0.0)
    if weight == 0.0 or reached == 0.0:
        return plan
    bounded = min(max(total, reached / (1 - SHORTFALL[0])), reached / (1 - SHORTFALL[1]))
    return np.asarray(plan * float((bounded / total) ** weight))


def _target_rows(quarters: list[date], plan: Floats) -> list[Target]:
    rows = []
    for column, (pipeline, _) in enumerate(PIPELINES):
        for start, amount in zip(quarters, plan[:, column].tolist(), strict=True):
            end = date.fromordinal(next_quarter(start).toordinal() - 1)
            step = _ROUND if amount > 100 * _ROUND else 100  # small companies plan in hundreds
            target = round(amount / step) * step
            expectation = round(amount * _EXPECTATION / step) * step
            rows.append(Target(pipeline, start, end, target, expectation))
    return rows
