"""A comparison as it was scored, as long as the plan is the one it was scored against."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.models import RecomputeRun
from revenue_health.contribution.core.comparison import Comparison
from revenue_health.contribution.models import ScoreRun
from revenue_health.contribution.selectors.comparison.contributions_json import comparison_from_json
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.comparison.scores import plan_fingerprint, score_run_of


class StoredComparison(NamedTuple):
    """What is stored of a comparison; `comparison` is None until its score run is done, and once the plan of the period
    is another one: services/plan_changes.py sums the scores anew then."""

    comparison: Comparison | None
    score_run: ScoreRun | None


def stored_comparison(*, run: RecomputeRun, periods: ComparisonPeriods) -> StoredComparison:
    """The stored comparison, and its score run in whatever state; nothing is computed."""
    score_run = score_run_of(run=run, periods=periods)
    if (
        score_run is None
        or score_run.status != ScoreRun.Status.DONE
        or score_run.fingerprint != plan_fingerprint(periods.period)
    ):
        return StoredComparison(None, score_run)
    return StoredComparison(comparison_from_json(score_run.figures), score_run)
