"""The rows of the large files in DuckDB, typed, then as the truth will have them: with ids in the place of keys.

Tables and columns are called as in the database, so that the checks of an import ask either. Memory is bounded:
beyond it rows go to a folder of scratch.
"""

# ruff: noqa: S608 - statements are put together from names of our own tables and columns only.

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa
from django.db import connection

from pipeline.imports.folder.format import BY_NAME

LARGE_FILES = ("accounts.csv", "opportunities.csv", "events.csv", "handoffs.csv")
_MEMORY = "640MB"

_SMALL = {
    "departments_company": (("reporting_currency", "VARCHAR"), ("time_zone", "VARCHAR")),
    "departments_department": (("id", "BIGINT"), ("key", "VARCHAR")),
    "pipeline_pipeline": (("id", "BIGINT"), ("key", "VARCHAR")),
    "pipeline_stage": (("id", "BIGINT"), ("pipeline_id", "BIGINT"), ("key", "VARCHAR"), ("earns", "BOOLEAN")),
    "pipeline_lossreason": (("id", "BIGINT"), ("key", "VARCHAR")),
    "pipeline_source": (("id", "BIGINT"), ("key", "VARCHAR")),
    "pipeline_exchangerate": (("currency", "VARCHAR"), ("date", "DATE"), ("rate", "DOUBLE")),
    "pipeline_importbatch": (("id", "BIGINT"), ("status", "VARCHAR"), ("started_at", "TIMESTAMPTZ")),
}
_NAMED = ("departments_department", "pipeline_pipeline", "pipeline_stage", "pipeline_lossreason", "pipeline_source")
"""What rows of the large files may name: they are locked against deletion, as a foreign key does."""


def held_open(scratch: str) -> duckdb.DuckDBPyConnection:
    """An empty store with a table `in_x` for each large file."""
    held = duckdb.connect(":memory:", config={"threads": 2, "memory_limit": _MEMORY, "temp_directory": scratch})
    held.execute("SET TimeZone = 'UTC'")
    for name in LARGE_FILES:
        file = BY_NAME[name]
        columns = ", ".join(f'"{column.name}" {column.kind.staged_as}' for column in file.columns)
        held.execute(f"CREATE TABLE {file.table} (line BIGINT, {columns})")
    return held


def rows_hold(held: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    """Add typed rows of a file; columns it has not are null."""
    columns = ", ".join(f'"{column}"' for column in rows.column_names)
    for position, field in enumerate(rows.schema):
        if pa.types.is_timestamp(field.type):
            rows = rows.set_column(position, field.name, rows.column(position).cast(pa.timestamp("us", "UTC")))
    held.register("coming", rows)
    held.execute(f"INSERT INTO {BY_NAME[name].table} ({columns}) SELECT {columns} FROM coming")
    held.unregister("coming")


def small_tables_copy(held: duckdb.DuckDBPyConnection) -> None:
    """Copy what rows of the large files may name, and what their checks ask."""
    for table, columns in _SMALL.items():
        held.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in columns)})")
        names = ", ".join(name for name, _ in columns)
        keep = " FOR KEY SHARE" if table in _NAMED else ""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {names} FROM {table}{keep}")
            rows = cursor.fetchall()
        _insert(held, table, rows)


def _insert(held: duckdb.DuckDBPyConnection, table: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        held.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
