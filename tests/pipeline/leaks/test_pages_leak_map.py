"""What the leak map says, and that its figures are those of the core and lead to their deals."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import plotly.graph_objects as go
import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from departments.core.line_breaks import non_breaking
from departments.formats import money_in_words
from departments.models import Company, Department
from departments.periods import Period
from pipeline.core.leaks.figures import Leaks
from pipeline.models import RecomputeRun
from pipeline.selectors.data.runs import latest_run
from pipeline.selectors.leaks.leaks import DealFilter, calendar_of, leaks_of
from pipeline.selectors.plan.baseline import BaselineRule, chosen_baseline
from pipeline.selectors.plan.data_range import data_range_of

pytestmark = pytest.mark.django_db
URL = "/pipeline/"


def text_of(client: Client, query: str = "") -> str:
    return unescape(client.get(f"{URL}{query}").content.decode())


def leaks_now() -> tuple[Leaks, Period]:
    run, company = latest_run(), Company.objects.get()
    assert run is not None
    period = calendar_of(company).quarter_of(run.as_of.astimezone(company.zone).date())
    return leaks_of(run=run, company=company, deal_filter=DealFilter(period=period)), period


def test_gross_losses_stand_under_the_headline_and_accuse_nobody(ceo: Client) -> None:
    leaks, period = leaks_now()
    worst = max(leaks.stages, key=lambda stage: stage.lost.amount)
    text = text_of(ceo).replace("\N{NO-BREAK SPACE}", " ")
    head = re.search(r'<p class="message"[^>]*>(.*?)</p>', text, re.DOTALL)
    under = re.search(r'<p class="under"[^>]*>([^<]* lost in .*?)</p>', text, re.DOTALL)
    assert head is not None
    assert under is not None
    assert "lost" not in head[1]
    assert f"{money_in_words(leaks.totals.lost.amount, 'EUR')} was lost in {period.label}" in under[1]
    assert f"{money_in_words(worst.lost.amount, 'EUR')} (" in under[1]
    names = Department.objects.values_list("name", flat=True)
    assert not any(name in sentence for name in names for sentence in (head[1], under[1]))


def test_whole_weeks_that_are_not_the_days_of_the_period_say_so(ceo: Client) -> None:
    text = " ".join(text_of(ceo, "?period=2026-10-07..2026-11-10").split())
    sentence = (
        "The weeks are whole, from 11 May 2026 to 8 Nov 2026; the period is counted from 7 Oct 2026 to 10 Nov 2026."
    )
    assert sentence in text
    assert "The weeks are whole" not in text_of(ceo, "?period=2026-05-11..2026-11-08")


def test_every_figure_leads_to_as_many_deals(ceo: Client) -> None:
    """The grid in deals: each cell's number is the number of deals behind it (a deal lost twice counts once)."""
    text = text_of(ceo, "?measure=deals&period=2026")
    cells = re.findall(
        r'<a href="(/pipeline/opportunities/\?kind=caused[^"]+stage=[^"]+department=[^"]+)">.*?([\d,]+)</a>', text
    )
    assert len(cells) > 5
    for address, number in cells[:6]:
        found = re.search(r"([\d,]+) deals?, largest part first", ceo.get(unescape(address)).content.decode())
        assert found is not None
        assert 0 < int(found[1].replace(",", "")) <= int(number.replace(",", ""))


def test_both_charts_are_figures_plotly_accepts(ceo: Client) -> None:
    text = ceo.get(URL).content.decode()
    figures = re.findall(r'<script id="[\w-]+-figure" type="application/json">(.*?)</script>', text)
    assert len(figures) == 2
    for figure in figures:
        made = go.Figure(json.loads(figure))
        assert made.data
        assert max(made.data[0].x if made.data[0].orientation == "h" else made.data[0].y) > 0


@pytest.mark.parametrize(
    "query",
    ["?compare=none", "?compare=previous", "?compare=last_year", "?compare=plan", "?leak=held", "?leak=over_limit"],
)
def test_every_switch_shows_figures(ceo: Client, query: str) -> None:
    response = ceo.get(f"{URL}{query}")
    assert response.status_code == 200
    assert b"Stage by stage" in response.content


def test_sums_stand_beside_the_baseline_of_the_verdicts(ceo: Client) -> None:
    """With two years of history that is the same quarter a year before, as far as the quarter is over."""
    run, company = latest_run(), Company.objects.get()
    assert run is not None
    _leaks, period = leaks_now()
    first = data_range_of(run=run, company=company).first
    chosen = chosen_baseline(calendar_of(company), period, first)
    text = text_of(ceo, f"?period={period.label}")
    label = re.search(r"changes against ([^<]*)<", text)
    assert label is not None
    is_like = chosen.rule == BaselineRule.SAME_QUARTER
    other = chosen.period if is_like and chosen.period else calendar_of(company).previous(period)
    assert label[1].strip().endswith(other.label)
    assert '<option value="baseline" selected>' in text


def test_a_year_without_data_says_so(ceo: Client) -> None:
    assert non_breaking("Nothing is recorded for 1999") in text_of(ceo, "?period=1999")


def test_a_filter_narrows_the_figures(ceo: Client) -> None:
    def created(query: str) -> str:
        found = re.search(r"<dt>Created.*?<dd>(.*?)</dd>", text_of(ceo, query), re.DOTALL)
        assert found is not None
        return re.sub(r"<[^>]+>", "", found[1]).strip()

    assert created("?measure=deals") != created("?measure=deals&segment=enterprise")


def test_the_address_keeps_only_what_was_chosen(ceo: Client) -> None:
    text = text_of(ceo, "?measure=deals&compare=baseline&segment=")
    earlier = re.search(r'id="leakmap-earlier" href="([^"]+)"', text)
    assert earlier is not None
    assert re.fullmatch(r"\?period=\d{4}-Q\d&measure=deals", earlier[1])


def test_without_any_run_it_says_what_to_do(ceo: Client) -> None:
    RecomputeRun.objects.all().delete()
    assert "There are no figures yet" in text_of(ceo)


def test_a_failed_run_leaves_the_previous_figures_and_says_so(ceo: Client) -> None:
    now = timezone.now()
    RecomputeRun.objects.create(as_of=now, started_at=now, status="failed", error="It did not balance.")
    text = text_of(ceo)
    assert "The last recompute failed" in text
    assert "Stage by stage" in text


@pytest.mark.parametrize(("hours", "words"), [(30, "30 hours old"), (60, "do not decide on them")])
def test_old_figures_are_marked(ceo: Client, hours: int, words: str) -> None:
    run = latest_run()
    assert run is not None
    run.as_of = timezone.now() - timedelta(hours=hours)
    run.save()
    assert words in text_of(ceo)


def test_figures_whose_files_are_gone_are_no_server_error(ceo: Client, settings: object, tmp_path: Path) -> None:
    settings.CUSTODY_STORE = tmp_path / "elsewhere"  # type: ignore[attr-defined]
    cache.clear()
    assert "not on this machine" in text_of(ceo)
    assert reverse("pipeline:leak_map") == URL
