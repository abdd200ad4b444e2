"""One run at a time, over all processes and machines that share the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from pipeline.advisory_locks import RECOMPUTE_LOCK as LOCK


class RecomputeRunning(Exception):
    """Another run is under way; its progress is on the Data page."""


@contextmanager
def recompute_lock() -> Iterator[None]:
    """Hold the advisory lock of this session; a process that dies loses it with its connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise RecomputeRunning("A recompute is already running. Wait for it to finish, then look again.")
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
