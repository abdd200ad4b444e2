"""How the database of a test run is emptied: what was made with it stays, and a few rows go row by row.

A test with transactions of its own leaves rows in a few of a hundred tables. To truncate a table makes new files for it
and each of its indexes, and content types and permissions would be written anew after every test.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.core.management.commands import flush
from django.db.backends.postgresql.operations import DatabaseOperations

MADE_WITH_THE_DATABASE = {"django_content_type", "auth_permission", "django_migrations"}
_SMALL_PAGES = 16
"""Pages of a table up to which its rows are deleted; what is deleted takes room, so later it is truncated."""
_unvacuumed: set[str] = set()


def filled(cursor: Any, tables: Iterable[str]) -> list[str]:
    """Those of the tables that have a row: emptying the others costs as much and changes nothing."""
    cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in tables))
    return [name for (name,) in cursor.fetchall()]


def emptying_sql(cursor: Any, tables: Iterable[str], *, from_one: bool) -> list[str]:
    """Statements for one transaction that empty the tables, but not those made with the database; `from_one`: their
    next rows are numbered from 1, also where of earlier ones only the numbers are gone."""
    emptied = sorted(set(tables) - MADE_WITH_THE_DATABASE)
    some = filled(cursor, emptied)
    large = _large(cursor, some)
    statements = [f"TRUNCATE {', '.join(f'"{table}"' for table in large)} CASCADE"] if large else []
    statements += _deletions([table for table in some if table not in large])
    return [*statements, _restart(emptied)] if from_one else statements


def _restart(tables: Sequence[str]) -> str:
    names = ", ".join(f"'{table}_%'" for table in tables)
    return (
        "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences"
        f" WHERE last_value IS NOT NULL AND sequencename LIKE ANY (ARRAY[{names}])"
    )


@contextmanager
def quick_flush() -> Iterator[None]:
    """Within it, `flush` leaves what was made with the database, and empties the other tables the quickest way."""

    def sql_flush(
        self: DatabaseOperations, style: Any, tables: Sequence[str], *, reset_sequences: bool = False, **options: Any
    ) -> list[str]:
        with self.connection.cursor() as cursor:
            return emptying_sql(cursor, tables, from_one=reset_sequences)

    with (
        mock.patch.object(DatabaseOperations, "sql_flush", sql_flush),
        mock.patch.object(flush, "emit_post_migrate_signal"),
    ):
        yield


def _deletions(tables: Sequence[str]) -> list[str]:
    """Rows of a test lie in the order they were written in, as in a new table: no vacuum may put some into the room of
    earlier ones in between."""
    unset = [name for name in tables if name not in _unvacuumed]
    _unvacuumed.update(unset)
    settings = [f'ALTER TABLE "{name}" SET (autovacuum_enabled = false)' for name in unset]
    # No trigger and no reference needs to look at rows of which nothing stays.
    deletions = [f'DELETE FROM "{name}"' for name in tables]
    return [*settings, f"{_ROLE} = replica", *deletions, f"{_ROLE} = origin"]


_ROLE = "SET LOCAL session_replication_role"


def _large(cursor: Any, tables: Sequence[str]) -> list[str]:
    pages = " UNION ALL ".join(f"SELECT '{name}', pg_relation_size('\"{name}\"') / 8192" for name in tables)
    cursor.execute(pages or "SELECT '', 0")
    return [name for name, size in cursor.fetchall() if size > _SMALL_PAGES]
