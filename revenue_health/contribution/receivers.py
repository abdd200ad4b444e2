"""What this floor does when the one below has new figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model, QuerySet
from django.dispatch import receiver

from pipeline.models import ImportBatch, RecomputeRun
from pipeline.signals import import_reverting, recompute_finished
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
