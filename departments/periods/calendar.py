"""The fiscal calendar: which days make which year, quarter and month."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from departments.periods.days import FINAL_YEAR, FIRST_YEAR, Period, PeriodError, parse_day
from departments.periods.week_years import WeekYears
from departments.translation import gettext as _

_YEAR_DAYS = 364


@dataclass(frozen=True, kw_only=True)
class FiscalCalendar:
    """The company's fiscal year: the calendar month its first month is, and how it is divided.

    weeks: how years of 52 or 53 weeks are cut; None for calendar months. named_after_start: whether a year has the
    number of the calendar year in which its first month lies, instead of that of its last month.
    """

    start_month: int = 1
    weeks: WeekYears | None = None
    named_after_start: bool = False

    def year(self, number: int) -> Period:
        """The fiscal year of a number."""
        return _between(self._edges(number)[::12], label=str(number))

    def quarter(self, year: int, number: int) -> Period:
        """A quarter, 1 to 4, of a fiscal year."""
        return _between(self._edges(year)[::3][number - 1 :], label=f"{year}-Q{number}")

    def month(self, year: int, number: int) -> Period:
        """A month, 1 to 12, of a fiscal year: a calendar month, or its weeks."""
        edges = self._edges(year)[number - 1 :]
        return _between(edges, label=f"{year}-P{number:02}" if self.weeks else f"{edges[0]:%Y-%m}")

    def year_of(self, day: date) -> Period:
        """The fiscal year a day lies in."""
        return self.year(self._year_number(day))

    def quarter_of(self, day: date) -> Period:
        """The fiscal quarter a day lies in."""
        year = self._year_number(day)
        # The number of months begun is the number of the month, from 1.
        return self.quarter(year, (bisect_right(self._edges(year), day) + 2) // 3)

    def month_of(self, day: date) -> Period:
        """The fiscal month a day lies in."""
        year = self._year_number(day)
        return self.month(year, bisect_right(self._edges(year), day))

    def is_whole_quarters(self, period: Period) -> bool:
        """Whether a period is made of whole fiscal quarters."""
        return self.quarter_of(period.start).start == period.start and self.quarter_of(period.end).end == period.end

    def is_quarter(self, period: Period) -> bool:
        """Whether a period is one fiscal quarter, whatever it is called."""
        quarter = self.quarter_of(period.start)
        return (quarter.start, quarter.end) == (period.start, period.end)

    def quarter_before(self, period: Period, count: int) -> Period:
        """The quarter so many quarters before the one in which a period begins."""
        return self._moved(self.quarter_of(period.start), -count)

    def quarters_within(self, period: Period) -> Iterator[Period]:
        """The quarters that begin in a period, in order; the last one may end after it."""
        quarter = self.quarter_of(period.start)
        while quarter.start <= period.end:
            if quarter.start >= period.start:
                yield quarter
            quarter = self.following(quarter)

    def names(self, start: date, end: date) -> bool:
        """Whether these days are a fiscal month, quarter or year."""
        return any(
            (period.start, period.end) == (start, end)
            for period in (self.month_of(start), self.quarter_of(start), self.year_of(start))
        )

    def has_other_weeks(self, period: Period, other: Period) -> bool:
        """Whether two fiscal periods of whole weeks differ in how many: what was earned in them does, too."""
        spans = (period, other)
        weeks = self.weeks is not None and all(self.names(span.start, span.end) for span in spans)
        return weeks and period.days != other.days

    def parse(self, text: str) -> Period:
        """The period named by a text; PeriodError when it is none."""
        text = text.strip()
        if match := re.fullmatch(r"(\S+)\.\.(\S+)", text):
            return self._range(text, match[1], match[2])
        match = re.fullmatch(r"([0-9]{4})(?:-(?:[Qq]([1-4])|([Pp]?)(0[1-9]|1[0-2])))?", text)
        if match is None or not FIRST_YEAR <= int(match[1]) <= FINAL_YEAR:
            raise PeriodError(self._refusal(text))
        year, quarter, fiscal, month = int(match[1]), match[2], match[3], match[4]
        if fiscal and self.weeks is None:
            raise PeriodError(self._refusal(text))
        if fiscal:
            return self.month(year, int(month))
        if month:
            return _calendar_month(date(year, int(month), 1))
        return self.quarter(year, int(quarter)) if quarter else self.year(year)

    def previous(self, period: Period) -> Period:
        """The period of the same kind just before; for a range, as many days just before."""
        return self._moved(period, -1)

    def following(self, period: Period) -> Period:
        """The period of the same kind just after."""
        return self._moved(period, 1)

    def last_year(self, period: Period) -> Period:
        """The period a year earlier that can be compared day by day: the one of the same name.

        A range moves by 52 weeks, so that weekdays agree. So does a fiscal year, quarter or month of which the one of
        the same name has a week more or less: as many days, 52 weeks earlier (of a year of 53 weeks, the 53 before).
        """
        days = _YEAR_DAYS
        if ".." not in period.label:
            # As many periods back as a year has of them: 1, 4 or 12.
            named = self._moved(period, -12 // _month_count(period.label))
            if self.weeks is None or named.days == period.days or _is_calendar_month(period.label):
                return named
            days = max(days, period.days)
        back = timedelta(days=days)
        return Period.between(period.start - back, period.end - back)

    def _moved(self, period: Period, steps: int) -> Period:
        label = period.label
        if re.fullmatch(r"\d{4}", label):
            return self.year(int(label) + steps)
        if match := re.fullmatch(r"(\d{4})-Q(\d)", label):
            count = int(match[1]) * 4 + int(match[2]) - 1 + steps
            return self.quarter(count // 4, count % 4 + 1)
        if match := re.fullmatch(r"(\d{4})-P(\d{2})", label):
            count = int(match[1]) * 12 + int(match[2]) - 1 + steps
            return self.month(count // 12, count % 12 + 1)
        if _is_calendar_month(label):
            return _calendar_month(_add_months(period.start, steps))
        shift = timedelta(days=period.days * steps)
        return Period.between(period.start + shift, period.end + shift)

    def _year_number(self, day: date) -> int:
        # No fiscal year has a number more than one above the calendar year of any of its days.
        number = day.year + 1
        while self._edges(number)[0] > day:
            number -= 1
        return number

    def _edges(self, year: int) -> tuple[date, ...]:
        return _year_edges(self.start_month, self.weeks, self.named_after_start, year)

    def _range(self, text: str, first: str, last: str) -> Period:
        try:
            start, end = parse_day(first), parse_day(last)
        except PeriodError:
            raise PeriodError(self._refusal(text)) from None
        if end < start:
            raise PeriodError(_("“{text}” ends before it starts.").format(text=text))
        if (end - start).days > 366 * 50:
            raise PeriodError(_("“{text}” is longer than fifty years.").format(text=text))
        return Period.between(start, end)

    def _refusal(self, text: str) -> str:
        return _(
            "“{text}” is not a period. Write 2026-Q3, 2026, {month} or 2026-06-29..2026-09-27; years "
            "from {first} to {last}."
        ).format(text=text, month="2026-P07" if self.weeks else "2026-07", first=FIRST_YEAR, last=FINAL_YEAR)


@lru_cache(maxsize=256)
def _year_edges(start_month: int, weeks: WeekYears | None, named_after_start: bool, year: int) -> tuple[date, ...]:
    """The first days of the twelve months of a fiscal year, and of the year after it."""
    # A year that is named after its end begins in the calendar year before, unless it begins in January.
    first = date(year - (start_month > 1 and not named_after_start), start_month, 1)
    months = tuple(_add_months(first, count) for count in range(13))
    return weeks.edges(months[0], months[-1]) if weeks else months


def _between(edges: tuple[date, ...], *, label: str) -> Period:
    """From the first edge to the day before the second."""
    return Period(start=edges[0], end=edges[1] - timedelta(days=1), label=label)


def _calendar_month(day: date) -> Period:
    first = day.replace(day=1)
    return _between((first, _add_months(first, 1)), label=f"{first:%Y-%m}")


def _is_calendar_month(label: str) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d{2}", label))


def _month_count(label: str) -> int:
    """How many months a named period has."""
    return 12 if len(label) == len("2026") else 3 if "Q" in label else 1


def _add_months(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)
