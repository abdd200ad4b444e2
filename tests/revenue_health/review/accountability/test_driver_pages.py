"""Drivers: one page for who moved revenue, one for each line of the ledger, and the old addresses that lead there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from departments.models import Commitment, User
from revenue_health.contribution.models import ScoreRun
from revenue_health.review.views.drivers import driver

pytestmark = pytest.mark.django_db
DRIVERS, LEGAL, PANEL = "/drivers/", "/drivers/legal/", "/drivers/panel/"
LINES = ("legal", "marketing", "market", "opening", "strategy", "unexplained")
HTMX = {"HX-Request": "true"}
# Of them one writes down who read what others answer for, and two name the departments that are closed to the reader.
MOST_QUERIES = {LEGAL: 28, "/drivers/strategy/": 50, PANEL: 24}


def test_the_old_addresses_lead_there_and_keep_the_period(ceo: Client) -> None:
    for old in ("/accountability/", "/contribution/"):
        answer = ceo.get(f"{old}?period=2026-Q3&baseline=last-year")
        assert (answer.status_code, answer.url) == (301, "/drivers/?period=2026-Q3&baseline=last-year")
    answer = ceo.get("/contribution/legal/?period=2026-Q3")
    assert (answer.status_code, answer.url) == (301, "/drivers/legal/?period=2026-Q3")


def test_the_page_speaks_of_the_landing_and_draws_the_ledger(ceo: Client) -> None:
    context = ceo.get(DRIVERS).context
    assert "heading for" in context["accountability"].headline.message
    keys = [row.key for row in context["ledger"].rows]
    assert keys[:3] == ["start", "strategy", "pace"]
    assert keys[-4:] == ["unexplained", "actual", "coming", "landing"]


def test_every_department_opens_its_gates_and_its_response(ceo: Client) -> None:
    page = ceo.get(DRIVERS)
    assert {driver.share.key for driver in page.context["drivers"]} >= {"legal", "sales", "production"}
    assert all(len(driver.gates) == 5 for driver in page.context["drivers"])
    assert "No response yet" in page.content.decode()


@pytest.mark.parametrize("key", LINES)
def test_every_line_of_the_ledger_has_a_page(ceo: Client, key: str) -> None:
    page = ceo.get(f"/drivers/{key}/")
    assert page.status_code == 200
    assert page.context["step"].key == key
    assert ("coalitions" in page.context) == (key in ("legal", "marketing", "market"))


def test_the_gates_stand_in_short_above_everything_that_is_to_scroll_to(ceo: Client) -> None:
    page = ceo.get(LEGAL)
    top = page.content.decode().partition("<section")[0]
    assert '<a href="#driver-gates">' in top
    assert all(gate.title in top for gate in page.context["gates"])


def page_with_a_mechanism(ceo: Client) -> Any:
    """The page of the first department of which a rate shows how it moved revenue."""
    pages = (ceo.get(f"/drivers/{key}/") for key in ("legal", "sales", "production", "service", "finance", "marketing"))
    return next(page for page in pages if page.context["mechanism"])


def test_a_department_reads_as_a_chain(ceo: Client) -> None:
    text = page_with_a_mechanism(ceo).content.decode()
    order = (
        "How it happened",
        "Deals that moved it most",
        "/measurables/",
        "Response of",
        "Commitments of",
        "driver-gates-title",
    )
    places = [text.index(word) for word in order]
    assert places == sorted(places)
    assert "/pipeline/opportunities/" in text


def test_the_deals_beside_the_mechanism_are_those_of_its_stage(ceo: Client) -> None:
    context = page_with_a_mechanism(ceo).context
    _title, deals = context["moving"]
    assert {deal.stage for deal in deals} == {context["mechanism"].stage.id}
    text = page_with_a_mechanism(ceo).content.decode()
    assert f"Deals that moved it most in {context['mechanism'].stage.name}:" in text


def test_commit_is_the_main_button_only_of_who_is_named(ceo: Client) -> None:
    for key in ("legal", "production", "marketing", "sales"):
        page = ceo.get(f"/drivers/{key}/")
        is_main = 'class="button main" id="driver-commit"' in page.content.decode()
        assert is_main == page.context["step"].is_named


def test_a_commitment_starts_filled_in_with_what_would_undo_the_change(ceo: Client) -> None:
    context = page_with_a_mechanism(ceo).context
    form = ceo.get(context["commit"]).content.decode()
    assert context["mechanism"].goal in form
    assert not Commitment.objects.filter(text=context["mechanism"].goal).exists()


def test_trying_it_opens_the_what_if_of_the_same_rate(ceo: Client) -> None:
    address = page_with_a_mechanism(ceo).context["mechanism"].try_it
    page = ceo.get(address)
    assert page.status_code == 200
    assert 'class="error-text"' not in page.content.decode()


def test_a_member_of_another_department_may_not_commit(scored: None) -> None:
    client = Client()
    user = User.objects.get(username="legal")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(LEGAL).context["may_reply"]
    assert client.get("/drivers/finance/").status_code == 404


def test_the_plan_stands_beside_the_pace_by_segment_and_quarter(ceo: Client) -> None:
    context = ceo.get("/drivers/strategy/").context
    ledger = context["ledger"]
    assert sum(row.pace for row in context["segments"]) == pytest.approx(ledger.pace, abs=5)
    first = context["quarters"][0]
    assert (first.period.label, first.earned) == ("2026-Q4", pytest.approx(ledger.actual, abs=5))


def test_without_a_plan_by_segment_one_line_says_so(ceo: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    page = ceo.get("/drivers/strategy/")
    has_plan = any(row.plan is not None for row in page.context["segments"])
    assert ("driver-segments-title" in page.content.decode()) == has_plan
    rows = [replace(row, plan=None) for row in page.context["segments"]]
    monkeypatch.setattr(driver, "segment_rows", lambda comparison: rows)
    without = ceo.get("/drivers/strategy/").content.decode()
    assert without.count("There is no plan by segment.") == 1
    assert "driver-segments-title" not in without
    rows = [replace(row, plan=100) for row in rows]
    assert "driver-segments-title" in ceo.get("/drivers/strategy/").content.decode()


def test_progress_is_shown_while_groups_are_computed(ceo: Client) -> None:
    ScoreRun.objects.update(status="started")
    assert 'hx-trigger="every 2s"' in ceo.get(DRIVERS).content.decode()


@pytest.mark.parametrize("address", ["/drivers/nobody/"])
def test_nobody_is_not_found(ceo: Client, address: str) -> None:
    assert ceo.get(address).status_code == 404


def test_the_panel_answers_htmx_and_leads_others_to_the_page(ceo: Client) -> None:
    assert "drivers-panel-title" in ceo.get(PANEL, headers=HTMX).content.decode()
    assert ceo.get(PANEL).url == DRIVERS


@pytest.mark.parametrize(("address", "method"), [(LEGAL, "post"), (PANEL, "post"), ("/drivers/compute/", "get")])
def test_wrong_methods_are_refused(ceo: Client, address: str, method: str) -> None:
    assert getattr(ceo, method)(address).status_code == 405


@pytest.mark.parametrize("address", MOST_QUERIES)
def test_pages_ask_few_queries(ceo: Client, address: str) -> None:
    ceo.get(address, headers=HTMX)
    with CaptureQueriesContext(connection) as asked:
        ceo.get(address, headers=HTMX)
    assert len(asked) <= MOST_QUERIES[address]
