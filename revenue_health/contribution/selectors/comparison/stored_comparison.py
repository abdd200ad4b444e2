"""A comparison as it was scored, as long as the plan is the one it was scored against."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from django.db.models.expressions import RawSQL

from departments.periods import Period
from pipeline.models import RecomputeRun
from pipeline.run_cache import process_cache
from revenue_health.contribution.core.comparison import Comparison
from revenue_health.contribution.models import ScoreRun
from revenue_health.contribution.selectors.comparison.contributions_json import comparison_from_json
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.comparison.scores import plan_fingerprint


class StoredComparison(NamedTuple):
    """What is stored of a comparison; `comparison` is None until its score run is done, and once the plan of the period
    is another one: services/plan_changes.py sums the scores anew then."""

    comparison: Comparison | None
    score_run: ScoreRun | None


def stored_comparison(*, run: RecomputeRun, periods: ComparisonPeriods) -> StoredComparison:
    """The stored comparison, and its score run in whatever state; nothing is computed."""
    rows = ScoreRun.objects.filter(run=run, **periods.stored_as)
    score_run = rows.defer("figures").annotate(written=_WRITTEN).first()
    if (
        score_run is None
        or score_run.status != ScoreRun.Status.DONE
        or score_run.fingerprint != plan_fingerprint(periods.period)
    ):
        return StoredComparison(None, score_run)
    return StoredComparison(_comparison(run, score_run.pk, score_run.written, periods.baseline), score_run)


_WRITTEN = RawSQL("contribution_scorerun.xmin::text || contribution_scorerun.ctid::text", ())
"""Another text each time the row is written, whoever writes it: gates are written after the first figures."""


@process_cache(maxsize=8)
def _comparison(run: RecomputeRun, score_run: int, _written: str, baseline: Period | None) -> Comparison:
    """Reading it takes longer than what a page does with it, and most pages need that of the running quarter. A score
    run keeps the days of its baseline alone; what these are called is decided where periods are chosen."""
    comparison = comparison_from_json(ScoreRun.objects.values_list("figures", flat=True).get(pk=score_run))
    return replace(comparison, baseline=baseline)
