"""Foreign keys of a table that is about to be filled by the million: checked once at the end instead of row by row.

Dropped and added again inside the import's transaction, so the database itself verifies every row before anyone
sees one. (Row by row, the 20 million checks of a million deals take longer than all the rest.)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

WORTH_IT_FROM = 100_000
"""New rows from which on it pays, if the table does not hold more already."""


@contextmanager
def checked_at_the_end(table: str, new_rows: int) -> Iterator[None]:
    """Inside, rows of the table are written without foreign-key checks; on leaving, all are checked."""
    if new_rows < WORTH_IT_FROM or _rows_about(table) > new_rows:
        yield
        return
    with connection.cursor() as cursor:
        # A table with checks still waiting cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(
            "SELECT quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid = %s::regclass ORDER BY conname",
            [table],
        )
        constraints = cursor.fetchall()
        for name, _ in constraints:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        for name, definition in constraints:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def _rows_about(table: str) -> int:
    """Rows of a table as the planner believes; a table never analysed counts by its size on disk."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT greatest(reltuples, pg_relation_size(oid) / 200.0)::bigint FROM pg_class WHERE oid = %s::regclass",
            [table],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0
