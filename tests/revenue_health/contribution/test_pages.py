"""The bridge page, see-the-math and the panels."""

from __future__ import annotations

import json

import plotly.graph_objects as go
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from revenue_health.contribution.models import ScoreRun

pytestmark = pytest.mark.django_db
BRIDGE = "/contribution/"
HTMX = {"HX-Request": "true"}
# Of them one writes down who read what others answer for, and two name the departments that are closed to the reader.
MOST_QUERIES = {BRIDGE: 17, "/contribution/legal/": 20, "/contribution/panel/": 8, "/contribution/panel/legal/": 12}


@pytest.mark.parametrize(
    "address", [BRIDGE, "/contribution/legal/", "/contribution/panel/", "/contribution/panel/legal/"]
)
def test_strangers_are_asked_to_sign_in(scored: None, address: str) -> None:
    assert Client().get(address).status_code == 302


def test_the_bridge_tells_how_far_from_plan(ceo: Client) -> None:
    page = ceo.get(BRIDGE)
    assert page.status_code == 200
    assert "plan to date" in page.context["headline"]
    assert "<html" in page.content.decode()


def test_htmx_gets_the_part(ceo: Client) -> None:
    page = ceo.get(BRIDGE, headers=HTMX)
    assert "<html" not in page.content.decode()
    assert "HX-Request" in page.headers["Vary"]


def test_the_chart_is_a_figure_and_its_steps_end_at_actual(ceo: Client) -> None:
    context = ceo.get(BRIDGE).context
    go.Figure(json.loads(json.dumps(context["chart"])))
    steps = sum(row.amount for row in context["rows"] if row.amount is not None)
    assert context["start"] + steps + context["unexplained"] == pytest.approx(context["actual"], abs=20)


@pytest.mark.parametrize(
    "query", ["?period=nonsense", "?baseline=x", "?period=2044-Q1", "?period=1950", "?baseline=2026-Q4"]
)
def test_a_bad_filter_says_so_and_falls_back(ceo: Client, query: str) -> None:
    page = ceo.get(BRIDGE + query)
    assert page.status_code == 200
    assert 'class="error-text"' in page.content.decode()


def test_a_comparison_nobody_computed_has_a_button(ceo: Client) -> None:
    assert "bridge-compute-button" in ceo.get(f"{BRIDGE}?period=2026-Q2").content.decode()


def test_the_button_asks_a_worker_once(ceo: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(
        "revenue_health.contribution.requested.scores_requested.delay", lambda *what: asked.append(what)
    )
    cache.clear()
    for _ in range(2):
        answer = ceo.post(reverse("contribution:compute"), {"period": "2026-Q2"})
    assert answer.url == f"{BRIDGE}?period=2026-Q2"
    assert [one[1:] for one in asked] == [("2026-Q2", "")]
    assert "waiting for the worker" in ceo.get(answer.url).content.decode()


def test_progress_is_shown_while_groups_are_computed(ceo: Client) -> None:
    ScoreRun.objects.update(status="started")
    assert 'hx-trigger="every 2s"' in ceo.get(BRIDGE).content.decode()


@pytest.mark.parametrize("key", ["legal", "marketing", "market", "opening", "strategy"])
def test_every_party_has_its_working(ceo: Client, key: str) -> None:
    page = ceo.get(f"/contribution/{key}/")
    assert page.status_code == 200
    assert page.context["coalitions"].all_actual > 0


def test_evidence_leads_to_deals(ceo: Client) -> None:
    page = ceo.get("/contribution/sales/").content.decode()
    assert "/pipeline/opportunities/" in page


@pytest.mark.parametrize("address", ["/contribution/nobody/", "/contribution/panel/nobody/"])
def test_nobody_is_not_found(ceo: Client, address: str) -> None:
    assert ceo.get(address).status_code == 404


def test_panels_answer_htmx_and_lead_others_to_the_page(ceo: Client) -> None:
    assert "contribution-panel-title" in ceo.get("/contribution/panel/", headers=HTMX).content.decode()
    assert "Legal" in ceo.get("/contribution/panel/legal/", headers=HTMX).content.decode()
    assert ceo.get("/contribution/panel/").url == BRIDGE
    assert ceo.get("/contribution/panel/legal/").url == "/contribution/legal/"


@pytest.mark.parametrize(
    ("address", "method"), [(BRIDGE, "post"), ("/contribution/legal/", "post"), ("/contribution/compute/", "get")]
)
def test_wrong_methods_are_refused(ceo: Client, address: str, method: str) -> None:
    assert getattr(ceo, method)(address).status_code == 405


@pytest.mark.parametrize("address", MOST_QUERIES)
def test_pages_ask_few_queries(ceo: Client, address: str) -> None:
    ceo.get(address, headers=HTMX)
    with CaptureQueriesContext(connection) as asked:
        ceo.get(address, headers=HTMX)
    assert len(asked) <= MOST_QUERIES[address]
