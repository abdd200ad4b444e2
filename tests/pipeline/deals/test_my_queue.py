"""My queue: what waits for a department, in which order, and what waits behind each hand-off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from departments.models import Company, Department, Membership, User
from departments.periods import FiscalCalendar
from pipeline.custody_store import custody_cursor
from pipeline.models import HandOff, PlanTarget, RecomputeRun
from pipeline.selectors.data.runs import latest_run
from pipeline.selectors.deals.my_queue import MyQueue, _plan_period, my_queue, names_of_person
from pipeline.selectors.leaks.handoffs import waiting
from pipeline.selectors.overview import structure_names

pytestmark = pytest.mark.django_db
QUEUE = "/my/queue/"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """Hand-offs changed by one test are not those another finds in the cache."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def run(shown: Path, db: None) -> RecomputeRun:
    """The newest run; six of its open deals wait for legal and, asked a day later, for finance."""
    found = latest_run()
    assert found
    deals = [row[0] for row in custody_cursor(found).execute(_OPEN).fetchall()]
    made = []
    for days, deal in enumerate(deals, start=2):
        for key, later in (("legal", 0), ("finance", 1)):
            asked = found.as_of - timedelta(days=days - later)
            made.append(handoff(f"{key}-{deal}", deal, key, asked))
    HandOff.objects.filter(completed_at=None).delete()
    HandOff.objects.bulk_create(made)
    return found


_OPEN = """SELECT opportunity FROM holds WHERE to_at IS NULL AND amount_out > 0 ORDER BY opportunity DESC LIMIT 6"""


def handoff(key: str, deal: int, department: str, asked: datetime) -> HandOff:
    return HandOff(
        key=key,
        opportunity_id=deal,
        department=Department.objects.get(key=department),
        kind="check",
        requested_at=asked,
        due_at=asked + timedelta(days=3),
    )


def queue_of(run: RecomputeRun, *keys: str, **wanted: Any) -> MyQueue:
    departments = set(Department.objects.filter(key__in=keys).values_list("pk", flat=True))
    asked: dict[str, Any] = {"names": frozenset(), "only_assigned": False, "order": "weight", "page": 1} | wanted
    return my_queue(
        run=run, company=Company.objects.get(), structure=structure_names(), departments=departments, **asked
    )


def test_who_is_not_signed_in_is_sent_to_sign_in(shown: Path) -> None:
    assert Client().get(QUEUE).status_code == 302


def test_the_board_has_no_queue(reads_as: Callable[[str], Client]) -> None:
    assert reads_as("board").get(QUEUE).status_code == 404


def test_a_head_is_told_how_much_money_waits(run: RecomputeRun, head: Client) -> None:
    page = head.get(QUEUE)
    queue = page.context["queue"]
    assert queue.handoffs > 0
    assert page.context["message"].endswith("wait for us.")
    assert f"in {queue.deals} deals" in page.context["message"]
    assert "<html" in page.content.decode()
    assert "<html" not in head.get(QUEUE, headers=HTMX).content.decode()


def test_who_belongs_to_no_department_sees_what_waits_where(run: RecomputeRun, ceo: Client) -> None:
    page = ceo.get(QUEUE)
    assert "You do not belong to a department" in page.content.decode()
    amounts = [row.queue.amount for row in page.context["elsewhere"]]
    assert amounts == sorted(amounts, reverse=True)
    assert amounts


def test_a_member_sees_the_queue_of_each_of_its_departments(run: RecomputeRun) -> None:
    person = User.objects.create_user("between", email="between@example.com")
    for key in ("legal", "finance"):
        Membership.objects.create(user=person, role="member", department=Department.objects.get(key=key))
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(QUEUE)
    assert {row.department for row in page.context["queue"].rows} == {"Legal", "Finance"}
    assert page.context["names"] == "Legal and Finance"


def test_money_and_deals_are_counted_once_for_each_deal(run: RecomputeRun) -> None:
    both, legal, finance = (queue_of(run, *keys) for keys in (("legal", "finance"), ("legal",), ("finance",)))
    items = [one for one in waiting(run=run, company=Company.objects.get()) if one.department in _ids(run)]
    assert both.amount == sum({one.opportunity: one.amount for one in items}.values())
    assert both.deals == len({one.opportunity for one in items})
    assert both.handoffs == legal.handoffs + finance.handoffs
    assert max(legal.deals, finance.deals) <= both.deals <= legal.deals + finance.deals


def _ids(run: RecomputeRun) -> set[int]:
    return set(Department.objects.filter(key__in=["legal", "finance"]).values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("order", "rank"),
    [
        ("weight", lambda item: -item.amount * item.age_days),
        ("oldest", lambda item: -item.age_days),
        ("money", lambda item: -item.amount),
    ],
)
def test_what_costs_most_by_waiting_is_on_top(run: RecomputeRun, order: str, rank: Callable[[Any], float]) -> None:
    ranks = [rank(row.item) for row in queue_of(run, "legal", "finance", order=order).rows]
    assert ranks == sorted(ranks)
    assert len(ranks) == 12


