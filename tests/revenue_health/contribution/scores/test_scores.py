"""Stored scores: the same as computed at once, not computed twice, continued where they were cut off."""

from __future__ import annotations

import pytest

from departments.models import Company
from pipeline.models import RecomputeRun
from pipeline.selectors.plan.targets import targets_of
from revenue_health.contribution.models import GroupScore, PartyScore, ScoreRun
from revenue_health.contribution.selectors.comparison.bridge_codec import bridge_from_json, bridge_to_json
from revenue_health.contribution.selectors.comparison.bridges import assembled, origin_bridges, segments_of
from revenue_health.contribution.selectors.comparison.contributions_json import comparison_to_json
from revenue_health.contribution.selectors.comparison.from_bridge import comparison_from_bridge
from revenue_health.contribution.selectors.comparison.periods import comparison_periods
from revenue_health.contribution.selectors.comparison.remarks import remarks_of
from revenue_health.contribution.selectors.comparison.scores import (
    METHOD,
    bridges_of,
    last_periods,
    pending_groups,
    running_periods,
    unfinished,
)
from revenue_health.contribution.selectors.gates.judgements import first_judgements
from revenue_health.contribution.selectors.model_input import cached_flows
from revenue_health.contribution.services import scores as service
from revenue_health.contribution.services.scores import group_compute, scores_compute, scores_plan, scores_sum

pytestmark = pytest.mark.django_db


def running(run: RecomputeRun) -> ScoreRun:
    return ScoreRun.objects.filter(run=run).earliest("pk")


def test_the_night_scores_the_running_and_the_last_quarter(run: RecomputeRun) -> None:
    made = list(ScoreRun.objects.filter(run=run).order_by("-period_start"))
    assert [one.status for one in made] == ["done", "done"]
    assert (made[0].period_start - made[1].period_end).days == 1
    assert PartyScore.objects.filter(score_run=made[0]).count() == len(made[0].figures["parties"])


def test_stored_figures_are_those_computed_at_once(run: RecomputeRun, company: Company) -> None:
    periods = comparison_periods(run=run, company=company)
    flows = cached_flows(run=run, periods=periods)
    targets = targets_of(run=run, company=company, period=periods.period, pipelines=[one.id for one in flows])
    found = assembled(segments_of({one.id: origin_bridges(one) for one in flows}, targets), targets)
    remarks = remarks_of(run=run, company=company, period=periods.period)
    judgements = first_judgements(run=run, company=company, periods=periods, bridge=found.company)
    figures = comparison_to_json(
        comparison_from_bridge(found, periods=periods, remarks=remarks, judgements=judgements, by="segment")
    )
    assert running(run).figures["actual"] == pytest.approx(figures["actual"], rel=1e-12)
    stored = {party["key"]: party["amount"] for party in running(run).figures["parties"]}
    assert stored == pytest.approx({party["key"]: party["amount"] for party in figures["parties"]}, rel=1e-6, abs=0.01)


def test_a_record_reads_back_equal(run: RecomputeRun) -> None:
    record = GroupScore.objects.filter(score_run=running(run)).earliest("pk").figures
    assert record.pop("method") == METHOD
    assert bridge_to_json(bridge_from_json(record)) == record


def test_an_unchanged_input_is_not_computed_again(run: RecomputeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    run.pk, run.status = None, "done"
    run.save()
    monkeypatch.setattr(service, "group_bridge", lambda **given: pytest.fail("computed again"))
    for periods in (running_periods(run=run), last_periods(run=run)):
        assert periods
        assert scores_compute(score_run=scores_plan(run=run, periods=periods)).status == "done"


def cut_off(run: RecomputeRun) -> ScoreRun:
    """A score run as a worker leaves it that died after some groups."""
    score_run = running(run)
    ScoreRun.objects.filter(pk=score_run.pk).update(status="started", figures={})
    last = score_run.groups.latest("pk")
    GroupScore.objects.filter(fingerprint=last.fingerprint).update(figures=None)
    return ScoreRun.objects.get(pk=score_run.pk)


def test_a_run_that_died_goes_on_where_it_stopped(run: RecomputeRun) -> None:
    whole = running(run).figures
    score_run = cut_off(run)
    (left,) = unfinished(run)[score_run.pk]
    assert group_compute(group=left) == score_run.pk
    assert group_compute(group=left) == score_run.pk  # the same message again
    assert scores_sum(score_run=score_run.pk).figures["unexplained"] == pytest.approx(whole["unexplained"], abs=0.01)
    assert group_compute(group=left) is None


def test_nothing_is_summed_before_the_last_group(run: RecomputeRun) -> None:
    score_run = cut_off(run)
    assert scores_sum(score_run=score_run.pk).status == "started"
    assert len(bridges_of(score_run)) >= 1
    assert len(pending_groups(score_run)) == 1


def test_planning_again_takes_nothing_away(run: RecomputeRun, company: Company) -> None:
    before = list(GroupScore.objects.order_by("pk").values_list("pk", "fingerprint"))
    scores_plan(run=run, periods=comparison_periods(run=run, company=company))
    assert list(GroupScore.objects.order_by("pk").values_list("pk", "fingerprint")) == before


def test_a_newer_run_takes_the_place_of_an_unfinished_one(run: RecomputeRun, company: Company) -> None:
    old = cut_off(run)
    run.pk = None
    run.save()
    scores_plan(run=run, periods=comparison_periods(run=run, company=company))
    old.refresh_from_db()
    assert old.status == "failed"
    assert "newer run" in old.error
