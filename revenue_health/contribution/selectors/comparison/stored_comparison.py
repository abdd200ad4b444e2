"""A comparison as it was scored, put beside the plan as it is now."""

from __future__ import annotations

from typing import NamedTuple

from departments.models import Company
from pipeline.models import RecomputeRun
from revenue_health.contribution.core.comparison import Comparison
from revenue_health.contribution.models import ScoreRun
from revenue_health.contribution.selectors.comparison.bridges import company_targets, scored_bridge
from revenue_health.contribution.selectors.comparison.contributions_json import comparison_from_json
from revenue_health.contribution.selectors.comparison.earned import earned_amounts
from revenue_health.contribution.selectors.comparison.from_bridge import comparison_from_bridge
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.comparison.scores import plan_fingerprint, score_run_of


class StoredComparison(NamedTuple):
    """What is stored of a comparison; `comparison` is None until its score run is done."""

    comparison: Comparison | None
    score_run: ScoreRun | None


def stored_comparison(*, run: RecomputeRun, company: Company, periods: ComparisonPeriods) -> StoredComparison:
    """The stored comparison, and its score run in whatever state; nothing is computed."""
    score_run = score_run_of(run=run, periods=periods)
    if score_run is None or score_run.status != ScoreRun.Status.DONE:
        return StoredComparison(None, score_run)
    targets = company_targets(run=run, company=company, periods=periods)
    if score_run.fingerprint == plan_fingerprint(targets):
        return StoredComparison(comparison_from_json(score_run.figures), score_run)
    # The plan was changed since: what departments did is the same, only its sum is compared with something else.
    bridge = scored_bridge(run=run, company=company, periods=periods)
    if bridge is None:
        return StoredComparison(None, score_run)
    earned = earned_amounts(run=run, company=company, period=periods.period)
    return StoredComparison(comparison_from_bridge(bridge, periods=periods, earned=earned), score_run)
