"""Goals and statuses: a worked example, and what must hold for all."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from departments.scorecards.core.goals import (
    DatedGoal,
    Status,
    goal_bounds,
    goal_of_week,
    met_share,
    status_of,
    statuses,
)

WEEKS = tuple(date(2026, 11, 23) - timedelta(days=7 * back) for back in range(60))
numbers = st.integers(-20, 20).map(float)
goals = st.builds(
    lambda day, rule, low, more: DatedGoal(
        effective_from=day, rule=rule, goal=low, goal_high=low + abs(more) if rule == "between" else None
    ),
    st.dates(date(2025, 6, 1), date(2026, 12, 31)),
    st.sampled_from(["at_least", "at_most", "between", "exactly"]),
    numbers,
    numbers,
)
goal_lists = st.lists(goals, max_size=5, unique_by=lambda goal: goal.effective_from)


@pytest.mark.parametrize(
    ("rule", "high", "below", "at", "above"),
    [
        ("at_least", None, Status.LOW, Status.MET, Status.MET),
        ("at_most", None, Status.MET, Status.MET, Status.HIGH),
        ("exactly", None, Status.LOW, Status.MET, Status.HIGH),
        ("between", 12.0, Status.LOW, Status.MET, Status.MET),
    ],
)
def test_a_value_below_at_and_above_its_goal(
    rule: str, high: float | None, below: Status, at: Status, above: Status
) -> None:
    goal = DatedGoal(effective_from=WEEKS[0], rule=rule, goal=10, goal_high=high)
    assert [status_of(value, goal) for value in (9, 10, 11)] == [below, at, above]


def test_blank_is_not_zero_and_without_goal_nothing_is_missed() -> None:
    goal = DatedGoal(effective_from=WEEKS[0], rule="at_least", goal=10)
    assert status_of(None, goal) is Status.NONE
    assert status_of(3, None) is Status.NONE


@given(before=goal_lists, later=goals, values=st.lists(numbers, min_size=60, max_size=60))
def test_a_new_goal_changes_no_week_that_began_before_it(
    before: list[DatedGoal], later: DatedGoal, values: list[float]
) -> None:
    if any(goal.effective_from >= later.effective_from for goal in before):
        before = [goal for goal in before if goal.effective_from < later.effective_from]
    row = np.array([values])
    old = statuses(row, *goal_bounds([before], WEEKS))[0]
    new = statuses(row, *goal_bounds([[*before, later]], WEEKS))[0]
    earlier = np.array([week < later.effective_from for week in WEEKS])
    assert (old[earlier] == new[earlier]).all()


@given(dated=goal_lists, value=numbers)
def test_the_table_of_bounds_agrees_with_one_week_at_a_time(dated: list[DatedGoal], value: float) -> None:
    found = statuses(np.full((1, len(WEEKS)), value), *goal_bounds([dated], WEEKS))[0]
    assert [Status(int(code)) for code in found] == [status_of(value, goal_of_week(dated, week)) for week in WEEKS]


def test_the_share_met_weighs_and_leaves_out_what_is_not_judged() -> None:
    # Week 1: met with weight 3, missed with weight 1, blank: 3 of 4. Week 2: nothing to judge.
    status = np.array([[Status.MET, 0], [Status.LOW, 0], [Status.NONE, 0]], dtype=np.int8)
    share = met_share(status, np.array([3.0, 1.0, 6.0]))
    assert share[0] == 0.75
    assert np.isnan(share[1])


@pytest.mark.parametrize(
    ("rule", "before", "after", "nearer"),
    [
        ("at_least", 5, 6, True),
        ("at_least", 12, 11, False),
        ("at_most", 12, 11, True),
        ("at_most", 5, 6, False),
        ("between", 5, 8, True),
        ("between", 11, 13, True),
        ("between", 18, 5, False),
        ("between", 11, 16, False),
        ("exactly", 8, 9, True),
        ("exactly", 10, 11, False),
    ],
)
def test_nearer_is_as_the_rule_asks(rule: str, before: float, after: float, nearer: bool) -> None:
    goal = DatedGoal(effective_from=WEEKS[0], rule=rule, goal=10, goal_high=15 if rule == "between" else None)
    assert goal.is_nearer(before, after) is nearer
