"""The pages of the leak register, and the command that prints it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from departments.core.line_breaks import non_breaking
from departments.models import Department, User
from pipeline.models import RecomputeRun, Stage
from revenue_health.contribution.models import Leak, LeakSighting, ScoreRun
from revenue_health.contribution.views.leak import three_digits
from tests.shown_company import company_shown

pytestmark = pytest.mark.django_db
LIST = "/contribution/register/"
HTMX = {"HX-Request": "true"}
WEEK = date(2026, 11, 16)
MOST_QUERIES = 16


@pytest.fixture(scope="module")
def shown(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with django_db_blocker.unblock(), company_shown(tmp_path_factory.mktemp("register")):
        yield


@pytest.fixture
def leak(shown: None, db: None) -> Leak:
    """Legal's waiting at the contract, seen for three weeks."""
    stage = Stage.objects.get(key="contract")
    made = Leak.objects.create(
        pipeline=stage.pipeline, stage=stage, department=Department.objects.get(key="legal"), factor="waiting",
        first_seen=WEEK - timedelta(weeks=2), since=WEEK - timedelta(weeks=2), last_seen=WEEK, read=WEEK,
        amount=640_000, low=450_000, high=830_000,
    )  # fmt: skip
    for back, state in enumerate(["seen", "unclear", "seen"]):
        LeakSighting.objects.create(
            leak=made, week=WEEK - timedelta(weeks=back), state=state, amount=640_000 - back * 9_000, low=1, high=2
        )
    return made


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(leak: Leak) -> str:
    return f"{LIST}{leak.pk}/"


def judged(verdict: str) -> None:
    """The comparison the register was read from, with this verdict of legal."""
    now = timezone.now()
    ScoreRun.objects.create(
        run=RecomputeRun.objects.latest("pk"), status="done", label="x", period_start=WEEK, period_end=WEEK, as_of=now,
        started_at=now, registered_at=now, figures={"parties": [{"key": "legal", "verdict": verdict}]},
    )  # fmt: skip


def test_a_leak_of_a_department_whose_share_is_undecided_accuses_nobody(leak: Leak) -> None:
    for verdict in ("", "cannot tell"):
        if verdict:
            judged(verdict)
        text = signed_in("ceo").get(LIST).content.decode()
        assert "1 leak in the newest figures, none of a department that is named." in text
        assert "? Legal is not named" in text
        assert "accuses nobody yet" in signed_in("ceo").get(page(leak)).content.decode()


def test_the_list_says_the_largest_and_shows_every_week_in_words(leak: Leak) -> None:
    judged("contaminates")
    text = signed_in("ceo").get(LIST).content.decode()
    assert non_breaking("1 leak in the newest figures: Contract, waiting with Legal, EUR 640 k.") in text
    assert "is not named" not in text
    assert "16 Nov 85 a week, seen" in text
    assert "9 Nov 96 a week, unclear" in text
    assert 'style="' not in text


def test_the_largest_of_a_named_department_is_not_called_the_largest_of_all(leak: Leak) -> None:
    judged("contaminates")
    larger = Leak.objects.get(pk=leak.pk)
    larger.pk, larger.amount, larger.high = None, 900_000, 990_000
    larger.department = Department.objects.get(key="finance")
    larger.save()
    text = signed_in("ceo").get(LIST).content.decode()
    named = "The largest of a department that is named: Contract, waiting with Legal, EUR 640 k."
    assert non_breaking(f"2 leaks in the newest figures. {named}") in text


def test_the_sentence_counts_every_row_of_the_list(leak: Leak) -> None:
    unseen = Leak.objects.get(pk=leak.pk)
    unseen.pk, unseen.state, unseen.department = None, "below", Department.objects.get(key="finance")
    unseen.save()
    text = signed_in("ceo").get(LIST).content.decode()
    assert text.count('<tr id="leak-') == 2
    counted = "1 leak in the newest figures, none of a department that is named. 1 more in the list is no longer seen."
    assert non_breaking(counted) in text


@pytest.mark.parametrize(("verdict", "cell"), [("cannot tell", 'class="unnamed"'), ("contaminates", 'class="shade-5"')])
def test_the_map_colours_the_leaks_of_the_register_alone(leak: Leak, verdict: str, cell: str) -> None:
    """Whoever lost much is not accused by a colour: that is for leaks, grey while the department has no verdict."""
    judged(verdict)
    held, losses = (signed_in("ceo").get(f"/pipeline/{query}").content.decode() for query in ("?leak=held", ""))
    assert held.count(cell) == 1
    assert held.count("leak EUR") == 1
    assert "in revenue against the baseline" in held
    assert "leak EUR" not in losses, "it is no loss"
    assert 'class="shade-' not in losses
    part = signed_in("ceo").get("/pipeline/?leak=held&segment=enterprise").content.decode()
    assert "leaks are known of all deals together" in part


def test_a_leak_that_is_not_seen_is_not_said_to_be_measured(leak: Leak) -> None:
    assert "The leak is measured" in signed_in("ceo").get(page(leak)).content.decode()
    Leak.objects.filter(pk=leak.pk).update(state="below")
    text = signed_in("ceo").get(page(leak)).content.decode()
    assert "not seen in the newest figures" in text
    assert "The newest figures do not show this leak" in text
    assert "is measured" not in text


