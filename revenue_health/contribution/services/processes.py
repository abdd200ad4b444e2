"""Groups of deals scored by several processes of this machine: what workers do at night, for a command that waits.

Nothing of Django is imported up here: a process that is started first sets its threads, then sets Django up.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")


def groups_compute(*, groups: Sequence[int], forecast: int, processes: int, done: Callable[[int], None]) -> None:
    """Compute GroupScore rows by their numbers, and beside them the forecast of the run numbered `forecast`; `done` is
    told how many groups are. Each process has its own connection."""
    # Spawned, not forked: a fork would share the parent's connections and the threads of its libraries.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_set_up) as pool:
        forecasting = pool.submit(_forecast, forecast)
        for place, _ in enumerate(pool.map(_compute, groups)):
            done(place + 1)
        forecasting.result()


def _set_up() -> None:
    os.environ.update(dict.fromkeys(_THREADS, "1"))  # one process a core is enough
    import django

    django.setup()


def _forecast(run: int) -> None:
    from pipeline.models import RecomputeRun
    from revenue_health.contribution.services.forecasts import forecast_keep

    forecast_keep(run=RecomputeRun.objects.get(pk=run))


def _compute(group: int) -> None:
    from revenue_health.contribution.services.scores import group_compute

    group_compute(group=group)
