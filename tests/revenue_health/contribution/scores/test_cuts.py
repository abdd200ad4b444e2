"""Shares by team: asked for once, made once, adding up to the company's."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from departments.models import Company
from pipeline.models import RecomputeRun
from revenue_health.contribution.models import CutScore, ForecastSnapshot, ScoreRun
from revenue_health.contribution.selectors.comparison.periods import comparison_periods, periods_of_score_run
from revenue_health.contribution.services.cuts import PATIENCE, cut_compute, cut_fail, cut_request

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(run: RecomputeRun) -> ScoreRun:
    return ScoreRun.objects.filter(run=run).order_by("-period_end")[0]


def test_a_stored_comparison_has_its_spans_again(found: ScoreRun, run: RecomputeRun, company: Company) -> None:
    assert periods_of_score_run(found, company).key == comparison_periods(run=run, company=company).key


def test_a_cut_is_asked_for_once_until_patience_ends_or_it_failed(found: ScoreRun) -> None:
    assert [cut_request(score_run=found.pk, by="team") for _ in range(2)] == [True, False]
    row = CutScore.objects.get()
    row.asked_at -= PATIENCE + timedelta(seconds=1)
    row.save()
    assert cut_request(score_run=found.pk, by="team")
    cut_fail(score_run=found.pk, by="team", error="no files")
    assert cut_request(score_run=found.pk, by="team")


def test_the_teams_add_up_to_the_company_and_twice_is_once(found: ScoreRun) -> None:
    row = cut_compute(score_run=found.pk, by="team")
    json.dumps(row.figures, allow_nan=False)
    whole = next(party for party in found.figures["parties"] if party["key"] == "sales")
    teams = [next(p for p in group["parties"] if p["key"] == "sales")["amount"] for group in row.figures]
    assert sum(teams) == pytest.approx(whole["amount"], rel=1e-6)
    assert cut_compute(score_run=found.pk, by="team").figures == row.figures
    assert not cut_request(score_run=found.pk, by="team")


def test_had_it_met_its_baseline_is_actual_less_its_own_switch(found: ScoreRun) -> None:
    for party in found.figures["parties"]:
        if party["switch"] is None:
            assert party["key"] == "strategy"
            continue
        assert party["had_met_baseline"]["amount"] == pytest.approx(found.figures["actual"] - party["switch"]["amount"])
        assert party["had_met_baseline"]["low"] <= party["had_met_baseline"]["high"]


def test_the_kept_forecast_has_its_path_and_curves(run: RecomputeRun) -> None:
    figures = ForecastSnapshot.objects.get(run=run).figures
    last = figures["path"][-1]
    assert last["date"] == figures["period"]["end"]
    assert last["median"] == pytest.approx(figures["median"])
    assert figures["won"][-1]["amount"] == pytest.approx(figures["won_so_far"])
    assert figures["last_year"][-1]["date"] == figures["period"]["end"]
    amounts = [point["amount"] for point in figures["won"]]
    assert amounts[0] <= amounts[-1]
