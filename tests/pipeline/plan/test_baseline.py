"""Which days a period is compared with where nobody names others."""

from __future__ import annotations

from datetime import date

import pytest

from departments.periods import PATTERNS, FiscalCalendar, WeekYears
from pipeline.selectors.plan.baseline import BaselineRule, chosen_baseline, default_baseline, year_before

CALENDAR = FiscalCalendar()
FEBRUARY = FiscalCalendar(start_month=2)


def chosen(text: str, first: date, calendar: FiscalCalendar = CALENDAR) -> tuple[str, str, BaselineRule]:
    found = chosen_baseline(calendar, calendar.parse(text), first)
    assert found.period is not None
    return found.period.start.isoformat(), found.period.end.isoformat(), found.rule


def test_with_eight_whole_quarters_of_history_a_quarter_is_compared_with_its_like() -> None:
    """Eight quarters before 2026-Q4 begin on 2024-10-01: history from that day on is enough, from the next day not."""
    rule = BaselineRule.SAME_QUARTER
    assert chosen("2026-Q4", date(2024, 10, 1)) == ("2025-10-01", "2025-12-31", rule)
    assert chosen("2026-Q4", date(2020, 1, 1)) == ("2025-10-01", "2025-12-31", rule)
    assert chosen("2026-Q4", date(2024, 10, 2)) == ("2025-10-01", "2026-09-30", BaselineRule.YEAR_BEFORE)


def test_the_fiscal_calendar_says_which_quarter_is_the_like() -> None:
    assert chosen("2026-Q1", date(2020, 1, 1), FEBRUARY) == ("2024-02-01", "2024-04-30", BaselineRule.SAME_QUARTER)
    assert FEBRUARY.parse("2026-Q1").start == date(2025, 2, 1)


def test_a_quarter_of_a_year_of_weeks_is_compared_with_as_many_weeks() -> None:
    """The retail calendar, whose 2023 has 53 weeks: the quarters with or after the 53rd have no like of as many."""
    weeks = WeekYears(pattern=PATTERNS["4-5-4"], nearest=True)
    retail, first = FiscalCalendar(start_month=2, weeks=weeks, named_after_start=True), date(2015, 1, 1)
    assert chosen("2023-Q1", first, retail) == ("2022-01-30", "2022-04-30", BaselineRule.SAME_QUARTER)
    assert chosen("2023-Q4", first, retail) == ("2022-10-30", "2023-02-04", BaselineRule.SAME_WEEKS)
    assert chosen("2024-Q3", first, retail) == ("2023-07-30", "2023-10-28", BaselineRule.SAME_QUARTER)
    assert chosen("2024-Q4", first, retail) == ("2023-11-05", "2024-02-03", BaselineRule.SAME_WEEKS)
    assert chosen("2024-Q4", date(2023, 6, 1), retail) == ("2023-10-29", "2024-11-02", BaselineRule.YEAR_BEFORE)


def test_other_periods_are_compared_with_the_year_before() -> None:
    first = date(2020, 1, 1)
    assert chosen("2026", first) == ("2025-01-01", "2025-12-31", BaselineRule.QUARTERS_BEFORE)
    assert chosen("2026-05", first)[2] == BaselineRule.DAYS_BEFORE


def test_little_history_clips_the_baseline_and_less_than_two_quarters_is_none() -> None:
    assert chosen("2026-Q4", date(2026, 1, 15)) == ("2026-01-15", "2026-09-30", BaselineRule.YEAR_BEFORE)
    quarter = CALENDAR.parse("2026-Q4")
    none = chosen_baseline(CALENDAR, quarter, date(2026, 5, 1))
    assert (none.period, none.rule) == (None, BaselineRule.NONE)


@pytest.mark.parametrize("first", [date(2020, 1, 1), date(2025, 12, 1)])
def test_the_year_before_does_not_depend_on_two_years_of_history(first: date) -> None:
    quarter = CALENDAR.parse("2026-Q4")
    found = year_before(CALENDAR, quarter, first)
    assert found is not None
    assert (found.start, found.end) == (max(date(2025, 10, 1), first), date(2026, 9, 30))
    if first > date(2024, 10, 1):
        assert default_baseline(CALENDAR, quarter, first) == found
