"""Periods of the fiscal calendar, in the company's own days.

A period is given as `2026-Q3`, `2026`, `2026-07` or `2026-06-29..2026-09-27` (both days inclusive).
Years and quarters are fiscal: a year is named after the calendar year in which it ends, so with a fiscal year
from April, `2026` is April 2025 to March 2026 and `2026-Q1` is April to June 2025. Months are calendar months.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from departments.translation import gettext as _

FIRST_YEAR, FINAL_YEAR = 1900, 2200
"""Years that periods and days may lie in; far from the ends of the calendar, so that what is a quarter or a time zone
away is still a date."""


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


@dataclass(frozen=True, kw_only=True)
class FiscalCalendar:
    """The company's fiscal year: which months make which quarter."""

    start_month: int = 1

    def year(self, number: int) -> Period:
        first = self._first_day(number)
        return Period(start=first, end=_add_months(first, 12) - timedelta(days=1), label=str(number))

    def quarter(self, year: int, number: int) -> Period:
        first = _add_months(self._first_day(year), 3 * (number - 1))
        return Period(start=first, end=_add_months(first, 3) - timedelta(days=1), label=f"{year}-Q{number}")

    def quarter_of(self, day: date) -> Period:
        months = (day.month - self.start_month) % 12
        ends_later = self.start_month > 1 and day.month >= self.start_month
        return self.quarter(day.year + (1 if ends_later else 0), months // 3 + 1)

    def is_whole_quarters(self, period: Period) -> bool:
        """Whether a period is made of whole fiscal quarters."""
        return self.quarter_of(period.start).start == period.start and self.quarter_of(period.end).end == period.end

    def is_quarter(self, period: Period) -> bool:
        """Whether a period is one fiscal quarter, whatever it is called."""
        quarter = self.quarter_of(period.start)
        return (quarter.start, quarter.end) == (period.start, period.end)

    def quarter_before(self, period: Period, count: int) -> Period:
        """The quarter so many quarters before the one in which a period begins."""
        quarter = self.quarter_of(period.start)
        for _back in range(count):
            quarter = self.previous(quarter)
        return quarter

    def quarters_within(self, period: Period) -> Iterator[Period]:
        """The quarters that begin in a period, in order; the last one may end after it."""
        quarter = self.quarter_of(period.start)
        while quarter.start <= period.end:
            if quarter.start >= period.start:
                yield quarter
            quarter = self.following(quarter)

    def year_of(self, day: date) -> Period:
        return self.year(int(self.quarter_of(day).label[:4]))

    def names(self, start: date, end: date) -> bool:
        """Whether these days are a month, a quarter or a year."""
        month = _month(start.year, start.month)
        return any(
            (period.start, period.end) == (start, end)
            for period in (month, self.quarter_of(start), self.year_of(start))
        )

    def parse(self, text: str) -> Period:
        """The period named by a text; PeriodError when it is none."""
        text = text.strip()
        if match := re.fullmatch(r"([0-9]{4})(?:-[Qq]([1-4]))?", text):
            year = int(match[1])
            if not FIRST_YEAR <= year <= FINAL_YEAR:
                raise PeriodError(_not_a_period(text))
            return self.quarter(year, int(match[2])) if match[2] else self.year(year)
        if match := re.fullmatch(r"([0-9]{4})-([0-9]{2})", text):
            year, month = int(match[1]), int(match[2])
            if not (FIRST_YEAR <= year <= FINAL_YEAR and 1 <= month <= 12):
                raise PeriodError(_not_a_period(text))
            return _month(year, month)
        if match := re.fullmatch(r"(\S+)\.\.(\S+)", text):
            return _range(text, match[1], match[2])
        raise PeriodError(_not_a_period(text))

    def previous(self, period: Period) -> Period:
        """The period of the same kind just before; for a range, as many days just before."""
        return self._moved(period, -1)

    def following(self, period: Period) -> Period:
        """The period of the same kind just after."""
        return self._moved(period, 1)

    def last_year(self, period: Period) -> Period:
        """The same period a year earlier; a range of whole weeks moves by 52 weeks, so that weekdays agree."""
        if ".." not in period.label:
            return self._moved(period, -12 // _months(period.label))
        back = timedelta(days=364)
        return Period.between(period.start - back, period.end - back)

    def _moved(self, period: Period, steps: int) -> Period:
        label = period.label
        if re.fullmatch(r"\d{4}", label):
            return self.year(int(label) + steps)
        if re.fullmatch(r"\d{4}-Q\d", label):
            return self.quarter_of(_add_months(period.start, 3 * steps))
        if re.fullmatch(r"\d{4}-\d{2}", label):
            first = _add_months(period.start, steps)
            return _month(first.year, first.month)
        shift = timedelta(days=period.days * steps)
        return Period.between(period.start + shift, period.end + shift)

    def _first_day(self, year: int) -> date:
        return date(year - (1 if self.start_month > 1 else 0), self.start_month, 1)


def monday_of(day: date) -> date:
    """The Monday of the ISO week a day belongs to."""
    return day - timedelta(days=day.weekday())


def week_period(monday: date) -> Period:
    """The seven days from a Monday."""
    return Period.between(monday, monday + timedelta(days=6))


def _month(year: int, month: int) -> Period:
    first = date(year, month, 1)
    return Period(start=first, end=_add_months(first, 1) - timedelta(days=1), label=f"{year:04}-{month:02}")


def parse_day(text: str) -> date:
    """The day named by an ISO date; PeriodError for anything else, and for years nobody plans or sells in."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        day = date.min
    if not FIRST_YEAR <= day.year <= FINAL_YEAR:
        raise PeriodError(
            _("“{text}” is not a day from {first} to {last}. Write it as 2026-11-23.").format(
                text=text, first=FIRST_YEAR, last=FINAL_YEAR
            )
        )
    return day


def _range(text: str, first: str, last: str) -> Period:
    try:
        start, end = parse_day(first), parse_day(last)
    except PeriodError:
        raise PeriodError(_not_a_period(text)) from None
    if end < start:
        raise PeriodError(_("“{text}” ends before it starts.").format(text=text))
    if (end - start).days > 366 * 50:
        raise PeriodError(_("“{text}” is longer than fifty years.").format(text=text))
    return Period.between(start, end)


def _months(label: str) -> int:
    """How many months a named period has."""
    return 12 if len(label) == len("2026") else 3 if "Q" in label else 1


def _add_months(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _midnight_after(day: date, zone: ZoneInfo) -> datetime:
    after = day + timedelta(days=1)
    return datetime(after.year, after.month, after.day, tzinfo=zone)


def _not_a_period(text: str) -> str:
    return _(
        "“{text}” is not a period. Write 2026-Q3, 2026, 2026-07 or 2026-06-29..2026-09-27; years "
        "from {first} to {last}."
    ).format(text=text, first=FIRST_YEAR, last=FINAL_YEAR)
