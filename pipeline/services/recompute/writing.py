"""Flows into the database: all of them anew, or a difference on top of what is there."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.csv
from django.db import connection

from pipeline.models import Flow

KEYS = ("week", "pipeline", "segment", "stage", "kind", "department", "to_stage", "to_department", "age_bin")
SUMS = ("amount", "count", "amount_seconds", "deal_seconds")
_TABLE = Flow._meta.db_table
_FIELDS = {field.name: field for field in Flow._meta.fields}
_COLUMN: dict[str, str] = {name: str(_FIELDS[name].column) for name in KEYS + SUMS}
_COLUMNS = ", ".join(_COLUMN.values())
_COPY_BYTES = 4 * 1024 * 1024


def flows_replace(flows: pa.Table) -> None:
    """Replace all stored rows by these; call inside a transaction.

    Most rows of a night are those of the night before: only what differs is written, since every row written passes
    two indexes and the log, and leaves a dead one to be cleaned up.
    """
    if not Flow.objects.exists():
        _copy_flows(flows, _TABLE)
        return
    _stage_flows(flows, "flow_replacement")
    same = " AND ".join(f"{_comparable('f', name)} = {_comparable('n', name)}" for name in KEYS + SUMS)
    with connection.cursor() as cursor:
        # A sort of both tables by nine columns, many of them text, takes five times as long as a hash of one.
        cursor.execute("SET LOCAL enable_mergejoin = off")
        cursor.execute("SET LOCAL work_mem = '128MB'")
        # Not TRUNCATE: it would keep every page that reads flows waiting until the commit.
        cursor.execute(f"DELETE FROM {_TABLE} f WHERE NOT EXISTS (SELECT FROM flow_replacement n WHERE {same})")
        cursor.execute(
            f"INSERT INTO {_TABLE} ({_COLUMNS}) SELECT {_COLUMNS} FROM flow_replacement n "
            f"WHERE NOT EXISTS (SELECT FROM {_TABLE} f WHERE {same})"
        )


def flows_add(difference: pa.Table) -> None:
    """Add a difference: matching rows change, new ones appear, those that came to nothing go."""
    if not difference.num_rows:
        return
    # Equality of coalesced values rather than IS NOT DISTINCT FROM: PostgreSQL hashes only equalities.
    same = " AND ".join(f"{_comparable('f', name)} = {_comparable('d', name)}" for name in KEYS)
    added = ", ".join(f"{column} = f.{column} + d.{column}" for column in (_COLUMN[name] for name in SUMS))
    nothing = " AND ".join(f"f.{column} = 0" for column in (_COLUMN[name] for name in SUMS))
    _stage_flows(difference, "flow_difference")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE flow_difference ADD COLUMN matched bigint")
        cursor.execute(f"UPDATE flow_difference d SET matched = f.id FROM {_TABLE} f WHERE {same}")
        cursor.execute(f"UPDATE {_TABLE} f SET {added} FROM flow_difference d WHERE f.id = d.matched")
        cursor.execute(
            f"INSERT INTO {_TABLE} ({_COLUMNS}) SELECT {_COLUMNS} FROM flow_difference WHERE matched IS NULL"
        )
        cursor.execute(f"DELETE FROM {_TABLE} f USING flow_difference d WHERE f.id = d.matched AND {nothing}")


def _stage_flows(flows: pa.Table, table: str) -> None:
    """Into a table of this transaction, counted for the planner, to be compared with what is there."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {table} (LIKE {_TABLE} INCLUDING DEFAULTS) ON COMMIT DROP")
        # A copy has no identity, so the id would have to be given; staged rows need none.
        cursor.execute(f"ALTER TABLE {table} DROP COLUMN id")
    _copy_flows(flows, table)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {table}")


def _comparable(table: str, name: str) -> str:
    column = f"{table}.{_COLUMN[name]}"
    # No key and no age bin is below zero.
    return f"coalesce({column}, -1)" if _FIELDS[name].null else column


def _copy_flows(flows: pa.Table, table: str) -> None:
    columns = []
    for name in KEYS + SUMS:
        column = flows[name]
        # The CSV writer knows no decimals; PostgreSQL reads their text.
        columns.append(column.cast(pa.string()) if pa.types.is_decimal(column.type) else column)
    buffer = io.BytesIO()
    pyarrow.csv.write_csv(
        pa.table(columns, names=list(KEYS + SUMS)), buffer, pyarrow.csv.WriteOptions(include_header=False)
    )
    data = buffer.getbuffer()
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({_COLUMNS}) FROM STDIN (FORMAT csv)") as copy,
    ):
        for start in range(0, len(data), _COPY_BYTES):
            copy.write(data[start : start + _COPY_BYTES])