def test_search_says_of_a_cost_that_accuses_nobody_that_none_is_named(leak: Leak) -> None:
    address = "/search/?q=contract"
    assert "EUR 640 k, ? not named, " in signed_in("ceo").get(address).content.decode()
    judged("contaminates")
    text = signed_in("ceo").get(address).content.decode()
    assert "EUR 640 k" in text
    assert "? not named" not in text


def test_htmx_gets_the_part_of_the_list_and_of_a_leak(leak: Leak) -> None:
    for address in (LIST, page(leak)):
        answer = signed_in("ceo").get(address, headers=HTMX)
        assert "<html" not in answer.content.decode()
        assert "HX-Request" in answer.headers["Vary"]


def test_without_any_leak_the_list_says_when_there_would_be_one(shown: None) -> None:
    assert "0.5 % of the plan" in signed_in("ceo").get(LIST).content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("department=legal", 1),
        ("department=sales", 0),
        ("factor=waiting", 1),
        ("state=recovered", 0),
        ("owner=none", 1),
    ],
)
def test_filters_stand_in_the_address(leak: Leak, query: str, found: int) -> None:
    assert len(signed_in("ceo").get(f"{LIST}?{query}").context["lines"]) == found


def test_a_bad_filter_says_so_and_is_left_out(leak: Leak) -> None:
    answer = signed_in("ceo").get(f"{LIST}?state=nonsense&factor=x")
    assert answer.status_code == 200
    assert 'class="error-text"' in answer.content.decode()
    assert len(answer.context["lines"]) == 1


def test_a_head_sees_the_deals_and_says_what_is_done(leak: Leak) -> None:
    head = signed_in("legal")
    text = head.get(page(leak)).content.decode()
    assert "The deals behind it" in text
    assert "commitments/new/?department=legal&amp;subject=leak" in text
    answer = head.post(f"{page(leak)}status/", {"status": "working", "reason": "Two more reviewers"})
    assert answer.url == page(leak)
    leak.refresh_from_db()
    assert leak.status == "working"
    assert "Two more reviewers" in head.get(page(leak)).content.decode()


def test_declining_without_a_reason_is_told_and_changes_nothing(leak: Leak) -> None:
    answer = signed_in("legal").post(f"{page(leak)}status/", {"status": "declined"})
    assert answer.status_code == 422
    assert "Say why" in answer.content.decode()
    leak.refresh_from_db()
    assert leak.status == "new"


def test_an_executive_gives_it_to_somebody(leak: Leak) -> None:
    ceo = signed_in("ceo")
    ceo.post(f"{page(leak)}owner/", {"owner": "legal"})
    leak.refresh_from_db()
    assert leak.owner
    assert leak.owner.username == "legal"
    assert ceo.post(f"{page(leak)}owner/", {"owner": "no one"}).status_code == 422
    ceo.post(f"{page(leak)}owner/", {"owner": ""})
    leak.refresh_from_db()
    assert leak.owner is None


def test_a_commitment_on_a_leak_begins_with_its_cost_in_three_digits(leak: Leak) -> None:
    page = signed_in("legal").get(f"/contribution/register/{leak.pk}/")
    query = parse_qs(urlsplit(page.context["promise"]).query)
    cost = page.context["row"].amount / 100
    assert float(query["expected_effect"][0]) == pytest.approx(cost, rel=0.005)
    assert len(query["expected_effect"][0].rstrip("0")) <= 3
    assert query["expected_unit"] == ["EUR"]
    assert query["expected_from"] == [f"Cost of leak {leak.pk} at the time of the commitment"]
    assert [three_digits(amount) for amount in (512_556.0, 999_600.0, 42.0, 0.0)] == [513_000, 1_000_000, 42, 0]


def test_another_head_sees_the_leak_but_neither_deals_nor_forms(leak: Leak) -> None:
    other = signed_in("finance")
    text = other.get(page(leak)).content.decode()
    assert "The deals behind it" not in text
    assert 'id="leak-say"' not in text
    assert other.post(f"{page(leak)}status/", {"status": "fixed"}).status_code == 404
    assert other.post(f"{page(leak)}owner/", {"owner": "finance"}).status_code == 404


def test_what_is_not_there_is_not_found(leak: Leak) -> None:
    assert signed_in("ceo").get(f"{LIST}999999/").status_code == 404
    assert signed_in("ceo").post(page(leak)).status_code == 405


def test_fixed_but_seen_is_said_on_both_pages(leak: Leak) -> None:
    Leak.objects.update(status="fixed")
    ceo = signed_in("ceo")
    assert "still seen" in ceo.get(LIST).content.decode()
    assert "the figures still show it" in ceo.get(page(leak)).content.decode()


@pytest.mark.parametrize("which", ["list", "leak"])
def test_pages_ask_few_queries_however_many_leaks(leak: Leak, which: str) -> None:
    address, ceo = (LIST if which == "list" else page(leak)), signed_in("ceo")
    ceo.get(address, headers=HTMX)
    with CaptureQueriesContext(connection) as asked:
        ceo.get(address, headers=HTMX)
    assert len(asked) <= MOST_QUERIES


def test_the_command_prints_the_same(leak: Leak, answer: Callable[..., dict[str, Any]]) -> None:
    found = answer("register")["leaks"]
    assert [(one["id"], one["stage"], one["amount"]) for one in found] == [(leak.pk, "contract", 640_000.0)]
