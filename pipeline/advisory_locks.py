"""Advisory locks of this floor. PostgreSQL frees them when their holder dies, so none is held by a dead process."""

from __future__ import annotations

from django.db import connection

RECOMPUTE_LOCK = 7_315_001
IMPORT_LOCK = 7_205_759_403
"""One import or undo at a time, so that ids and touches follow each other."""


def advisory_lock_held(number: int) -> bool:
    """Of a number below 2**63, taken by pg_advisory_lock(bigint) in this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND (classid::bigint << 32 | objid::bigint) = %s)",
            [number],
        )
        return bool(cursor.fetchone()[0])
