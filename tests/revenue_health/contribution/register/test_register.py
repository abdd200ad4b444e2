"""The leak register: what a week's figures make of it, and what people may say. Costs are made by hand here."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from departments.models import Membership, User
from pipeline.models import RecomputeRun
from revenue_health.contribution.core.intervals import Interval
from revenue_health.contribution.core.leaks import Cell, Cost
from revenue_health.contribution.models import Leak, LeakChange, LeakSighting
from revenue_health.contribution.selectors.register.leak_costs import CellCost
from revenue_health.contribution.selectors.register.leaks_json import register_json
from revenue_health.contribution.selectors.register.rows import (
    LeakFilters,
    leak_changes,
    leak_row,
    leak_rows,
    top_leaks,
)
from revenue_health.contribution.services.register import (
    Reading,
    RegisterError,
    leak_assign,
    leak_status_set,
    register_read,
)
from tests.pipeline.companies import SmallCompany, company_make

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 9, 7)
NOW = datetime(2026, 9, 8, 6, 0, tzinfo=UTC)
PLAN = 10_000.0  # so material is above 50


@pytest.fixture
def company() -> SmallCompany:
    return company_make()


@pytest.fixture
def user(company: SmallCompany) -> User:
    found = User.objects.create_user("head", first_name="Hanna", last_name="Head")
    Membership.objects.create(user=found, role="head", department=company.departments["legal"])
    return found


def cost(company: SmallCompany, value: float, half: float = 10.0, stage: str = "contract") -> CellCost:
    return CellCost(
        pipeline=company.pipeline.pk,
        stage=company.stages[stage].pk,
        department=company.departments["legal"].pk,
        cost=Cost(
            cell=Cell(stage=stage, department="legal", factor="waiting"),
            cost=Interval(value=value, low=value - half, high=value + half, standard_error=1.0),
        ),
    )


def read(week: int, *costs: CellCost, run: RecomputeRun | None = None) -> int:
    """The reading of so many weeks after MONDAY."""
    at = NOW + timedelta(weeks=week)
    run = run or RecomputeRun.objects.create(as_of=at, started_at=at, status="done", balance_error=0.0)
    return register_read(
        reading_of_week=Reading(run=run, week=MONDAY + timedelta(weeks=week), scale=PLAN, costs=costs), now=at
    )


def test_a_material_and_certain_cost_becomes_a_new_leak(company: SmallCompany) -> None:
    assert read(0, cost(company, 400), cost(company, 60, half=80, stage="offer"), cost(company, 40, stage="lead")) == 1
    leak = Leak.objects.get()
    assert (leak.status, leak.factor, leak.first_seen, leak.amount, leak.low) == ("new", "waiting", MONDAY, 400, 390)
    assert [change.note for change in leak_changes(leak=leak.pk)] == ["Seen for the first time."]


def test_the_same_run_twice_is_once(company: SmallCompany) -> None:
    run = RecomputeRun.objects.create(as_of=NOW, started_at=NOW, status="done", balance_error=0.0)
    for _ in range(2):
        read(0, cost(company, 400), run=run)
    assert (Leak.objects.count(), LeakSighting.objects.count(), LeakChange.objects.count()) == (1, 1, 1)


def test_seven_nights_are_one_week_and_the_newest_counts(company: SmallCompany) -> None:
    read(0, cost(company, 400))
    read(0, cost(company, 300))
    assert [one.amount for one in LeakSighting.objects.all()] == [300]
    assert Leak.objects.get().amount == 300


def test_it_recovers_only_after_four_weeks_below_in_a_row(company: SmallCompany) -> None:
    read(0, cost(company, 400))
    for week, amount in enumerate([20, 20, 20], 1):
        read(week, cost(company, amount))
    assert Leak.objects.get().status == "new"
    read(4, cost(company, 20))
    leak = Leak.objects.get()
    assert (leak.status, leak.last_seen, leak.read) == ("recovered", MONDAY, MONDAY + timedelta(weeks=4))


@pytest.mark.parametrize("between", ["unclear", "not read", "seen"])
def test_anything_but_four_below_in_a_row_keeps_it_open(company: SmallCompany, between: str) -> None:
    read(0, cost(company, 400))
    for week in range(1, 8):
        if week != 4:
            read(week, cost(company, 20))
        elif between != "not read":
            read(week, cost(company, 400, half=500 if between == "unclear" else 10))
    assert Leak.objects.get().status == "new"
    read(8, cost(company, 20))
    assert Leak.objects.get().status == "recovered"


def test_a_cell_that_costs_nothing_any_more_is_read_as_zero(company: SmallCompany) -> None:
    read(0, cost(company, 400))
    read(1)
    assert [one.amount for one in LeakSighting.objects.order_by("week")] == [400, 0]


def test_seen_again_after_it_recovered_it_is_the_same_leak_once_more(company: SmallCompany) -> None:
    read(0, cost(company, 400))
    for week in range(1, 5):
        read(week)
    read(5, cost(company, 300))
    leak = Leak.objects.get()
    assert (leak.status, leak.recurrence, leak.first_seen) == ("new", 1, MONDAY)
    assert leak.since == MONDAY + timedelta(weeks=5)
    read(5, cost(company, 310))
    assert Leak.objects.get().recurrence == 1


def test_the_figures_of_an_older_week_change_nothing(company: SmallCompany) -> None:
    read(3, cost(company, 400))
    assert read(1, cost(company, 900)) == 0
    assert [one.amount for one in LeakSighting.objects.all()] == [400]


def test_fixed_does_not_hide_what_the_figure_still_shows(company: SmallCompany, user: User) -> None:
    read(0, cost(company, 400))
    leak_status_set(leak=Leak.objects.get().pk, status="fixed", reason="New template", user=user, now=NOW)
    read(1, cost(company, 400))
    row = leak_rows()[0]
    assert (row.status, row.still_seen, row.contradicted) == ("fixed", True, True)
    assert [found.id for found in top_leaks()] == [row.id]


def test_a_declined_leak_needs_a_reason_and_leaves_the_list(company: SmallCompany, user: User) -> None:
    read(0, cost(company, 400))
    leak = Leak.objects.get().pk
    with pytest.raises(RegisterError, match="Say why"):
        leak_status_set(leak=leak, status="declined", reason=" ", user=user, now=NOW)
    leak_status_set(leak=leak, status="declined", reason="A new law", user=user, now=NOW)
    assert leak_rows() == [] == top_leaks()
    assert [row.declined_reason for row in leak_rows(filters=LeakFilters(state="declined"))] == ["A new law"]


@pytest.mark.parametrize("status", ["new", "recovered", "nonsense"])
def test_people_cannot_say_what_only_the_figure_says(company: SmallCompany, user: User, status: str) -> None:
    read(0, cost(company, 400))
    with pytest.raises(RegisterError):
        leak_status_set(leak=Leak.objects.get().pk, status=status, reason="x", user=user, now=NOW)


def test_a_recovered_leak_takes_no_status_from_people(company: SmallCompany, user: User) -> None:
    read(0, cost(company, 400))
    for week in range(1, 5):
        read(week)
    with pytest.raises(RegisterError, match="recovered"):
        leak_status_set(leak=Leak.objects.get().pk, status="working", reason="", user=user, now=NOW)


def test_history_tells_who_did_what(company: SmallCompany, user: User) -> None:
    read(0, cost(company, 400))
    leak = Leak.objects.get().pk
    leak_assign(leak=leak, owner=user, user=user, now=NOW + timedelta(days=1))
    leak_assign(leak=leak, owner=user, user=user, now=NOW + timedelta(days=2))
    leak_status_set(leak=leak, status="working", reason="Two more reviewers", user=user, now=NOW + timedelta(days=3))
    told = [(change.what, change.by, change.after, change.note) for change in leak_changes(leak=leak)]
    assert told == [
        ("status", "Hanna Head", "working", "Two more reviewers"),
        ("owner", "Hanna Head", "Hanna Head", ""),
        ("status", "", "new", "Seen for the first time."),
    ]


def test_the_list_is_narrowed_by_department_factor_and_owner(company: SmallCompany, user: User) -> None:
    read(0, cost(company, 400), cost(company, 300, stage="offer"))
    first, second = leak_rows()
    leak_assign(leak=first.id, owner=user, user=user, now=NOW)
    assert [row.id for row in leak_rows(filters=LeakFilters(owner="head"))] == [first.id]
    assert [row.id for row in leak_rows(filters=LeakFilters(owner="none"))] == [second.id]
    assert len(leak_rows(filters=LeakFilters(department="legal", factor="waiting"))) == 2
    assert leak_rows(filters=LeakFilters(department="sales")) == []


def test_the_trend_has_a_gap_where_a_week_was_not_read(company: SmallCompany) -> None:
    read(0, cost(company, 400))
    read(2, cost(company, 200))
    row = leak_row(leak=Leak.objects.get().pk)
    assert row
    assert [one.amount for one in row.trend[-3:]] == [40_000, None, 20_000]
    assert (row.weeks, row.half) == (3, 1000)


def test_what_packs_and_the_command_get(company: SmallCompany) -> None:
    read(0, cost(company, 400))
    found = register_json()["leaks"][0]
    expected = {
        "stage": "contract", "department": "legal", "factor": "waiting", "amount": 400.0, "status": "new",
        "owner": None, "first_seen": "2026-09-07",
    }  # fmt: skip
    assert {key: found[key] for key in expected} == expected


def test_a_reason_is_kept_whole_or_refused(company: SmallCompany, user: User) -> None:
    read(0, cost(company, 400))
    leak = Leak.objects.get().pk
    with pytest.raises(RegisterError, match="longer than 5,000 characters"):
        leak_status_set(leak=leak, status="declined", reason="x" * 5001, user=user, now=NOW)
    leak_status_set(leak=leak, status="declined", reason="x" * 5000, user=user, now=NOW)
    assert Leak.objects.get().declined_reason == "x" * 5000
