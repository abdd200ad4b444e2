"""How this floor reacts when the floor below has new figures.

Every process loads this module, so what a reaction needs is imported when it happens (see pipeline/receivers.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from pipeline.models import ImportBatch, PlanTarget, RecomputeRun
from pipeline.signals import import_reverting, plan_imported, recompute_finished


@receiver(recompute_finished, dispatch_uid="contribution-night")
def start_nightly_steps(sender: type[RecomputeRun], run: RecomputeRun, trigger: str, **kwargs: Any) -> None:
    """Workers do the nightly steps after a scheduled or requested run; the command does them itself."""
    if trigger != "command":
        from revenue_health.contribution.tasks import night_of_run

        night_of_run.delay(run.pk)


@receiver(import_reverting, dispatch_uid="contribution-undo")
def delete_scores_of_import(
    sender: type[ImportBatch], rows: Callable[[type[Model]], QuerySet[Any]], **kwargs: Any
) -> None:
    """Scores of a pipeline that is removed with its import no longer mean anything."""
    from revenue_health.contribution.services.undo import computed_remove

    computed_remove(rows=rows)


@receiver(plan_imported, dispatch_uid="contribution-plan-imported")
@receiver((post_save, post_delete), sender=PlanTarget, dispatch_uid="contribution-plan-edited")
def plan_changed(sender: type[Model], **kwargs: Any) -> None:
    """Compare stored scores with the changed plan; `robust`, since an error here must not fail an import or an edit."""
    from revenue_health.contribution.services.plan_changes import rescore_after_plan_change

    transaction.on_commit(rescore_after_plan_change, robust=True)
