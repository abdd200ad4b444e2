"""The demo's people talk in the demo's words, the same ones every time, about figures that are there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from departments.discussion.selectors.commitments import commitments_due, commitments_of
from departments.discussion.selectors.pulse import closed_months, pulse_month
from departments.discussion.selectors.replies import replies_for, versions_of
from departments.discussion.services.demo import demo_discussion_create
from departments.discussion.services.demo_texts import CONCERNS, PROMISES, STAFF
from departments.models import Comment, Commitment, Company, Department, Issue, Measurable, PulseAnswer, User
from departments.people.selectors.demo import demo_people
from departments.people.services.demo import demo_people_create
from pipeline.generator import company as brightwater
from pipeline.generator.files.scorecards import NUMBERS
from tests.kept_company import everything_empty

AS_OF = date(2026, 11, 25)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        everything_empty()
        try:
            let_people_talk()
            yield
        finally:
            everything_empty()


@pytest.fixture
def talking(company: None, db: None) -> None:
    """The demo company's departments and measurables without its deals, and its people talking."""


def let_people_talk() -> None:
    Company.objects.create(name=brightwater.NAME, reporting_currency="EUR", time_zone="Europe/Berlin")
    found = {
        key: Department.objects.create(key=key, name=name, kind=kind) for key, name, kind in brightwater.DEPARTMENTS
    }
    for number in NUMBERS:
        Measurable.objects.create(key=number.key, name=number.name, department=found[number.department])
    demo_people_create()
    demo_discussion_create(as_of=AS_OF, seed=1)


def scores() -> list[tuple[Any, ...]]:
    return list(PulseAnswer.objects.order_by("pk").values_list("month", "user__username", "score", "sentence"))


def test_members_are_the_people_on_the_deals_and_hand_offs(talking: None) -> None:
    on_deals = {name for team in brightwater.REPS for name in team} | {n for s in brightwater.STAFF.values() for n in s}
    assert {name for names in STAFF.values() for name in names} == on_deals
    assert User.objects.get(username="ruth.engel").memberships.get().department.key == "legal"
    assert not User.objects.get(username="ruth.engel").has_usable_password()


def test_one_click_sign_in_stays_short(talking: None, settings: Any) -> None:
    settings.DEMO = True
    assert {person.username for person in demo_people()} == {
        "ceo", "board", "analyst", "marketing", "sales", "legal", "finance", "production", "service",
    }  # fmt: skip


def test_commitments_are_in_every_state(talking: None) -> None:
    rows = commitments_of(now=NOW)
    assert len(rows) == len(PROMISES)
    assert {row.status for row in rows} == {"open", "done", "dropped"}
    due = commitments_due(week=date(2026, 11, 23))
    assert len(due.this_week) >= 4
    assert len(due.overdue) >= 2
    assert any(row.carried for row in rows)
    assert all(row.closing_note for row in rows if row.status == "dropped")
    assert {row.department_key for row in rows} == set(STAFF)


def test_what_is_named_is_there(talking: None) -> None:
    for promise in (*PROMISES, *CONCERNS):
        assert (
            not promise.measurable
            or Measurable.objects.get(key=promise.measurable).department.key == promise.department
        )
    assert Issue.objects.filter(status="solved").exists()
    assert Comment.objects.filter(resolved_at=None, mentions__username="legal").exists()
    assert Comment.objects.exclude(resolved_at=None).exists()
    assert not Commitment.objects.filter(created_at__gt=NOW).exists()


def test_every_head_answers_both_quarters_and_two_of_them_twice(talking: None) -> None:
    subjects = [f"share:{key}:{quarter}" for key in STAFF for quarter in ("2026-Q3", "2026-Q4")]
    assert len(replies_for(subjects=subjects)) == len(subjects)
    versions = {subject: len(versions_of(subject=subject)) for subject in subjects}
    assert {subject.split(":")[1] for subject, count in versions.items() if count == 2} == {"legal", "production"}


def test_the_pulse_shows_most_cells_and_hides_a_small_department(talking: None) -> None:
    months = closed_months(now=NOW)
    assert len(months) == 9
    newest = pulse_month(month=months[0], now=NOW)
    assert newest is not None
    told = Counter(cell is not None for row in newest.rows for cell in row.cells)
    assert told[True] >= 20
    legal = next(row for row in newest.rows if row.department.key == "legal")
    assert not any(legal.cells), "four people: under five answers"
    received = {one.key: rating for one, rating in zip(newest.departments, newest.received, strict=True)}
    assert received["legal"].mean < 3 < received["service"].mean
    before = pulse_month(month=date(2026, 6, 1), now=NOW)
    assert before is not None
    assert before.received[2].mean > 3.5, "legal before it lost its reviewers"


def test_again_it_says_nothing_twice(talking: None) -> None:
    first = scores()
    demo_discussion_create(as_of=AS_OF, seed=2)
    assert scores() == first
