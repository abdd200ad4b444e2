"""The figures of one comparison as pages show them: as stored, put beside the plan as it is now."""

from __future__ import annotations

from departments.json_types import Json
from departments.models import Company
from pipeline.models import RecomputeRun
from revenue_health.contribution.models import ScoreRun
from revenue_health.contribution.selectors.comparison.bridges import company_targets, scored_bridge
from revenue_health.contribution.selectors.comparison.contributions_json import comparison_to_json
from revenue_health.contribution.selectors.comparison.earned import earned_amounts
from revenue_health.contribution.selectors.comparison.from_bridge import comparison_from_bridge
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.comparison.scores import plan_fingerprint, score_run_of


def shown_figures(
    *, run: RecomputeRun, company: Company, periods: ComparisonPeriods
) -> tuple[Json | None, ScoreRun | None]:
    """The stored figures of a comparison, and its score run in whatever state; nothing is computed."""
    found = score_run_of(run=run, periods=periods)
    if found is None or found.status != ScoreRun.Status.DONE:
        return None, found
    targets = company_targets(run=run, company=company, periods=periods)
    if found.fingerprint == plan_fingerprint(targets):
        return found.figures, found
    # The plan was changed since: what departments did is the same, only its sum is compared with something else.
    stored = scored_bridge(run=run, company=company, periods=periods)
    if stored is None:
        return None, found
    return comparison_to_json(
        comparison_from_bridge(
            stored, periods=periods, earned=earned_amounts(run=run, company=company, period=periods.period)
        )
    ), found
