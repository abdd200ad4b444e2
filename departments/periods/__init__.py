"""Periods of the fiscal calendar, in the company's own days.

A period is given as `2026-Q3`, `2026`, `2026-07` or `2026-06-29..2026-09-27` (both days inclusive).
Years and quarters are fiscal. A year is named after the calendar year in which it ends, unless the company names it
after the one in which it begins: with a fiscal year from April, `2026` is April 2025 to March 2026 and `2026-Q1` is
April to June 2025. `2026-07` is the calendar month, always; a year of weeks has months of its own, `2026-P01` to
`2026-P12`.
"""

from departments.periods.calendar import FiscalCalendar
from departments.periods.days import (
    FINAL_YEAR,
    FIRST_YEAR,
    Period,
    PeriodError,
    monday_of,
    parse_day,
    week_period,
)
from departments.periods.week_years import PATTERNS, WeekYears

__all__ = [
    "FINAL_YEAR",
    "FIRST_YEAR",
    "PATTERNS",
    "FiscalCalendar",
    "Period",
    "PeriodError",
    "WeekYears",
    "monday_of",
    "parse_day",
    "week_period",
]
