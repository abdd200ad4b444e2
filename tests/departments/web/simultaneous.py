"""Requests at the same moment, from threads of their own with connections of their own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection

from tests.pipeline.imports.test_import_locks import another_connection


def simultaneously(*calls: Callable[[], Any], table: str, meanwhile: str = "") -> list[Any]:
    """What calls return that begin together while nobody can write to a table.

    All of them wait for a lock, the table's or one of their own, with whatever they have read before. Then what SQL of
    `meanwhile` has changed, which none of them could see, is committed, and they go on. An error of one is in its place
    of the list.
    """
    results: list[Any] = [None] * len(calls)

    def run(place: int, call: Callable[[], Any]) -> None:
        try:
            results[place] = call()
        except Exception as problem:  # what a call raises is its result
            results[place] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    with another_connection() as other, other.transaction():
        # Reads and locks of rows go on; inserts, updates and deletions wait.
        other.execute(f'LOCK TABLE "{table}" IN SHARE MODE')
        if meanwhile:
            other.execute(meanwhile)
        for thread in threads:
            thread.start()
        _wait_for_locks(len(calls))
    for thread in threads:
        thread.join(60)
    return results


def _wait_for_locks(count: int) -> None:
    until = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            if cursor.fetchone()[0] >= count:
                return
            time.sleep(0.01)
    raise AssertionError(f"not all {count} wait for a lock")
