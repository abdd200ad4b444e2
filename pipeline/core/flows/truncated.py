"""The custody tables as they were at an earlier instant, derived from today's.

What happened after the instant is taken away: later moves and holds, and the ends of holds that were open then.
Custody looks only back, so this is what a run of that instant would have found, but for deals about which something
was recorded later than it happened; those are computed anew and given here as `anew`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import uuid4

import duckdb
import pyarrow as pa

_OPEN_HOLD = """* REPLACE (
    CASE WHEN to_at <= {as_of} THEN to_at END AS to_at,
    CASE WHEN to_at <= {as_of} THEN amount_out ELSE amount END AS amount_out,
    CASE WHEN to_at <= {as_of} THEN ended::VARCHAR ELSE 'open' END AS ended,
    CASE WHEN to_at <= {as_of} THEN to_stage END AS to_stage,
    CASE WHEN to_at <= {as_of} THEN to_department END AS to_department
)"""
_OPEN_VISIT = """* REPLACE (
    CASE WHEN left_at <= {as_of} THEN left_at END AS left_at,
    CASE WHEN left_at <= {as_of} THEN how::VARCHAR ELSE 'open' END AS how,
    CASE WHEN left_at <= {as_of} THEN to_stage END AS to_stage
)"""
_CUTS = {
    "visits": ("entered_at", _OPEN_VISIT),
    "holds": ("from_at", _OPEN_HOLD),
    "moves": ('"at"', "*"),
}
"""Of each table: the column that says when a row begins, and what is read of it."""


@contextmanager
def truncated_custody(
    cursor: duckdb.DuckDBPyConnection, *, as_of: int, anew: Mapping[str, pa.Table] | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor whose `visits`, `holds` and `moves` end at `as_of` (epoch seconds, still known), while the block lasts.

    cursor: one of its own over these, `opportunities` and `stages`; the other tables stay as they are. anew: the three
    tables for deals that were known otherwise then, with all their rows, and `opportunities` with their ids; what
    `cursor` has of these deals is left out. A hold's last piece that is cut in the middle ends as `open` with the
    amount it had; of a visit cut in the middle `amount_out` is what it will be.
    """
    schema = f"cut_{uuid4().hex}"
    (home,) = cursor.execute("SELECT current_schema()").fetchone() or ("main",)
    cursor.execute(f"CREATE SCHEMA {schema}")
    try:
        for name in _CUTS:
            parts = [_cut(name, f"{home}.{name}", as_of)]
            if anew is not None:
                cursor.register(f"{schema}_{name}", anew[name])
                cursor.register(f"{schema}_{name}_ids", anew["opportunities"])
                parts[0] += f" AND opportunity NOT IN (SELECT opportunity FROM {schema}_{name}_ids)"  # noqa: S608  (names made here)
                parts.append(_cut(name, f"{schema}_{name}", as_of))
            # A table, because every question about the flows reads it several times.
            cursor.execute(f"CREATE TABLE {schema}.{name} AS {' UNION ALL BY NAME '.join(parts)}")
        cursor.execute(f"SET search_path = '{schema},{home}'")
        yield cursor
    finally:
        cursor.execute(f"SET search_path = '{home}'")
        cursor.execute(f"DROP SCHEMA {schema} CASCADE")
        for name in _CUTS if anew is not None else ():
            cursor.unregister(f"{schema}_{name}")
            cursor.unregister(f"{schema}_{name}_ids")


def _cut(name: str, table: str, as_of: int) -> str:
    """Rows of a table up to the instant. Names are made here and the instant is a whole number: nothing of a user's."""
    begin, columns = _CUTS[name]
    return f"SELECT {columns.format(as_of=int(as_of))} FROM {table} WHERE {begin} <= {int(as_of)}"  # noqa: S608  (names made here)
