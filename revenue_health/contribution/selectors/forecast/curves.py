"""What stands beside a forecast: revenue won so far week by week, and when last year's same period had won its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from departments.models import Company
from departments.periods import Period
from pipeline.custody_store import custody_cursor
from pipeline.models import RecomputeRun
from pipeline.selectors.leaks.leaks import calendar_of
from pipeline.selectors.plan.targets import NET_REVENUE
from revenue_health.contribution.core.comparison import MINOR_UNITS
from revenue_health.contribution.selectors.comparison.periods import STEP_DAYS, ComparisonPeriods, first_day

type Points = tuple[tuple[date, float], ...]
"""Days and the net revenue from the period's first day up to the end of each, units of the reporting currency."""


@dataclass(frozen=True, kw_only=True)
class Curves:
    """won: to date. last_year: the same weeks a year earlier, under the days of this period; empty where history does
    not reach back that far."""

    won: Points = ()
    last_year: Points = ()
    last_year_label: str = ""


def curves_of(*, run: RecomputeRun, company: Company, periods: ComparisonPeriods, pipelines: Sequence[int]) -> Curves:
    """Both curves of the period: at the end of each week so far, today, and on the days the forecast is for."""
    period, today = periods.period, periods.today
    past = [
        period.start + timedelta(days=last) for last in range(STEP_DAYS - 1, (today - period.start).days, STEP_DAYS)
    ]
    ahead = [today + timedelta(days=days) for days in range(STEP_DAYS, (period.end - today).days, STEP_DAYS)]
    days = [*past, *([today] if today < period.end else []), *ahead, period.end]
    won = _earned(run, pipelines, period.instants(company.zone)[0], [*_ends(company, past), periods.steps[-1]])
    earlier = calendar_of(company).last_year(period)
    first = first_day(run=run, company=company)
    last_year: list[float] = []
    if first is not None and first <= earlier.start:
        then = [_same_place(day, period, earlier) for day in days]
        last_year = _earned(run, pipelines, earlier.instants(company.zone)[0], _ends(company, then))
    return Curves(
        won=tuple(zip([*past, min(today, period.end)], won, strict=True)),
        last_year=tuple(zip(days, last_year, strict=True)) if last_year else (),
        last_year_label=earlier.label if last_year else "",
    )


def _same_place(day: date, period: Period, earlier: Period) -> date:
    """As many days after the start; the last day is the last one, leap year or not."""
    if day == period.end:
        return earlier.end
    return min(earlier.start + (day - period.start), earlier.end)


def _ends(company: Company, days: Sequence[date]) -> list[int]:
    """The first instant after each day."""
    after = [day + timedelta(days=1) for day in days]
    return [int(datetime(day.year, day.month, day.day, tzinfo=company.zone).timestamp()) for day in after]


def _earned(run: RecomputeRun, pipelines: Sequence[int], start: int, ends: Sequence[int]) -> list[float]:
    """Net revenue of the pipelines from start up to each instant."""
    total = np.zeros(len(ends))
    for pipeline in pipelines:
        rows = custody_cursor(run).execute(NET_REVENUE, [pipeline, start, ends[-1]]).fetchnumpy()
        at, amount = (np.asarray(values).astype(np.float64) for values in rows.values())
        order = np.argsort(at, kind="stable")
        earned = np.concatenate([[0.0], np.cumsum(amount[order])])
        # Each end is the first instant after its day: what is earned then belongs to the next.
        total += earned[np.searchsorted(at[order], ends, side="left")]
    return [float(value) / MINOR_UNITS for value in total]
