"""The night shared by several processes of this machine: what workers do, for a command that waits.

Nothing of Django is imported up here: a process that is started first sets its threads, then sets Django up.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context

_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")


class Processes:
    """Processes that each have their own connection; they are told rows by their numbers and write what they find."""

    def __init__(self, pool: ProcessPoolExecutor, count: int) -> None:
        self._pool, self._count = pool, count
        self._groups: dict[int, list[Future[None]]] = {}
        self._beside: list[Future[None]] = []

    def ready(self) -> None:
        """Wait until they have set themselves up."""
        for done in [self._pool.submit(_ready) for _ in range(self._count)]:
            done.result()

    def groups(self, score_run: int, groups: Sequence[int]) -> None:
        """Compute the GroupScore rows of a score run."""
        self._groups[score_run] = [self._pool.submit(_group, group) for group in groups]

    def beside(self, run: int) -> None:
        """What needs no scores: the forecast of a run, and which measurables matter."""
        self._beside += [self._pool.submit(work, run) for work in (_forecast, _associations)]

    def groups_done(self, score_run: int, told: Callable[[float], None]) -> None:
        """Wait for all groups of a score run, telling the share done; raises what went wrong in one of them."""
        waiting = self._groups.pop(score_run, [])
        for count, done in enumerate(as_completed(waiting), 1):
            done.result()
            told(count / len(waiting))

    def all_done(self) -> None:
        for done in self._beside:
            done.result()


@contextmanager
def several(processes: int) -> Iterator[Processes | None]:
    """So many processes for the length of the block, none if it is one: then the caller does it all. They set
    themselves up at once, while the caller goes on."""
    if processes < 2:
        yield None
        return
    # Spawned, not forked: a fork would share the parent's connections and the threads of its libraries.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_set_up) as pool:
        for _ in range(processes):
            pool.submit(_ready)
        yield Processes(pool, processes)


def _set_up() -> None:
    os.environ.update(dict.fromkeys(_THREADS, "1"))  # one process a core is enough
    import django

    django.setup()


def _ready() -> None:
    """Nothing to do: a process is started for each call that finds none idle."""


def _forecast(run: int) -> None:
    from pipeline.models import RecomputeRun
    from revenue_health.contribution.services.forecasts import forecast_keep

    forecast_keep(run=RecomputeRun.objects.get(pk=run))


def _associations(run: int) -> None:
    from pipeline.models import RecomputeRun
    from revenue_health.contribution.services.associations import associations_compute

    associations_compute(run=RecomputeRun.objects.get(pk=run))


def _group(group: int) -> None:
    from revenue_health.contribution.services.scores import group_compute

    group_compute(group=group)
