"""What this floor does when the one below has new figures."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from pipeline.models import RecomputeRun
from pipeline.signals import figures_ready
from revenue_health.contribution.tasks import scores_of_run


@receiver(figures_ready, dispatch_uid="contribution-scores")
def scores_follow(sender: type[RecomputeRun], run: RecomputeRun, trigger: str, **kwargs: Any) -> None:
    """Runs of the night and of the button are scored by workers; the command scores by itself."""
    if trigger != "command":
        scores_of_run.delay(run.pk)
