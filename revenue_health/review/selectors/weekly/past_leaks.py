"""The leaks of a review whose period is over, as they were known then."""

from __future__ import annotations

from dataclasses import replace

from departments.periods import Period
from revenue_health.contribution.core.comparison import Comparison
from revenue_health.contribution.selectors.register.period_register import leaks_of_quarter
from revenue_health.review.core.weekly_review import WeeklyLeak
from revenue_health.review.selectors.weekly.panels import LEAKS_SHOWN, registered_leak


def leaks_at_period_end(*, period: Period, comparison: Comparison | None) -> tuple[WeeklyLeak, ...]:
    """The largest leaks of a quarter as its last reading knew them, with the verdicts of the period."""
    verdicts = {party.key: str(party.verdict) for party in comparison.parties} if comparison else {}
    return tuple(
        replace(registered_leak(row), verdict=verdicts.get(row.department_key))
        for row in leaks_of_quarter(period, most=LEAKS_SHOWN)
    )
