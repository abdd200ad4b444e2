"""Fiscal years of 52 or 53 whole weeks, in quarters of 13 weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

PATTERNS = {"4-4-5": (4, 4, 5), "4-5-4": (4, 5, 4), "5-4-4": (5, 4, 4)}
"""Weeks of the three months of a quarter."""
SATURDAY = 5
_WEEK = 7
_HALF_WEEK = 3
_QUARTERS = 4


@dataclass(frozen=True, kw_only=True)
class WeekYears:
    """How years of weeks are cut: the weeks of a quarter's months, and the weekday on which a year ends (0 is Monday).

    nearest: a year ends on that weekday nearest to the end of its last calendar month, which may be up to three days
    into the next one (NRF: the Saturday nearest to 31 January); otherwise on the last such weekday of that month
    (Apple: the last Saturday of September). Either way years have 52 weeks, and every five or six years 53.
    """

    pattern: tuple[int, int, int] = PATTERNS["4-4-5"]
    end_weekday: int = SATURDAY
    nearest: bool = False

    def edges(self, first: date, after: date) -> tuple[date, ...]:
        """First days of the twelve months of a year, and of the next year. The last month takes the 53rd week.

        first, after: the first days of the year and of the next one, were they years of calendar months.
        """
        start = self._near(first)
        weeks = accumulate((self.pattern * _QUARTERS)[:-1], initial=0)
        return *(start + timedelta(days=_WEEK * count) for count in weeks), self._near(after)

    def _near(self, month_start: date) -> date:
        """The first day of the year of weeks that begins about the first day of a calendar month."""
        before = month_start - timedelta(days=1)
        back = (before.weekday() - self.end_weekday) % _WEEK
        # More than half a week back means that the next such weekday is the nearer one.
        ahead = _WEEK if self.nearest and back > _HALF_WEEK else 0
        return month_start + timedelta(days=ahead - back)
