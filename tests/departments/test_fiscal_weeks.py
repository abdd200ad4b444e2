"""Fiscal years of whole weeks: published year ends, and what holds for every such calendar."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from departments.periods import PATTERNS, FiscalCalendar, Period, PeriodError, WeekYears

FRIDAY, SATURDAY = 4, 5
RETAIL = FiscalCalendar(
    start_month=2,
    weeks=WeekYears(pattern=PATTERNS["4-5-4"], end_weekday=SATURDAY, nearest=True),
    named_after_start=True,
)
"""The calendar of the National Retail Federation: the Saturday nearest to 31 January."""
APPLE = FiscalCalendar(start_month=10, weeks=WeekYears(end_weekday=SATURDAY))
"""The last Saturday of September, as Form 10-K says."""
CISCO = FiscalCalendar(start_month=8, weeks=WeekYears(end_weekday=SATURDAY))
"""The last Saturday of July."""


@pytest.mark.parametrize(
    ("calendar", "year", "end", "weeks"),
    [
        (RETAIL, 2012, date(2013, 2, 2), 53),
        (RETAIL, 2017, date(2018, 2, 3), 53),
        (RETAIL, 2022, date(2023, 1, 28), 52),
        (RETAIL, 2023, date(2024, 2, 3), 53),
        (RETAIL, 2024, date(2025, 2, 1), 52),
        (APPLE, 2017, date(2017, 9, 30), 53),
        (APPLE, 2022, date(2022, 9, 24), 52),
        (APPLE, 2023, date(2023, 9, 30), 53),
        (APPLE, 2024, date(2024, 9, 28), 52),
        (CISCO, 2021, date(2021, 7, 31), 53),
        (CISCO, 2023, date(2023, 7, 29), 52),
        (CISCO, 2024, date(2024, 7, 27), 52),
    ],
)
def test_years_end_when_companies_reported_it(calendar: FiscalCalendar, year: int, end: date, weeks: int) -> None:
    period = calendar.year(year)
    assert (period.end, period.days, period.label) == (end, 7 * weeks, str(year))


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2023-P01", date(2023, 1, 29), date(2023, 2, 25)),
        ("2023-P02", date(2023, 2, 26), date(2023, 4, 1)),
        ("2023-P03", date(2023, 4, 2), date(2023, 4, 29)),
        ("2023-Q1", date(2023, 1, 29), date(2023, 4, 29)),
        ("2023-Q4", date(2023, 10, 29), date(2024, 2, 3)),
        ("2023-P11", date(2023, 11, 26), date(2023, 12, 30)),
        ("2023-P12", date(2023, 12, 31), date(2024, 2, 3)),
        ("2024-Q1", date(2024, 2, 4), date(2024, 5, 4)),
        ("2023-07", date(2023, 7, 1), date(2023, 7, 31)),
    ],
)
def test_the_retail_calendar_by_hand(text: str, start: date, end: date) -> None:
    """As in the calendar that the federation prints for 2023; `2023-07` is the calendar month in every company."""
    period = RETAIL.parse(text)
    assert (period.start, period.end, period.label) == (start, end, text)


def test_the_53rd_week_is_in_the_last_month_of_the_last_quarter() -> None:
    assert [RETAIL.quarter(2023, number).days // 7 for number in (1, 2, 3, 4)] == [13, 13, 13, 14]
    assert [RETAIL.month(2023, number).days // 7 for number in (10, 11, 12)] == [4, 5, 5]
    assert [APPLE.month(2023, number).days // 7 for number in (10, 11, 12)] == [4, 4, 6]


def test_a_last_friday_of_december_may_leave_its_last_days_to_the_next_year() -> None:
    calendar = FiscalCalendar(weeks=WeekYears(end_weekday=FRIDAY))
    assert calendar.year(2025).end == date(2025, 12, 26)
    assert calendar.quarter_of(date(2025, 12, 31)).label == "2026-Q1"
    nearest = FiscalCalendar(weeks=WeekYears(end_weekday=FRIDAY, nearest=True))
    assert nearest.year(2025).end == date(2026, 1, 2)
    assert nearest.month_of(date(2026, 1, 1)).label == "2025-P12"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022-Q4", "2021-Q4"),
        ("2023-Q1", "2022-Q1"),
        ("2023-P12", "2023-01-01..2023-02-04"),
        ("2023-Q4", "2022-10-30..2023-02-04"),
        ("2024-Q1", "2023-Q1"),
        ("2024-Q4", "2023-11-05..2024-02-03"),
        ("2023", "2022-01-23..2023-01-28"),
        ("2024", "2023-02-05..2024-02-03"),
        ("2024-02", "2023-02"),
    ],
)
def test_a_year_before_has_as_many_weeks(text: str, expected: str) -> None:
    """By name where the weeks are as many; else as many weeks, 52 weeks earlier, as the federation restates them."""
    period = RETAIL.parse(text)
    before = RETAIL.last_year(period)
    assert before.label == expected
    assert before.end < period.start
    if text != "2024-02":
        assert before.days == period.days


@pytest.mark.parametrize("text", ["2026-P00", "2026-P13", "2026-P7", "2026-M07", "2026-P07-01"])
def test_fiscal_months_are_p01_to_p12(text: str) -> None:
    with pytest.raises(PeriodError, match="2026-P07"):
        RETAIL.parse(text)


def test_calendars_of_months_have_no_fiscal_months_of_their_own() -> None:
    with pytest.raises(PeriodError, match="2026-07 or"):
        FiscalCalendar().parse("2026-P07")
    assert FiscalCalendar(start_month=4).month_of(date(2026, 7, 9)).label == "2026-07"


def test_a_year_may_be_named_after_its_start() -> None:
    named = FiscalCalendar(start_month=4, named_after_start=True)
    assert (named.parse("2025-Q4").start, named.year_of(date(2026, 3, 31)).label) == (date(2026, 1, 1), "2025")
    assert FiscalCalendar(named_after_start=True).year(2025) == FiscalCalendar().year(2025)


CALENDARS = st.builds(
    FiscalCalendar,
    start_month=st.integers(1, 12),
    weeks=st.none()
    | st.builds(
        WeekYears,
        pattern=st.sampled_from(list(PATTERNS.values())),
        end_weekday=st.integers(0, 6),
        nearest=st.booleans(),
    ),
    named_after_start=st.booleans(),
)
WEEKS = CALENDARS.filter(lambda calendar: calendar.weeks is not None)
DAYS = st.dates(date(1901, 1, 1), date(2199, 6, 30))


def periods_around(calendar: FiscalCalendar, day: date) -> list[Period]:
    return [calendar.month_of(day), calendar.quarter_of(day), calendar.year_of(day)]


@given(CALENDARS, DAYS)
def test_every_day_is_in_one_month_of_one_quarter_of_one_year(calendar: FiscalCalendar, day: date) -> None:
    month, quarter, year = periods_around(calendar, day)
    assert year.start <= quarter.start <= month.start <= day <= month.end <= quarter.end <= year.end
    for period in (month, quarter, year):
        assert calendar.parse(period.label) == period
        assert calendar.names(period.start, period.end)
        assert calendar.following(period).start == period.end + timedelta(days=1)
        assert calendar.previous(calendar.following(period)) == period
        assert calendar.following(calendar.previous(period)) == period


@given(CALENDARS, DAYS)
def test_quarters_and_months_divide_the_year(calendar: FiscalCalendar, day: date) -> None:
    year = calendar.year_of(day)
    for parts in (
        [calendar.quarter(int(year.label), number) for number in range(1, 5)],
        [calendar.month(int(year.label), number) for number in range(1, 13)],
    ):
        assert (parts[0].start, parts[-1].end) == (year.start, year.end)
        assert all(one.end + timedelta(days=1) == after.start for one, after in pairwise(parts))
    assert calendar.is_whole_quarters(year)
    assert list(calendar.quarters_within(year)) == [calendar.quarter(int(year.label), number) for number in range(1, 5)]


@given(WEEKS, DAYS)
def test_years_of_weeks_have_52_or_53_and_quarters_13_or_14(calendar: FiscalCalendar, day: date) -> None:
    assert calendar.weeks is not None
    year, quarter, month = calendar.year_of(day), calendar.quarter_of(day), calendar.month_of(day)
    assert year.days in (52 * 7, 53 * 7)
    assert year.end.weekday() == calendar.weeks.end_weekday
    assert quarter.days == (14 * 7 if year.days == 53 * 7 and quarter.label.endswith("Q4") else 13 * 7)
    assert month.days in ((4 * 7, 5 * 7, 6 * 7) if month.end == year.end else (4 * 7, 5 * 7))


@given(WEEKS, DAYS)
def test_a_year_of_weeks_ends_about_the_end_of_its_last_calendar_month(calendar: FiscalCalendar, day: date) -> None:
    assert calendar.weeks is not None
    months = FiscalCalendar(start_month=calendar.start_month, named_after_start=calendar.named_after_start)
    year = calendar.year_of(day)
    late = (months.year(int(year.label)).end - year.end).days
    assert -3 <= late <= 3 if calendar.weeks.nearest else 0 <= late <= 6


@given(WEEKS, DAYS)
def test_a_year_before_is_as_long_and_does_not_overlap(calendar: FiscalCalendar, day: date) -> None:
    for period in periods_around(calendar, day):
        before = calendar.last_year(period)
        assert before.days == period.days
        assert 364 <= (period.start - before.start).days <= 371
        assert before.end < period.start


@given(st.integers(1, 12), DAYS)
def test_calendar_months_make_quarters_as_they_always_did(start_month: int, day: date) -> None:
    """By another way of counting: months since the year's first one, and a year that ends later has a later name."""
    quarter = FiscalCalendar(start_month=start_month).quarter_of(day)
    since = (day.month - start_month) % 12
    year = day.year + (start_month > 1 and day.month >= start_month)
    assert quarter.label == f"{year}-Q{since // 3 + 1}"
    assert (quarter.start.day, (quarter.start.month - start_month) % 12) == (1, since // 3 * 3)
