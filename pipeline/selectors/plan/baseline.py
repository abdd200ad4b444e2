"""The days a period is compared with where nobody names others: the year before it, as far as anything is recorded."""

from __future__ import annotations

from datetime import date, timedelta

from departments.periods import FiscalCalendar, Period

FEWEST_BASELINE_DAYS = 180
"""Two quarters; with less history there is no default baseline."""
BASELINE_DAYS = 364


def default_baseline(calendar: FiscalCalendar, period: Period, first: date | None) -> Period | None:
    """The four quarters before a period of whole quarters, or 364 days before any other, clipped to the first event;
    None with less than two quarters of history."""
    baseline = _period_before(calendar, period).since(first) if first else None
    return baseline if baseline and baseline.days >= FEWEST_BASELINE_DAYS else None


def _period_before(calendar: FiscalCalendar, period: Period) -> Period:
    last = period.start - timedelta(days=1)
    if not calendar.is_whole_quarters(period):
        return Period.between(period.start - timedelta(days=BASELINE_DAYS), last)
    quarter = calendar.quarter_of(last)
    for _ in range(3):
        quarter = calendar.previous(quarter)
    return Period.between(quarter.start, last)
