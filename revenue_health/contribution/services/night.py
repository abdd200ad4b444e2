"""What the night does with a finished run: scores, and the forecast to be compared with later."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from pipeline.models import RecomputeRun
from revenue_health.contribution.models import ScoreRun
from revenue_health.contribution.services.associations import associations_compute
from revenue_health.contribution.services.did_it_work import results_compute
from revenue_health.contribution.services.forecasts import forecast_keep, forecasts_close
from revenue_health.contribution.services.processes import Processes
from revenue_health.contribution.services.register import leaks_find
from revenue_health.contribution.services.scores import Progress, scores_compute, scores_shared


def night_compute(
    *, run: RecomputeRun, progress: Progress | None = None, others: Processes | None = None
) -> list[ScoreRun]:
    """Scores of the running and the last quarter (in this process or by the others), then the leak register, people's
    numbers, the forecast and past forecasts' actuals."""
    if others is None:
        scores = scores_compute(run=run, progress=progress)
        leaks_find(run=run, now=timezone.now())
        associations_compute(run=run)
        forecast_keep(run=run)
    else:
        scores = []
        for found in scores_shared(run=run, others=others, progress=progress):
            scores.append(found)
            leaks_find(run=run, now=timezone.now())  # the register reads one of them; for the others it does nothing
        others.all_done()
    results_compute(now=timezone.now())
    forecasts_close(run=run)
    return scores


def people_compute(*, run: RecomputeRun, now: datetime) -> None:
    """What the run says of people's own numbers: which measurables matter, and which promises worked."""
    associations_compute(run=run)
    results_compute(now=now)
