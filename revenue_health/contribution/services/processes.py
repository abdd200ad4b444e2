"""A pool of processes on this machine for one computation: what workers do, for a command that waits.

Nothing of Django is imported up here: a process that is started first sets its threads, then sets Django up. What it
is to call is imported when the first call arrives.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")


class Processes:
    """Processes that each have their own connection: they are given numbers of rows and write what they compute."""

    def __init__(self, pool: ProcessPoolExecutor, count: int) -> None:
        self._pool, self._count = pool, count

    def ready(self) -> None:
        """Wait until they have set themselves up."""
        for started in [self._pool.submit(_nothing) for _ in range(self._count)]:
            started.result()

    def submit(self, function: Callable[..., object], *arguments: object) -> Future[object]:
        """Call a function of a module in whichever process is free next, in the order of submission."""
        return self._pool.submit(function, *arguments)


@contextmanager
def process_pool(processes: int) -> Iterator[Processes | None]:
    """So many processes for the length of the block, none if it is one: then the caller does it all. They set
    themselves up at once, while the caller goes on."""
    if processes < 2:
        yield None
        return
    # Spawned, not forked: a fork would share the parent's connections and the threads of its libraries.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_set_up) as pool:
        for _ in range(processes):
            pool.submit(_nothing)  # a process is started for each call that finds none idle
        yield Processes(pool, processes)


def _set_up() -> None:
    os.environ.update(dict.fromkeys(_THREADS, "1"))  # one process a core is enough
    import django

    django.setup()


def _nothing() -> None:
    """The call that starts a process."""
