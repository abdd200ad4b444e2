"""A large import into tables that are still empty fills new ones, indexes them, and puts them in their place.

To write a row into a table with indexes and triggers costs several times as much as to write it and to index all rows
at once. Readers look at the empty tables until then; the change takes a lock that waits for nobody for long.
"""

# ruff: noqa: S608 - statements are put together from names of our own tables and columns only.

from __future__ import annotations

import time
from dataclasses import dataclass

from django.db import IntegrityError, OperationalError, connection, transaction

from departments.translation import gettext_noop
from departments.web.lock_waits import is_lock_conflict
from pipeline.imports.new_tables.copies import SCHEMA, copy_create, copy_index, is_copyable, triggers_copy
from pipeline.imports.problems import ImportBusy
from pipeline.references import REFERENCES

LARGE = 20_000
"""Rows from which on new tables pay: to make them costs as much as some thousand rows."""
CHANGED_MEANWHILE = gettext_noop(
    "Somebody added accounts or deals while this import ran, so nothing was loaded. Load it again in a moment."
)
_TABLES = {
    "accounts.csv": "pipeline_account",
    "opportunities.csv": "pipeline_opportunity",
    "events.csv": "pipeline_event",
    "handoffs.csv": "pipeline_handoff",
}
_TRY = "100ms"
_PAUSE_SECONDS = 0.4
_WAIT_SECONDS = 60.0


@dataclass
class NewTables:
    """The tables of one import that are made anew, inside its transaction; without any, nothing here does anything."""

    files: tuple[str, ...] = ()
    """The files whose rows go into new tables."""
    search_path: str = ""

    @property
    def tables(self) -> list[str]:
        return [_TABLES[file] for file in self.files]

    def index(self, file: str) -> None:
        """Build the indexes of the table that this file has filled."""
        if file in self.files:
            with connection.cursor() as cursor:
                copy_index(cursor, _TABLES[file])

    def finish(self) -> None:
        """Put the tables in their place, as the last thing before the commit.

        Raises ImportBusy where somebody has filled the empty ones or will not leave them.
        """
        if not self.tables:
            return
        with connection.cursor() as cursor:
            for table in self.tables:
                triggers_copy(cursor, table)
            _write_out()
            self._lock()
            for table in self.tables:
                cursor.execute(f"SELECT EXISTS (SELECT FROM public.{table})")
                if cursor.fetchone() != (False,):
                    raise ImportBusy(CHANGED_MEANWHILE)
            cursor.execute(f"DROP TABLE {', '.join(f'public.{table}' for table in self.tables)}")
            for table in self.tables:
                cursor.execute(f"ALTER TABLE {SCHEMA}.{table} SET SCHEMA public")
            cursor.execute("SELECT set_config('search_path', %s, true)", [self.search_path])
            cursor.execute(f"DROP SCHEMA {SCHEMA}")

    def check_references(self) -> None:
        """What the triggers of a table check row by row of a statement: that what its rows name is there and stays.

        Rows of tables that are new themselves were joined by their keys, and nobody else can delete them.
        """
        for reference in REFERENCES:
            if reference.table in self.tables and reference.target not in self.tables:
                _named_rows_keep(reference.table, reference.column, reference.target)

    def _lock(self) -> None:
        """Lock the empty tables, in tries so short that readers who queue behind one notice nothing."""
        names = ", ".join(f"public.{table}" for table in self.tables)
        until = time.monotonic() + _WAIT_SECONDS
        while True:
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = '{_TRY}'")
                    cursor.execute(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
                return
            except OperationalError as error:
                if not is_lock_conflict(error) or time.monotonic() > until:
                    raise
            time.sleep(_PAUSE_SECONDS)


def new_tables_begin(rows: dict[str, int]) -> NewTables:
    """New tables in the place of those that get many rows (by file) and have none; the search path leads to them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('search_path'), 'public' = ANY(current_schemas(false))")
        search_path, in_public = cursor.fetchone()
        large = [file for file in _TABLES if rows.get(file, 0) >= LARGE > 0] if in_public else []
        files = tuple(file for file in large if is_copyable(cursor, _TABLES[file]))
        if not files:
            return NewTables()
        cursor.execute(f"CREATE SCHEMA {SCHEMA}")
        for file in files:
            copy_create(cursor, _TABLES[file])
        cursor.execute("SELECT set_config('search_path', %s, true)", [f"{SCHEMA}, {search_path}"])
    return NewTables(files, search_path)


def _write_out() -> None:
    """Have the new files written before the lock: a server that logs no rows of new tables waits for them at the end.

    Who may not ask for it has a server of another kind, most of the time.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('wal_level') = 'minimal' AND pg_has_role('pg_checkpoint', 'USAGE')")
        if cursor.fetchone() == (True,):
            cursor.execute("CHECKPOINT")


def _named_rows_keep(table: str, column: str, target: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT array_agg(DISTINCT {column}) FROM {table} WHERE {column} IS NOT NULL")
        (ids,) = cursor.fetchone()
        cursor.execute(
            f"SELECT count(*) FROM (SELECT FROM {target} WHERE id = ANY(%s) AND xmin <> pg_current_xact_id()::xid"
            " FOR KEY SHARE) locked",
            [ids or []],
        )
        cursor.execute(
            f"SELECT id FROM unnest(%s::bigint[]) AS named(id) WHERE id NOT IN (SELECT id FROM {target}) LIMIT 1",
            [ids or []],
        )
        if missing := cursor.fetchone():
            raise IntegrityError(f'"{table}" names a row that does not exist: {target} {column}={missing[0]}')
