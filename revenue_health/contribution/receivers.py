"""What this floor does when the one below has new figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from pipeline.models import ImportBatch, PlanTarget, RecomputeRun
from pipeline.signals import import_reverting, plan_imported, recompute_finished
from revenue_health.contribution.services.plan_changes import scores_follow_plan
from revenue_health.contribution.services.undo import computed_remove
from revenue_health.contribution.tasks import night_of_run


@receiver(recompute_finished, dispatch_uid="contribution-night")
def night_follows(sender: type[RecomputeRun], run: RecomputeRun, trigger: str, **kwargs: Any) -> None:
    """Runs of the night and of the button get their night by workers; the command does it by itself."""
    if trigger != "command":
        night_of_run.delay(run.pk)


@receiver(import_reverting, dispatch_uid="contribution-undo")
def computed_goes_along(sender: type[ImportBatch], rows: Callable[[type[Model]], QuerySet[Any]], **kwargs: Any) -> None:
    """Scores of a pipeline that is taken out say nothing any more."""
    computed_remove(rows=rows)


@receiver(plan_imported, dispatch_uid="contribution-plan-imported")
@receiver((post_save, post_delete), sender=PlanTarget, dispatch_uid="contribution-plan-edited")
def scores_follow(sender: type[Model], **kwargs: Any) -> None:
    """Stored scores are compared with the plan as it is; robust, since no import and no edit may fail of it."""
    transaction.on_commit(scores_follow_plan, robust=True)
