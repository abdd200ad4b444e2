"""Accountability: figures that agree, sentences that do not say too much, and pages of all three that answer."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from departments.models import AccessLog, Company, User
from pipeline.models import PlanTarget, RecomputeRun
from revenue_health.contribution.core.comparison import PartyShare
from revenue_health.contribution.models import CutScore, ScoreRun
from revenue_health.contribution.selectors.comparison.periods import comparison_periods
from revenue_health.contribution.services.cuts import cut_compute
from revenue_health.review.models import EvidenceExport
from revenue_health.review.selectors.accountability.accountability_json import accountability_json
from revenue_health.review.selectors.accountability.rows import accountability_rows
from revenue_health.review.selectors.accountability.verdict import accountability, department_cuts
from revenue_health.review.services.evidence import evidence_make, evidence_request

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
ACCOUNT, FORECAST, WHAT_IF = "/drivers/", "/forecast/", "/what-if/"
PROMISE = "contract:legal:wait_days=2"
MOST_QUERIES = {ACCOUNT: 27, FORECAST: 13, WHAT_IF: 12, f"{WHAT_IF}?set={PROMISE}": 16}


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


# --- every page ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("address", [ACCOUNT, FORECAST, WHAT_IF, "/what-if/scenarios/"])
def test_strangers_sign_in_and_the_board_finds_nothing(scored: None, address: str) -> None:
    assert Client().get(address).status_code == 302
    assert signed_in("board").get(address).status_code == 404
    assert signed_in("legal").get(address).status_code == 200


@pytest.mark.parametrize("address", [ACCOUNT, FORECAST, WHAT_IF, "/what-if/scenarios/"])
def test_htmx_gets_the_part(ceo: Client, address: str) -> None:
    page = ceo.get(address, headers=HTMX)
    assert "<html" not in text(page)
    assert "HX-Request" in page.headers["Vary"]


@pytest.mark.parametrize(("address", "method"), [(ACCOUNT, "post"), (FORECAST, "post"), (WHAT_IF, "put")])
def test_wrong_methods_are_refused(ceo: Client, address: str, method: str) -> None:
    assert getattr(ceo, method)(address).status_code == 405


@pytest.mark.parametrize("address", MOST_QUERIES)
def test_pages_ask_few_queries(ceo: Client, address: str) -> None:
    ceo.get(address, headers=HTMX)
    with CaptureQueriesContext(connection) as asked:
        ceo.get(address, headers=HTMX)
    assert len(asked) <= MOST_QUERIES[address]


# --- accountability -----------------------------------------------------------------------------------------------
def test_the_figures_are_json_and_add_up_to_the_gap(run: RecomputeRun, company: Company) -> None:
    figures = accountability_json(
        accountability(run=run, company=company, periods=comparison_periods(run=run, company=company))
    )
    json.dumps(figures, allow_nan=False)
    amounts = [party["amount"] for party in figures["parties"]]
    assert amounts == sorted(amounts)
    assert sum(amounts) + figures["unexplained"]["amount"] == pytest.approx(figures["actual"] - figures["target"])
    assert figures["sales"]["key"] == "sales"


def test_the_rows_add_up_to_the_cent(run: RecomputeRun, company: Company) -> None:
    verdict = accountability(run=run, company=company, periods=comparison_periods(run=run, company=company))

    def dropping(party: PartyShare) -> PartyShare:
        """Rounded one by one, every share drops four tenths of a cent."""
        if party.share is None:
            return party
        return replace(party, share=replace(party.share, amount=round(party.share.amount) + 0.004))

    parties = tuple(dropping(party) for party in verdict.comparison.parties)
    rows = accountability_rows(replace(verdict, comparison=replace(verdict.comparison, parties=parties)))
    assert rows.target is not None
    assert sum(share.amount for share in rows.shares) == rows.gap == rows.actual - rows.target


def test_all_shares_stand_on_one_axis_with_zero_on_it(ceo: Client) -> None:
    context = ceo.get(ACCOUNT).context
    axis = context["rows"].axis
    for share in context["rows"].shares:
        assert axis.least <= share.low <= share.amount <= share.high <= axis.most
    assert any(tick.value == 0 for tick in axis.ticks)


def test_the_sentence_on_sales_says_no_more_than_its_interval(ceo: Client) -> None:
    context = ceo.get(ACCOUNT).context
    sales = next(share for share in context["rows"].shares if share.key == "sales")
    sentence = context["accountability"].sales.sentences[0]
    if sales.low <= 0 <= sales.high:
        assert "would not show" in sentence
    else:
        assert "would not show" not in sentence


@pytest.mark.parametrize("query", ["?period=nonsense", "?baseline=x", "?period=2044-Q1"])
def test_a_bad_filter_says_so_and_falls_back(ceo: Client, query: str) -> None:
    assert 'class="error-text"' in text(ceo.get(ACCOUNT + query))


def test_a_comparison_nobody_computed_has_a_button_that_asks_once(ceo: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []
    delay = "revenue_health.contribution.score_requests.scores_requested.delay"
    monkeypatch.setattr(delay, lambda *what: asked.append(what))
    cache.clear()
    assert "drivers-compute-button" in text(ceo.get(f"{ACCOUNT}?period=2026-Q2"))
    for _ in range(2):
        ceo.post(f"{ACCOUNT}compute/", {"period": "2026-Q2"})
    assert [one[1:] for one in asked] == [("2026-Q2", "")]


def test_a_comparison_is_requested_once(ceo: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    requests: list[tuple[object, ...]] = []
    job = "revenue_health.contribution.score_requests.scores_requested.delay"
    monkeypatch.setattr(job, lambda *arguments: requests.append(arguments))
    cache.clear()
    for _ in range(2):
        ceo.post(reverse("review:drivers_compute"), {"period": "2026-Q2"})
    assert len(requests) == 1
    assert "Queued" in text(ceo.get(f"{ACCOUNT}?period=2026-Q2"))


def test_sales_from_inside_is_asked_for_and_then_shown(
    ceo: Client, run: RecomputeRun, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[object, ...]] = []
    monkeypatch.setattr("revenue_health.review.views.drivers.drivers.cut_requested.delay", lambda *w: told.append(w))
    for _ in range(2):
        ceo.post(f"{ACCOUNT}inside/", {"by": "team"})
    assert len(told) == 1
    assert "every 3s" in text(ceo.get(ACCOUNT))
    found = ScoreRun.objects.filter(run=run).order_by("-period_end")[0]
    cut_compute(score_run=found.pk, by="team")
    few, _ = department_cuts(run=run, periods=comparison_periods(run=run, company=company), key="sales")
    assert few.state == CutScore.Status.DONE
    assert all(group.share is None for group in few.groups if (group.deals or 0) < 30)
    assert "drivers-team-title" in text(ceo.get(ACCOUNT))
    assert "are shown to executives" in text(signed_in("legal").get(ACCOUNT))


def test_the_evidence_is_a_document_whose_hash_stays(run: RecomputeRun) -> None:
    user = User.objects.get(username="ceo")
    made = [
        evidence_make(export=evidence_request(run=run, period="2026-Q4", baseline="", user=user, now=timezone.now()).pk)
        for _ in range(2)
    ]
    assert bytes(made[0].pdf or b"").startswith(b"%PDF-")
    assert made[0].sha256 == made[1].sha256
    assert made[0].done == 0 or EvidenceExport.objects.get(pk=made[0].pk).done == made[0].parties


def test_the_evidence_is_asked_for_and_fetched(ceo: Client, run: RecomputeRun) -> None:
    answer = ceo.post(f"{ACCOUNT}evidence/", {"period": "2026-Q4"})
    row = EvidenceExport.objects.get()
    assert answer.url == f"{ACCOUNT}evidence/{row.pk}/"
    assert "every 2s" in text(ceo.get(answer.url))
    assert ceo.get(f"{answer.url}pdf/").status_code == 404
    EvidenceExport.objects.update(status="done", pdf=b"%PDF-1.7", sha256="ab" * 32)
    assert "evidence-download" in text(ceo.get(answer.url))
    assert ceo.get(f"{answer.url}pdf/").headers["Content-Type"] == "application/pdf"


def test_who_read_the_verdict_is_written_down(ceo: Client) -> None:
    ceo.get(ACCOUNT)
    noted = AccessLog.objects.get(kind="read")
    assert (noted.user.username, noted.path) == ("ceo", ACCOUNT)


# --- little to go by ----------------------------------------------------------------------------------------------
def test_without_a_plan_every_page_still_speaks(ceo: Client, run: RecomputeRun, company: Company) -> None:
    PlanTarget.objects.all().delete()
    cache.clear()
    figures = accountability_json(
        accountability(run=run, company=company, periods=comparison_periods(run=run, company=company))
    )
    json.dumps(figures, allow_nan=False)
    assert figures["target"] is None
    for address in (ACCOUNT, FORECAST, WHAT_IF):
        assert ceo.get(address).status_code == 200
