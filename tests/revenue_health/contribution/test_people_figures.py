"""Did a promise work, does a measurable matter: computed from weekly values in the database, once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from departments.models import Commitment, Entry, Goal, Measurable, User
from revenue_health.contribution.services.commitment_outcomes import outcomes_compute
from tests.pipeline.companies import SmallCompany, company_make

pytestmark = pytest.mark.django_db
MADE = date(2026, 6, 1)  # a Monday
DUE = date(2026, 7, 6)


@pytest.fixture
def promise() -> Commitment:
    """Legal promised shorter reviews: ten weeks of 5, 6, ... before, 3, 2, ... since it was due."""
    company: SmallCompany = company_make()
    legal, user = company.departments["legal"], User.objects.create_user("legal")
    measurable = Measurable.objects.create(key="wait", department=legal, name="Review days", unit="days")
    Goal.objects.create(measurable=measurable, effective_from=date(2025, 1, 6), rule="at_most", goal=3)
    for number in range(10):
        Entry.objects.create(measurable=measurable, week=MADE - timedelta(weeks=number + 1), value=5 + number % 2)
    for number in range(5):
        Entry.objects.create(measurable=measurable, week=MADE + timedelta(weeks=number), value=50)
        Entry.objects.create(measurable=measurable, week=DUE + timedelta(weeks=number), value=3 - number % 2)
    return Commitment.objects.create(
        text="Hire", department=legal, owner=user, due=DUE, first_due=DUE, measurable=measurable,
        created_at=datetime(2026, 6, 1, 8, tzinfo=UTC), created_by=user,
    )  # fmt: skip


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 6, tzinfo=UTC)


def test_before_four_weeks_have_passed_nothing_is_said(promise: Commitment) -> None:
    assert outcomes_compute(now=at(DUE + timedelta(days=27))) == 0


def test_the_weeks_between_are_left_out_and_the_goal_says_what_is_better(promise: Commitment) -> None:
    assert outcomes_compute(now=at(DUE + timedelta(weeks=5))) == 1
    promise.refresh_from_db()
    assert promise.result
    assert (promise.result["before"], promise.result["after"]) == (5.5, 2.6)
    assert promise.result["high"] < 0
    assert promise.result["verdict"] == "moved as promised"
    assert "10 weeks before" in promise.result["words"]


def test_it_is_computed_once(promise: Commitment) -> None:
    outcomes_compute(now=at(DUE + timedelta(weeks=5)))
    promise.refresh_from_db()
    first = promise.result_at
    Entry.objects.update(value=9)
    assert outcomes_compute(now=at(DUE + timedelta(weeks=9))) == 0
    promise.refresh_from_db()
    assert promise.result_at == first


def test_too_few_weeks_is_an_answer(promise: Commitment) -> None:
    Entry.objects.filter(week__gte=DUE + timedelta(weeks=2)).delete()
    outcomes_compute(now=at(DUE + timedelta(weeks=5)))
    promise.refresh_from_db()
    assert promise.result
    assert promise.result["words"] == "Too few weeks to say: 10 before it was made, 2 since it was due."


def test_what_is_dropped_or_names_nothing_gets_no_result(promise: Commitment) -> None:
    Commitment.objects.update(measurable=None, subject="forecast:2026-Q3")
    assert outcomes_compute(now=at(DUE + timedelta(weeks=5))) == 0
