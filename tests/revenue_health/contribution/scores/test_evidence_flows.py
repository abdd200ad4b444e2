"""What the gates compare beside a comparison is read in one go, and is what each would be read alone."""

from __future__ import annotations

import pytest

from departments.models import Company
from pipeline.models import RecomputeRun, Stage
from revenue_health.contribution.core.gates.shares import point_shares
from revenue_health.contribution.selectors.comparison.evidence import evidence_of
from revenue_health.contribution.selectors.comparison.periods import comparison_periods
from revenue_health.contribution.selectors.comparison.share_breakdown import rates_of
from revenue_health.contribution.selectors.gates.flows import FlowsInOneBucket
from revenue_health.contribution.selectors.gates.plan import evidence_plan
from revenue_health.contribution.selectors.model_input import AMOUNT, pipelines_flows

pytestmark = pytest.mark.django_db


def test_shares_of_every_comparison_are_those_of_its_own_reading(run: RecomputeRun, company: Company) -> None:
    periods = comparison_periods(run=run, company=company)
    plan = evidence_plan(run=run, company=company, periods=periods)
    compared = [each for _, each in (*plan.quarters, *plan.others)]
    assert compared
    together = FlowsInOneBucket(run=run, comparisons=compared)
    for each in compared:
        alone = point_shares({flows.id: flows.groups for flows in pipelines_flows(run=run, periods=each)})
        read = point_shares({flows.id: flows.groups for flows in together.of(each)})
        assert read.shares == pytest.approx(alone.shares, abs=0.005)  # half a cent
        assert read.won == pytest.approx(alone.won, abs=0.005)
        assert read.baseline_won == pytest.approx(alone.baseline_won, abs=0.005)


def test_shares_by_size_are_those_of_forty_buckets(run: RecomputeRun, company: Company) -> None:
    periods = comparison_periods(run=run, company=company)
    one = FlowsInOneBucket(run=run, comparisons=[periods], by=AMOUNT).of(periods)
    forty = pipelines_flows(run=run, periods=periods, by=AMOUNT)
    assert [sorted(flows.groups) for flows in one] == [sorted(flows.groups) for flows in forty]
    read, alone = (point_shares({flows.id: flows.groups for flows in each}) for each in (one, forty))
    assert read.shares == pytest.approx(alone.shares, abs=0.005)  # half a cent


def test_deals_are_held_against_the_same_days_as_the_rate_beside_them(run: RecomputeRun, company: Company) -> None:
    periods = comparison_periods(run=run, company=company)
    stages = {stage.pk: stage.key for stage in Stage.objects.all()}
    rates = {
        rate.stage: rate.before
        for rate in rates_of(run=run, periods=periods, party="legal")
        if rate.kind == "hold_days"
    }
    waiting = evidence_of(run=run, periods=periods, party="legal")["waiting"]
    assert waiting
    for deal in waiting:
        assert deal.expected_days == pytest.approx(rates[stages[deal.stage]], rel=0.02)
