"""Periods of the fiscal calendar, worked by hand on a wall calendar."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from departments.periods import FiscalCalendar, Period, PeriodError, monday_of, parse_day

JANUARY = FiscalCalendar(start_month=1)
APRIL = FiscalCalendar(start_month=4)


@pytest.mark.parametrize(
    ("calendar", "text", "start", "end"),
    [
        (JANUARY, "2026", date(2026, 1, 1), date(2026, 12, 31)),
        (JANUARY, "2026-Q3", date(2026, 7, 1), date(2026, 9, 30)),
        (JANUARY, "2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        (JANUARY, "2026-06-29..2026-09-27", date(2026, 6, 29), date(2026, 9, 27)),
        (APRIL, "2026", date(2025, 4, 1), date(2026, 3, 31)),
        (APRIL, "2026-Q1", date(2025, 4, 1), date(2025, 6, 30)),
        (APRIL, "2026-Q4", date(2026, 1, 1), date(2026, 3, 31)),
    ],
)
def test_a_text_names_its_days(calendar: FiscalCalendar, text: str, start: date, end: date) -> None:
    period = calendar.parse(text)
    assert (period.start, period.end) == (start, end)
    assert calendar.parse(period.label) == period


EDGES = [
    "1899",
    "2201-Q1",
    "0001-01",
    "1899-12",
    "9999-12",
    "9999-12-31..9999-12-31",
    "1899-12-31..1900-01-02",
    "0000-00",
]


@pytest.mark.parametrize(
    "text",
    ["", "Q3", "2026-Q5", "2026-13", "2026-02-30..2026-03-01", "2026-03-02..2026-03-01", "2026\0", "٢٠٢٦-07", *EDGES],
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(PeriodError):
        JANUARY.parse(text)


@pytest.mark.parametrize(
    ("text", "previous", "last_year"),
    [
        ("2026-Q1", "2025-Q4", "2025-Q1"),
        ("2026", "2025", "2025"),
        ("2026-01", "2025-12", "2025-01"),
        ("2026-06-29..2026-09-27", "2026-03-30..2026-06-28", "2025-06-30..2025-09-28"),
    ],
)
def test_the_period_before_and_a_year_before(text: str, previous: str, last_year: str) -> None:
    period = JANUARY.parse(text)
    assert JANUARY.previous(period).label == previous
    assert JANUARY.last_year(period).label == last_year
    assert JANUARY.following(JANUARY.previous(period)) == period


@pytest.mark.parametrize("text", ["1900", "1900-Q1", "1900-01", "1900-01-01..1949-12-31", "2200", "2200-Q4", "2200-12"])
def test_the_first_and_the_last_periods_have_neighbours(text: str) -> None:
    for calendar in (JANUARY, APRIL):
        period = calendar.parse(text)
        assert calendar.previous(period).end < period.start
        assert calendar.following(period).start > period.end
        assert calendar.last_year(period).end < period.end


@pytest.mark.parametrize("text", ["", "0001-01-01", "1899-12-31", "2201-01-01", "9999-12-31", "2026-02-30", "2026\0"])
def test_a_day_at_the_edge_of_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(PeriodError, match="is not a day"):
        parse_day(text)


def test_every_day_is_in_its_quarter_and_its_year() -> None:
    for month in range(1, 13):
        day = date(2026, month, 15)
        for calendar in (JANUARY, APRIL):
            for period in (calendar.quarter_of(day), calendar.year_of(day)):
                assert period.start <= day <= period.end


def test_a_period_over_the_change_to_summer_time_is_an_hour_short() -> None:
    start, end = Period(start=date(2026, 3, 29), end=date(2026, 3, 29), label="").instants(ZoneInfo("Europe/Berlin"))
    assert end - start == 23 * 3600


def test_the_week_starts_on_monday() -> None:
    assert monday_of(date(2026, 11, 29)) == date(2026, 11, 23)
