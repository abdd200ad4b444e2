"""Spans of whole days, and the texts that name a day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from departments.translation import gettext as _

FIRST_YEAR, FINAL_YEAR = 1900, 2200
"""Years that periods and days may lie in; far from the ends of the calendar, so that what is a quarter or a time zone
away is still a date."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class PeriodError(ValueError):
    """The text is not a period; the message says what one looks like."""


@dataclass(frozen=True, kw_only=True)
class Period:
    """Whole days from `start` to `end`, both inclusive; `label` is what people call it."""

    start: date
    end: date
    label: str

    @classmethod
    def between(cls, start: date, end: date) -> Period:
        """Days that are called by their ends: they are no month, quarter or year, or need not be."""
        return cls(start=start, end=end, label=f"{start.isoformat()}..{end.isoformat()}")

    @classmethod
    def from_iso(cls, start: str, end: str, label: str) -> Period:
        """The period whose days were written as 2026-07-01. Raises ValueError for what is no day."""
        return cls(start=date.fromisoformat(start), end=date.fromisoformat(end), label=label)

    @property
    def days(self) -> int:
        # Each midnight by the clock of that day: with daylight saving time a span is no multiple of 86,400 s.
        return (self.end - self.start).days + 1

    def since(self, first: date) -> Period | None:
        """The part of the period from a day on; None where it ends before."""
        if self.end < first:
            return None
        return self if self.start >= first else Period.between(first, self.end)

    def instants(self, zone: ZoneInfo) -> tuple[int, int]:
        """Epoch seconds of the first instant in the period and of the first one after it."""
        return (
            int(datetime(self.start.year, self.start.month, self.start.day, tzinfo=zone).timestamp()),
            int(_midnight_after(self.end, zone).timestamp()),
        )


def monday_of(day: date) -> date:
    """The Monday of the ISO week a day belongs to."""
    return day - timedelta(days=day.weekday())


def week_period(monday: date) -> Period:
    """The seven days from a Monday."""
    return Period.between(monday, monday + timedelta(days=6))


def parse_day(text: str) -> date:
    """The day named by an ISO date; PeriodError for anything else, and for years nobody plans or sells in."""
    try:
        # Of all that ISO allows only what is the same everywhere: 20261123 and 2026-W48-1 are slips of the keyboard.
        day = date.fromisoformat(text.strip()) if _DAY.fullmatch(text.strip()) else date.min
    except ValueError:
        day = date.min
    if not FIRST_YEAR <= day.year <= FINAL_YEAR:
        raise PeriodError(
            _("“{text}” is not a day from {first} to {last}. Write it as 2026-11-23.").format(
                text=text, first=FIRST_YEAR, last=FINAL_YEAR
            )
        )
    return day


def _midnight_after(day: date, zone: ZoneInfo) -> datetime:
    after = day + timedelta(days=1)
    return datetime(after.year, after.month, after.day, tzinfo=zone)
