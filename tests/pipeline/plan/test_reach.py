"""Which periods have figures, and ages in words."""

from __future__ import annotations

from datetime import date

import pytest

from departments.periods import FiscalCalendar
from pipeline.selectors.plan.data_range import DataRange, age_text

CALENDAR = FiscalCalendar()
REACH = DataRange(first=date(2024, 2, 10), newest=date(2026, 11, 20), today=date(2026, 11, 28))


@pytest.mark.parametrize(
    "label", ["2026-Q4", "2024-Q1", "2024", "2026-11", "2026-11-28..2027-02-01", "2024-01-01..2024-02-10"]
)
def test_a_period_of_which_anything_is_recorded_has_no_problem(label: str) -> None:
    assert REACH.problem(CALENDAR.parse(label)) == ""


@pytest.mark.parametrize("label", ["2027-Q1", "2027", "2026-12", "2026-11-29..2026-11-30"])
def test_a_period_that_has_not_begun_says_so(label: str) -> None:
    assert REACH.problem(CALENDAR.parse(label)) == f"{label} has not begun: the figures end on 28 Nov 2026."


@pytest.mark.parametrize("label", ["2019-Q1", "2023", "2024-01", "2024-02-01..2024-02-09"])
def test_a_period_before_the_first_event_says_so(label: str) -> None:
    assert REACH.problem(CALENDAR.parse(label)) == f"{label} ends before the first recorded event, on 10 Feb 2024."


def test_no_arrow_leads_to_where_there_is_nothing() -> None:
    def arrows(label: str) -> tuple[str, str]:
        found = REACH.addresses(CALENDAR, CALENDAR.parse(label), lambda period: period.label)
        return found["earlier"], found["later"]

    assert arrows("2026-Q4") == ("2026-Q3", "")
    assert arrows("2024-Q1") == ("", "2024-Q2")
    assert arrows("2025") == ("2024", "2026")
    assert arrows("2024-02") == ("", "2024-03")


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0.0, "less than an hour"),
        (1 / 24, "1 hour"),
        (30 / 24, "30 hours"),
        (47 / 24, "47 hours"),
        (2, "2 days"),
        (20, "20 days"),
        (21, "3 weeks"),
        (90, "12 weeks"),
        (92, "3 months"),
        (700, "22 months"),
        (731, "2 years"),
        (4_800, "13 years"),
    ],
)
def test_ages_in_words(days: float, words: str) -> None:
    assert age_text(days) == words
