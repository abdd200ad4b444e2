"""Advisory locks of PostgreSQL: who may do what only one may do at a time, over all processes and machines that share
the database. PostgreSQL frees them when their holder dies, so none is held by a dead process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from django.db import connection


class AdvisoryLock(IntEnum):
    """The register of all numbers: two locks with one number would keep strangers apart. Below 2**63, never changed,
    because the release before may still run."""

    EXECUTIVES = 4_020_001
    """Two removals of executives wait for each other, so that one stays."""
    INVITATIONS = 4_020_002
    """Of two invitations to one address the second sees the first."""
    SETTINGS = 4_020_003
    """Of two forms of settings at once the second sees what the first has saved."""
    SOURCES = 4_020_004
    """Of two uploads of one name each begins a source of its own name."""
    PACKS = 5_200_317
    """A pack asked for twice is frozen once."""
    RECOMPUTE = 7_315_001
    IMPORT = 7_205_759_403
    """One import or undo at a time, so that ids and touches follow each other."""


@contextmanager
def session_lock(lock: AdvisoryLock) -> Iterator[bool]:
    """Hold a lock for the length of the block, across transactions; yields False if somebody else holds it."""
    with connection.cursor() as cursor:
        # A session lock, not a transaction lock: a recompute commits its progress while it holds it.
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [int(lock)])
        taken = bool(cursor.fetchone()[0])
    try:
        yield taken
    finally:
        # A lost connection has already released the lock, and a new one would complain that it holds none.
        if taken and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [int(lock)])


def transaction_lock(lock: AdvisoryLock) -> None:
    """Wait for a lock and hold it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(lock)])


def lock_is_held(lock: AdvisoryLock) -> bool:
    """Whether anybody holds it in this database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
            # Two halves of 32 bits are how PostgreSQL shows a lock of one number (objsubid 1).
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND (classid::bigint << 32 | objid::bigint) = %s)",
            [int(lock)],
        )
        return bool(cursor.fetchone()[0])
