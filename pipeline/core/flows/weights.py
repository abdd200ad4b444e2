"""How much evidence the deals of a span are: sums of amounts and of their squares, by who had to do with them."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb


@dataclass(frozen=True, kw_only=True)
class Weight:
    """The deals a department held, lost or brought in. amount, squares: sums over them of the largest amount each had,
    and of its square, in minor units."""

    deals: int
    amount: float
    squares: float


# A deal counts once for a department, whatever it did with it.
_WEIGHTS = """
SELECT department, count(*), sum(amount), sum(amount * amount) FROM (
    SELECT opportunity, department, max(amount)::DOUBLE AS amount FROM (
        SELECT opportunity, department, amount FROM holds
        WHERE from_at < $end AND (to_at IS NULL OR to_at >= $start)
        UNION ALL
        SELECT opportunity, department, amount FROM moves
        WHERE kind = 'lost' AND NOT assumed AND "at" >= $start AND "at" < $end
        UNION ALL
        SELECT opportunity, source_department, amount FROM moves JOIN opportunities USING (opportunity)
        WHERE kind IN ('entered', 'reopened') AND "at" >= $start AND "at" < $end
    ) WHERE department IS NOT NULL GROUP BY ALL
) GROUP BY department"""
_SOURCES = """
SELECT count(*) FILTER (source_department IS NULL), count(*)
FROM moves JOIN opportunities USING (opportunity) WHERE kind = 'entered' AND "at" >= $start AND "at" < $end"""


def department_weights(connection: duckdb.DuckDBPyConnection, *, start: int, end: int) -> dict[int, Weight]:
    """By department id, the deals it had to do with in [start, end), epoch seconds."""
    rows = connection.execute(_WEIGHTS, {"start": start, "end": end}).fetchall()
    return {
        department: Weight(deals=deals, amount=float(amount or 0.0), squares=float(squares or 0.0))
        for department, deals, amount, squares in rows
    }


def entries_without_source(connection: duckdb.DuckDBPyConnection, *, start: int, end: int) -> tuple[int, int]:
    """(deals that entered in [start, end) without a known source, all deals that entered)."""
    row = connection.execute(_SOURCES, {"start": start, "end": end}).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)
