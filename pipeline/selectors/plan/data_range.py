"""From when to when anything is recorded: which periods have figures, and how long ago the newest event was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from departments.day_formats import day_text
from departments.models import Company
from departments.periods import FiscalCalendar, Period
from pipeline.custody_store import custody_cursor
from pipeline.models import RecomputeRun
from pipeline.run_cache import cached

STALE_AFTER_DAYS = 45
"""So many days without any event: the data has stopped, it is not only a quiet month."""


@dataclass(frozen=True, kw_only=True)
class DataRange:
    """Days in the company's time zone. first, newest: of the oldest and newest event (None: there is none); today: the
    day of the run's as_of."""

    first: date | None
    newest: date | None
    today: date
    recorded: date | None = None
    """The day on which the newest event was recorded; None where the store does not keep that."""

    def problem(self, period: Period) -> str:
        """Why a period has no figures, as a sentence; empty where it has some."""
        if period.start > self.today:
            return _("{label} has not begun: the figures end on {reach_text}.").format(
                label=period.label, reach_text=reach_text(self.today)
            )
        if self.first is not None and period.end < self.first:
            return _("{label} ends before the first recorded event, on {reach_text}.").format(
                label=period.label, reach_text=reach_text(self.first)
            )
        return ""

    def addresses(self, calendar: FiscalCalendar, period: Period, write: Callable[[Period], str]) -> dict[str, str]:
        """Addresses of the periods before and after; empty where nothing is recorded of them or they have not begun."""
        neighbours = {"earlier": calendar.previous(period), "later": calendar.following(period)}
        return {name: "" if self.problem(other) else write(other) for name, other in neighbours.items()}


@dataclass(frozen=True, kw_only=True)
class StaleData:
    """Data in which nothing happened for a long time: the day of the newest event, how long ago that is in words,
    whether the pages read it as of that day already, and whether they could."""

    newest: date
    age: str
    as_of_last_day: bool
    offered: bool


def stale_data(data_range: DataRange, *, run: RecomputeRun, today: date) -> StaleData | None:
    """None while the data is alive. today: the day it is for the reader, whatever the run knows."""
    if data_range.newest is None or (today - data_range.newest).days <= STALE_AFTER_DAYS:
        return None
    pinned = run.trigger == RecomputeRun.LAST_DAY
    return StaleData(
        newest=data_range.newest,
        age=age_text((today - data_range.newest).days),
        as_of_last_day=pinned,
        offered=not pinned
        and data_range.recorded is not None
        and (today - data_range.recorded).days > STALE_AFTER_DAYS,
    )


def reach_text(day: date) -> str:
    """`3 Mar 2013`: a date that carries its year."""
    return day_text(day)


_LENGTHS = (
    (365.25, "year", "years", 2.0),
    (30.44, "month", "months", 3.0),
    (7.0, "week", "weeks", 3.0),
    (1.0, "day", "days", 2.0),
)
"""Days of each, and from how many on it is used."""
_MARKED = (ngettext_lazy("year", "years", 2), ngettext_lazy("month", "months", 2), ngettext_lazy("hour", "hours", 2))


def age_text(days: float) -> str:
    """A length of time as people say it: `3 hours`, `12 days`, `7 weeks`, `5 months`, `13 years`."""
    for size, word, plural, most in _LENGTHS:
        if days >= size * most:
            count = int(days / size)
            return f"{count} {ngettext(word, plural, count)}"
    hours = round(days * 24)
    return f"{hours} {ngettext('hour', 'hours', hours)}" if hours else _("less than an hour")


def data_range_of(*, run: RecomputeRun, company: Company) -> DataRange:
    """Of one run; kept with it. Raises CustodyStoreMissing."""

    def compute() -> tuple[int | None, int | None, int | None]:
        cursor = custody_cursor(run)
        (first, newest), recorded = cursor.execute(_FIRST_AND_NEWEST, [int(run.as_of.timestamp())]).fetchall()[0], None
        if cursor.execute("SELECT 1 FROM duckdb_columns() WHERE table_name = 'events' LIMIT 1").fetchone():
            ((recorded,),) = cursor.execute("SELECT max(recorded_at) FROM events").fetchall()
        return first, newest, recorded

    first, newest, recorded = cached(run, "reach", compute) if run.parts else (None, None, None)

    def day(instant: int | None) -> date | None:
        return None if instant is None else datetime.fromtimestamp(instant, company.zone).date()

    today = run.day_in(company.zone)
    return DataRange(first=day(first), newest=day(newest), today=today, recorded=day(recorded))


_FIRST_AND_NEWEST = """
SELECT (SELECT min(entered_at) FROM visits), (SELECT max("at") FROM moves WHERE "at" <= ?)"""
