"""Parts of pages that are kept with the run: shown again as they were, and anew where what is in them has changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from departments.models import Company, Department, Reply, User
from departments.web.middleware import COMPANY_STYLE
from pipeline.models import Opportunity, RecomputeRun, Stage
from revenue_health.contribution.models import ForecastSnapshot, GroupScore, ScoreRun
from revenue_health.contribution.selectors.comparison.evidence import evidence_of
from revenue_health.contribution.selectors.comparison.periods import comparison_periods
from revenue_health.contribution.selectors.comparison.scores import bridges_of
from revenue_health.contribution.selectors.comparison.share_breakdown import (
    Coalitions,
    coalitions_of,
    stored_coalitions,
)
from revenue_health.contribution.selectors.comparison.stored_comparison import stored_comparison
from revenue_health.contribution.verdict_words import MILDER, OWNERS
from tests.revenue_health.review.test_milder_words import everybody_named

pytestmark = pytest.mark.django_db
WHAT_IF, DRIVERS, LEGAL, FORECAST = "/what-if/", "/drivers/", "/drivers/legal/", "/forecast/"
PROMISE = "?set=contract:legal:wait_days=2"
type ReadsAs = Callable[[str], Client]
TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=|X-CSRFToken": )"\w+"')


@pytest.fixture
def reads_as(scored: None, db: None) -> ReadsAs:
    """A browser in which one of the demo's people is signed in."""

    def signed_in(username: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


def page_html(reader: Client, address: str, **headers: str) -> str:
    """The page, without the tokens of its forms."""
    return TOKEN.sub(r"\1", reader.get(address, headers=headers).content.decode())


@pytest.mark.parametrize("address", [WHAT_IF, WHAT_IF + PROMISE, DRIVERS, LEGAL, FORECAST])
def test_a_cached_page_is_what_would_be_rendered(ceo: Client, address: str) -> None:
    ceo.get(WHAT_IF)
    again = page_html(ceo, address)
    cache.clear()
    assert again == page_html(ceo, address)


def test_levers_show_a_promise_and_lose_it_again(ceo: Client) -> None:
    before = page_html(ceo, WHAT_IF)
    promised = page_html(ceo, WHAT_IF + PROMISE)
    assert ('class="changed"' in before, promised.count('class="changed"')) == (False, 1)
    assert re.search(r'id="lever-[^"]*contract:legal:wait_days"[^>]* value="2.0"', promised)
    assert page_html(ceo, WHAT_IF) == before


def test_levers_have_the_names_and_limits_of_now(ceo: Client) -> None:
    assert "Counsel" not in page_html(ceo, WHAT_IF)
    Department.objects.filter(key="legal").update(name="Counsel")
    Stage.objects.filter(key="contract").update(time_limit_days="7.5")
    page = page_html(ceo, WHAT_IF)
    assert "Counsel: mean wait" in page
    assert '<td class="n wide-only">7.5</td>' in page


def test_levers_are_in_the_language_of_the_reader_and_the_currency_of_the_company(ceo: Client) -> None:
    assert "mean wait" in page_html(ceo, WHAT_IF)
    german = page_html(ceo, WHAT_IF, **{"Accept-Language": "de"})
    assert "mean wait" not in german
    assert german == page_html(ceo, WHAT_IF, **{"Accept-Language": "de"})
    Company.objects.update(reporting_currency="CHF")
    page = page_html(ceo, WHAT_IF)
    assert "mean wait" in page
    assert "CHF k a week" in page


def test_a_reply_stands_on_the_page_at_once(ceo: Client, run: RecomputeRun) -> None:
    assert "We were two short" not in page_html(ceo, DRIVERS)
    period = ScoreRun.objects.filter(run=run).latest("period_end").label
    Reply.objects.create(
        department=Department.objects.get(key="legal"),
        subject=f"share:legal:{period}",
        version=99,
        text="We were two short since May.",
        author=User.objects.get(username="legal"),
        at=timezone.now(),
    )
    assert "We were two short since May." in page_html(ceo, DRIVERS)


def test_each_reader_is_led_to_the_departments_that_are_open_to_them(ceo: Client, reads_as: ReadsAs) -> None:
    def led_to(reader: Client) -> set[str]:
        return set(re.findall(r'href="/drivers/(\w+)/\?">Why:', page_html(reader, DRIVERS)))

    everybody = led_to(ceo)
    assert len(everybody) > 2
    assert led_to(reads_as("legal")) == {"legal"}
    assert led_to(ceo) == everybody
    Company.objects.update(departments_open=True)
    assert led_to(reads_as("legal")) == everybody


def test_verdicts_are_in_the_words_of_the_company(ceo: Client) -> None:
    everybody_named()
    cache.clear()
    for words, verdict in ((OWNERS, "contaminates"), (MILDER, "cost us"), (OWNERS, "contaminates")):
        Company.objects.update(verdict_words=words)
        cache.delete(COMPANY_STYLE)
        marked = re.findall(r'<span class="bad">▼ ([\w ]+)</span> <span class="gate-marks"', page_html(ceo, DRIVERS))
        assert marked
        assert set(marked) == {verdict}


def test_what_gates_see_later_is_on_the_page_of_a_department_at_once(ceo: Client, run: RecomputeRun) -> None:
    before = page_html(ceo, LEGAL)
    score_run = ScoreRun.objects.filter(run=run).latest("period_end")
    score_run.gates["evidence"]["variants"].append({"name": "without Mondays", "shares": {"legal": 123_000.0}})
    score_run.save()
    after = page_html(ceo, LEGAL)
    assert ("Without Mondays" in before, "Without Mondays" in after) == (False, True)


def test_deals_behind_a_share_have_the_names_of_now(ceo: Client, run: RecomputeRun, company: Company) -> None:
    evidence = evidence_of(run=run, periods=comparison_periods(run=run, company=company), party="legal")
    deal = evidence["waiting"][0]
    assert deal.name in page_html(ceo, LEGAL)
    Opportunity.objects.filter(key=deal.key).update(name="Renamed & Sons")
    assert "Renamed &amp; Sons" in page_html(ceo, LEGAL)
    Opportunity.objects.filter(key=deal.key).update(key="gone-1")
    assert 'href="/pipeline/opportunities/gone-1/"' in page_html(ceo, LEGAL)


def test_coalitions_are_added_up_again_once_their_groups_are_scored_again(run: RecomputeRun) -> None:
    score_run = ScoreRun.objects.filter(run=run).latest("period_end")

    def of(party: str) -> Coalitions:
        return stored_coalitions(run=run, score_run=score_run, party=party)

    before = of("legal")
    bridges = [bridge for groups in bridges_of(score_run).values() for bridge in groups.values()]
    assert before == coalitions_of(bridges=bridges, party="legal") != of("market")
    assert of("nobody-at-all") == coalitions_of(bridges=bridges, party="nobody-at-all")
    for group in GroupScore.objects.filter(score_run=score_run):
        group.figures["modelled_actual"] += 1000
        group.save()
    assert of("legal") == before
    score_run.finished_at += timedelta(seconds=1)
    assert of("legal").all_actual - before.all_actual == len(bridges) * 100_000


def test_a_forecast_made_again_is_on_the_page_at_once(ceo: Client, run: RecomputeRun) -> None:
    snapshot = ForecastSnapshot.objects.filter(run=run).latest("period_end")
    before = page_html(ceo, FORECAST)
    snapshot.figures["constraints"][0]["gain"] += 7_654_321
    snapshot.figures["won_so_far"] += 1_000_000
    snapshot.save()
    after = page_html(ceo, FORECAST)
    gains = [re.findall(r'</td><td class="n">([^<]+)</td><td><a href="/what-if/', page)[0] for page in (before, after)]
    assert gains[0] != gains[1]
    assert re.findall(r"<dd>([^<]+)<", before)[0] != re.findall(r"<dd>([^<]+)<", after)[0]


def test_a_comparison_is_read_again_once_its_row_is_written_again(run: RecomputeRun, company: Company) -> None:
    periods = comparison_periods(run=run, company=company)
    first, score_run = stored_comparison(run=run, periods=periods)
    assert first is not None
    assert score_run is not None
    assert stored_comparison(run=run, periods=periods).comparison is first
    # Twice in one transaction, as nobody but a test does it: each time it is another row.
    for more in (1000.0, 2000.0):
        score_run.figures["actual"] = first.actual + more
        score_run.save()
        assert stored_comparison(run=run, periods=periods).comparison == replace(first, actual=first.actual + more)
    score_run.status = ScoreRun.Status.STARTED
    score_run.save()
    assert stored_comparison(run=run, periods=periods).comparison is None
