"""The panels of a review whose period is over: as known then, or nothing with the reason why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from departments.periods import Period
from revenue_health.contribution.core.comparison import Comparison
from revenue_health.contribution.selectors.register.earlier import leaks_read_between
from revenue_health.contribution.selectors.register.leak_costs import YOUNG_DAYS
from revenue_health.contribution.selectors.register.rows import LeakRow
from revenue_health.review.core.weekly_review import AbsentPanels, WeeklyLeak
from revenue_health.review.selectors.weekly.panels import LEAKS_SHOWN, registered_leak


def absent_panels(period: Period) -> AbsentPanels:
    """Why each panel of a finished period is empty."""
    label = period.label
    return AbsentPanels(
        changes=f"What changed is compared with today, and {label} is over.",
        leaks=f"The leak register was not read for {label}.",
        scorecards=f"Scorecards are those of the running week; {label} is over.",
        commitments=f"What is due is due now; {label} is over.",
    )


def leaks_then(*, period: Period, comparison: Comparison | None) -> tuple[WeeklyLeak, ...]:
    """The largest leaks of a quarter as its last reading knew them; the register reads a quarter from its fifth week to
    the fourth week of the next one. Verdicts are those of the period."""
    verdicts = {party.key: str(party.verdict) for party in comparison.parties} if comparison else {}
    return tuple(
        replace(registered_leak(row), verdict=verdicts.get(row.department_key))
        for row in leaks_read_for(period, most=LEAKS_SHOWN)
    )


def leaks_read_for(period: Period, *, most: int) -> list[LeakRow]:
    """The leaks of a quarter as its last reading knew them, the largest first."""
    young = timedelta(days=YOUNG_DAYS)
    return leaks_read_between(first=period.start + young, last=period.end + young, most=most)
