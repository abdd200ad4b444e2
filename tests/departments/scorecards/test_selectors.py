"""What pages read of scorecards."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from departments.models import Company, Entry, Goal, Measurable
from departments.scorecards.core.goals import Status
from departments.scorecards.selectors.missing_entries import handed_in, missing_entries
from departments.scorecards.selectors.scorecard_json import grid_json
from departments.scorecards.selectors.scorecards import department_heat, grid, statuses
from tests.departments.scorecards.companies import CLOSED, CLOSED_AT, DUE, NOW, weeks_back

pytestmark = pytest.mark.django_db


def put(measurable: Measurable, back: int, value: float | None, **more: Any) -> Entry:
    week = DUE - timedelta(days=7 * back)
    number = None if value is None else Decimal(str(value))
    return Entry.objects.create(measurable=measurable, week=week, value=number, **more)


def test_the_grid_has_the_newest_week_first_and_blank_is_not_zero(measurables: dict[str, Measurable]) -> None:
    reviews = measurables["reviews"]
    for back, value in ((1, 18), (2, 22), (3, None), (4, 26)):
        put(reviews, back, value)
    shown = grid(department=reviews.department_id, until_week=None, weeks=13, now=NOW)
    assert shown is not None
    assert list(shown.weeks) == weeks_back(13)
    assert [row.key for row in shown.rows] == ["reviews", "terms", "wait"]
    assert [shown.value(0, week) for week in range(6)] == [None, 18, 22, None, 26, None]
    assert shown.status[0, :5].tolist() == [Status.NONE, Status.LOW, Status.MET, Status.NONE, Status.MET]
    assert (shown.total(0), shown.average(0)) == (66, 22)
    # The four weeks before this one: 18, 22, blank, 26; the blank does not count.
    assert shown.trailing(0, 4) == 22
    assert shown.state(0) is Status.LOW
    assert shown.state(1) is None
    assert shown.closed[:2] == (False, True)


def test_percentages_have_no_total(measurables: dict[str, Measurable]) -> None:
    put(measurables["terms"], 0, 71)
    shown = grid(department=measurables["terms"].department_id, until_week=None, now=NOW)
    assert shown is not None
    assert (shown.total(1), shown.average(1)) == (None, 71)


@pytest.mark.parametrize("source", ["queue:legal", "overdue_handoffs:legal"])
def test_what_waits_at_the_end_of_each_week_is_not_summed(measurables: dict[str, Measurable], source: str) -> None:
    reviews = measurables["reviews"]
    Measurable.objects.filter(pk=reviews.pk).update(source=source)
    for back in (1, 2, 3):
        put(reviews, back, 20)
    shown = grid(department=reviews.department_id, until_week=None, now=NOW)
    assert shown is not None
    assert (shown.total(0), shown.average(0)) == (None, 20)


def test_old_weeks_keep_old_goals(measurables: dict[str, Measurable]) -> None:
    reviews = measurables["reviews"]
    for back in range(4):
        put(reviews, back, 25)
    Goal.objects.create(measurable=reviews, effective_from=CLOSED, rule="at_least", goal=30)
    shown = grid(department=reviews.department_id, until_week=None, now=NOW)
    assert shown is not None
    assert shown.status[0, :4].tolist() == [Status.LOW, Status.LOW, Status.MET, Status.MET]


def test_late_and_changed_after_close_are_marked(measurables: dict[str, Measurable]) -> None:
    put(measurables["reviews"], 1, 18, entered_at=CLOSED_AT)
    put(measurables["terms"], 1, 70, entered_at=CLOSED_AT - timedelta(seconds=1), changed_after_close=True)
    put(measurables["wait"], 1, 2)
    shown = grid(department=measurables["reviews"].department_id, until_week=None, now=NOW)
    assert shown is not None
    assert shown.late[:, 1].tolist() == [True, False, False]
    assert shown.cells.changed[:, 1].tolist() == [False, True, False]


def test_the_rollup_weighs(measurables: dict[str, Measurable]) -> None:
    put(measurables["reviews"], 1, 10)  # missed, weight 1
    put(measurables["terms"], 1, 80)  # met, weight 3
    heat = department_heat(weeks=3, now=NOW)
    assert heat is not None
    legal = next(row for row in heat.departments if row.key == "legal")
    assert legal.shares == (None, 0.75, None)
    assert (legal.owed, legal.entered) == (2, (0, 2, 0))


def test_a_value_that_came_when_the_week_was_closed_is_handed_in_late(measurables: dict[str, Measurable]) -> None:
    put(measurables["reviews"], 1, 19, entered_at=CLOSED_AT)
    put(measurables["terms"], 1, 70, entered_at=CLOSED_AT - timedelta(seconds=1))
    put(measurables["wait"], 1, 2)  # measured, so nobody owes it
    rows = {row.key: row for row in handed_in(company=Company.objects.get(), week=CLOSED)}
    assert (rows["legal"].owed, rows["legal"].entered, rows["legal"].late) == (2, 2, 1)
    assert (rows["sales"].owed, rows["sales"].entered) == (1, 0)


def test_who_owes_what(measurables: dict[str, Measurable]) -> None:
    put(measurables["reviews"], 0, 21)
    put(measurables["terms"], 0, None)
    assert [one.measurable_key for one in missing_entries(week=DUE, now=NOW)] == ["terms", "calls"]
    assert missing_entries(week=DUE + timedelta(days=7), now=NOW) == ()


def test_a_note_says_why_there_is_no_value_and_is_an_answer_everywhere(measurables: dict[str, Measurable]) -> None:
    Entry.objects.create(measurable=measurables["reviews"], week=CLOSED, note="The portal was down.")
    assert [one.measurable_key for one in missing_entries(week=CLOSED, now=NOW)] == ["terms", "calls"]
    heat = department_heat(weeks=2, now=NOW)
    assert heat is not None
    assert next(row for row in heat.departments if row.key == "legal").entered == (0, 1)
    legal, _ = handed_in(company=Company.objects.get(), week=CLOSED)
    assert (legal.key, legal.owed, legal.entered, legal.late) == ("legal", 2, 1, 0)
    shown = grid(department=measurables["reviews"].department_id, until_week=None, weeks=2, now=NOW)
    assert shown is not None
    told = grid_json(shown, "legal")["measurables"]
    assert {row["key"]: row["entries"][1]["status"] for row in told} == {
        "reviews": "none", "terms": "missing", "wait": "none"
    }  # fmt: skip


def test_the_statuses_of_a_week(measurables: dict[str, Measurable]) -> None:
    put(measurables["calls"], 1, 51)
    found = {one.row.key: one.status for one in statuses(week=CLOSED)}
    assert found == {"reviews": Status.NONE, "terms": Status.NONE, "wait": Status.NONE, "calls": Status.HIGH}


@pytest.mark.parametrize("weeks", [13, 260])
def test_the_grid_asks_the_same_number_of_queries(
    measurables: dict[str, Measurable], weeks: int, django_assert_num_queries: Any
) -> None:
    for back in range(50):
        put(measurables["reviews"], back, back)
    # Company, measurables, goals; the cells come by COPY, which is not counted.
    with django_assert_num_queries(4):
        grid(department=measurables["reviews"].department_id, until_week=None, weeks=weeks, now=NOW)
