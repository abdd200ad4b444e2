"""What follows where the plan changes: the newest run's scores are summed against the new one, once and at once.

What departments did is the same, only its sum is compared with something else, of the company and of its segments. What
another release stored waits for the next recompute or for the page's button, and until then is not shown.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from departments.models import current_company
from pipeline.models import RecomputeRun
from pipeline.selectors.data.runs import latest_run
from revenue_health.contribution.models import ScoreRun
from revenue_health.contribution.selectors.comparison.bridges import company_targets
from revenue_health.contribution.selectors.comparison.periods import periods_of_score_run
from revenue_health.contribution.selectors.comparison.scores import plan_fingerprint, stored_bridges
from revenue_health.contribution.services.scores import figures_write


def rescore_after_plan_change() -> int:
    """Sum every comparison of the newest run whose plan is another one now; returns how many. Done twice it changes
    nothing. Raises CustodyStoreMissing."""
    run = latest_run()
    if run is None:
        return 0
    done = ScoreRun.objects.filter(run=run, status=ScoreRun.Status.DONE)
    return sum(_follow(run, pk) for pk in done.values_list("pk", flat=True))


def _follow(run: RecomputeRun, pk: int) -> bool:
    with transaction.atomic():
        score_run = ScoreRun.objects.select_for_update().get(pk=pk)
        company = current_company()
        periods = periods_of_score_run(score_run, company)
        fingerprint = plan_fingerprint(periods.period)
        if score_run.status != ScoreRun.Status.DONE or score_run.fingerprint == fingerprint:
            return False
        targets = company_targets(run=run, company=company, periods=periods)
        parts = stored_bridges(run=run, periods=periods)
        if parts is None:
            return False
        figures_write(score_run, periods, parts, targets)
        # Caches of these figures notice the change by this time.
        score_run.fingerprint, score_run.finished_at = fingerprint, timezone.now()
        score_run.save(update_fields=["figures", "fingerprint", "finished_at"])
        return True
