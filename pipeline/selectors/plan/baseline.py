"""The default baseline of a period, as far back as anything is recorded.

A quarter is compared with the same quarter a year before once there are two years of history: then a season is no
department's doing. With less there is no telling season from change, and the year before is the better-known one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.translation import gettext_noop

from departments.periods import FiscalCalendar, Period

FEWEST_BASELINE_DAYS = 180
"""Two quarters; with less history there is no default baseline."""
BASELINE_DAYS = 364
QUARTERS_OF_YEAR = 4
QUARTERS_OF_SEASONS = 8
"""Whole quarters of history before a quarter, from which on it is compared with its like."""


class BaselineRule(StrEnum):
    """Which baseline a comparison has, and why."""

    SAME_QUARTER = gettext_noop("the same quarter a year before, because there are two years of history")
    SAME_WEEKS = gettext_noop(
        "as many weeks of the same quarter a year before, which has one more or less, because there are two years of"
        " history"
    )
    YEAR_BEFORE = gettext_noop("the four quarters before, because there are less than two years of history")
    QUARTERS_BEFORE = gettext_noop("the four quarters before, because the period is not one quarter")
    DAYS_BEFORE = gettext_noop("the 364 days before, because the period is not made of whole quarters")
    ASKED = gettext_noop("the days asked for")
    NONE = gettext_noop("none: there is too little history")


@dataclass(frozen=True, kw_only=True)
class ChosenBaseline:
    """A baseline (None: too little history) and the rule that chose it."""

    period: Period | None
    rule: BaselineRule


def chosen_baseline(calendar: FiscalCalendar, period: Period, first: date | None) -> ChosenBaseline:
    """The default baseline of a period, of a company whose first event happened on the day `first`."""
    if first and calendar.is_quarter(period) and calendar.quarter_before(period, QUARTERS_OF_SEASONS).start >= first:
        same = calendar.last_year(calendar.quarter_of(period.start))
        rule = BaselineRule.SAME_QUARTER if calendar.is_quarter(same) else BaselineRule.SAME_WEEKS
        return ChosenBaseline(period=same, rule=rule)
    before = year_before(calendar, period, first)
    if before is None:
        return ChosenBaseline(period=None, rule=BaselineRule.NONE)
    if not calendar.is_whole_quarters(period):
        return ChosenBaseline(period=before, rule=BaselineRule.DAYS_BEFORE)
    return ChosenBaseline(
        period=before, rule=BaselineRule.YEAR_BEFORE if calendar.is_quarter(period) else BaselineRule.QUARTERS_BEFORE
    )


def default_baseline(calendar: FiscalCalendar, period: Period, first: date | None) -> Period | None:
    """The days `chosen_baseline` chooses."""
    return chosen_baseline(calendar, period, first).period


def year_before(calendar: FiscalCalendar, period: Period, first: date | None) -> Period | None:
    """The four quarters before a period of whole quarters, or 364 days before any other, clipped to the first event;
    None with less than two quarters of history. For what needs a whole year, whatever a period is compared with."""
    if first is None:
        return None
    begin = period.start - timedelta(days=BASELINE_DAYS)
    if calendar.is_whole_quarters(period):
        begin = calendar.quarter_before(period, QUARTERS_OF_YEAR).start
    baseline = Period.between(begin, period.start - timedelta(days=1)).since(first)
    return baseline if baseline and baseline.days >= FEWEST_BASELINE_DAYS else None