def test_what_is_assigned_to_the_person_comes_first(run: RecomputeRun) -> None:
    last = queue_of(run, "legal").rows[-1].item.handoff
    HandOff.objects.filter(pk=last).update(assignee="Ruth ENGEL ")
    cache.clear()
    person = User(username="ruth", first_name="Ruth", last_name="Engel", email="Ruth@example.com")
    queue = queue_of(run, "legal", names=names_of_person(user=person))
    assert queue.rows[0].item.handoff == last
    assert queue.rows[0].assigned
    only = queue_of(run, "legal", names=names_of_person(user=person), only_assigned=True)
    assert [row.item.handoff for row in only.rows] == [last]
    assert (only.deals, only.handoffs) == (1, queue.handoffs)


def test_a_person_is_named_by_user_name_full_name_or_mail() -> None:
    person = User(username="ruth", first_name="Ruth", last_name="Engel", email="R.Engel@example.com")
    assert names_of_person(user=person) == {"ruth", "ruth engel", "r.engel@example.com"}
    assert names_of_person(user=User(username="x")) == {"x"}


def test_first_requested_first_charged_tells_who_is_before_and_behind(run: RecomputeRun) -> None:
    """Every deal was asked of legal first and of finance a day later; of one, production is asked last."""
    deal = queue_of(run, "legal").rows[0].item.opportunity
    handoff("last", deal, "production", run.as_of - timedelta(hours=1)).save()
    cache.clear()
    name = structure_names().department_name
    lines = {
        key: next(row for row in queue_of(run, key).rows if row.item.opportunity == deal)
        for key in ("legal", "finance", "production")
    }
    before = {key: [name(item.department) for item in row.before] for key, row in lines.items()}
    behind = {key: [name(item.department) for item in row.behind] for key, row in lines.items()}
    assert before == {"legal": [], "finance": ["Legal"], "production": ["Legal", "Finance"]}
    assert behind == {"legal": ["Finance", "Production"], "finance": ["Production"], "production": []}


def test_only_the_first_asked_holds_the_deal(run: RecomputeRun) -> None:
    assert (queue_of(run, "legal").holding, queue_of(run, "finance").holding) == (6, 0)
    assert queue_of(run, "legal", "finance").later == 0
    assert queue_of(run, "legal").overdue == 4  # asked 4 to 7 days ago, due within three; 3 days ago is due right now


def test_the_page_says_whom_a_deal_waits_for(head: Client, run: RecomputeRun) -> None:
    text = " ".join(head.get(QUEUE).content.decode().split())
    assert "● With us; then Finance (check, 1.0 d)" in text
    assert "Nobody was asked before us." in text


def test_pages_and_filters_keep_to_themselves(run: RecomputeRun, head: Client) -> None:
    page = head.get(f"{QUEUE}?whose=mine&order=money")
    assert page.context["chosen"] == {"whose": "mine", "order": "money", "page": 1}
    assert "names you as its assignee" in page.content.decode()
    assert "no such page" in head.get(f"{QUEUE}?page=900").content.decode()


@pytest.mark.parametrize("bad", ["whose=theirs", "order=colour", "page=0", "page=x", "page=" + "9" * 40])
def test_a_bad_filter_says_so_and_shows_the_default(head: Client, bad: str) -> None:
    page = head.get(f"{QUEUE}?{bad}")
    assert page.status_code == 200
    assert b'role="alert"' in page.content
    assert page.context["chosen"] == {"whose": "all", "order": "weight", "page": 1}


def test_the_queue_is_only_read(head: Client) -> None:
    assert head.post(QUEUE).status_code == 405


def test_a_deal_counts_in_the_shortest_planned_period_around_its_close() -> None:
    calendar, day = FiscalCalendar(start_month=1), date(2026, 11, 30)
    year, quarter = (date(2026, 1, 1), date(2026, 12, 31)), (date(2026, 10, 1), date(2026, 12, 31))
    assert _plan_period(day, (quarter, year), calendar) == "2026-Q4"
    assert _plan_period(day, (year,), calendar) == "2026"
    assert _plan_period(day, ((date(2026, 11, 1), date(2026, 11, 30)), year), calendar) == "2026-11"
    odd = (date(2026, 11, 9), date(2027, 1, 3))
    assert _plan_period(day, (odd,), calendar) == "2026-11-09 to 2027-01-03"
    assert _plan_period(day, (), calendar) == "2026-Q4"


def test_expected_close_and_plan_period_are_those_the_run_could_know(run: RecomputeRun) -> None:
    rows = queue_of(run, "legal").rows
    spans = set(PlanTarget.objects.values_list("period_start", "period_end"))
    for row in rows:
        if row.expected_close and any(start <= row.expected_close <= end for start, end in spans):
            assert row.period.startswith("20")
        assert row.close_passed == bool(row.expected_close and row.expected_close < _today(run))


def _today(run: RecomputeRun) -> date:
    return run.as_of.astimezone(Company.objects.get().zone).date()


def test_without_figures_the_page_says_so(shown: Path, db: None, head: Client) -> None:
    RecomputeRun.objects.update(status="failed", finished_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert "There are no figures yet" in head.get(QUEUE).content.decode()
