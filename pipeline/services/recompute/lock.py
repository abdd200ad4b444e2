"""One run at a time, over all processes and machines that share the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from departments.advisory_locks import AdvisoryLock, session_lock


class RecomputeRunning(Exception):
    """Another run is under way; its progress is on the Data page."""


@contextmanager
def recompute_lock() -> Iterator[None]:
    """Hold the advisory lock of this session; a process that dies loses it with its connection."""
    with session_lock(AdvisoryLock.RECOMPUTE) as taken:
        if not taken:
            raise RecomputeRunning("A recompute is already running. Wait for it to finish, then look again.")
        yield
