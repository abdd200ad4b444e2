"""What a week's figure says of a leak, and when it may close itself."""

from collections.abc import Mapping
from datetime import date, timedelta

from revenue_health.contribution.core.intervals import Interval
from revenue_health.contribution.core.leaks import is_leak, is_no_leak
from revenue_health.contribution.core.verdict import MATERIALITY

SEEN, UNCLEAR, BELOW = "seen", "unclear", "below"
WEEKS_BELOW = 4
"""So many weeks in a row below materiality, and a leak has recovered."""


def reading(cost: Interval, scale: float) -> str:
    """`seen`, `below`, or `unclear`: material, but the interval includes zero.

    scale: the plan to date (without one: the baseline's revenue), in the unit of the cost.
    """
    if is_leak(cost, scale, MATERIALITY):
        return SEEN
    return BELOW if is_no_leak(cost, scale, MATERIALITY) else UNCLEAR


def has_recovered(readings: Mapping[date, str], week: date) -> bool:
    """Whether this week (a Monday) and the three before it were all read, and all read `below`."""
    weeks = (week - timedelta(weeks=back) for back in range(WEEKS_BELOW))
    return all(readings.get(monday) == BELOW for monday in weeks)
