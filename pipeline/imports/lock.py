"""One import or undo at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from pipeline.advisory_locks import IMPORT_LOCK
from pipeline.imports.problems import ImportBusy


@contextmanager
def import_lock() -> Iterator[None]:
    """Keep other imports out while this one runs; whoever comes second hears so at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [IMPORT_LOCK])
        row = cursor.fetchone()
    if not row or not row[0]:
        raise ImportBusy("Another import is running. Wait until it has ended, then try again.")
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [IMPORT_LOCK])
