"""Flows of many spans out of one reading: what happened between all of their edges, added up span by span.

A verdict compares a quarter with a dozen others, each of which has most of its days in common with the next. Deals are
read once, cut at every edge that some span has; every span's flows are then rows of that grid. Buckets of deals are put
together: what many spans are needed for are shares without intervals.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import duckdb
import numpy as np
import pyarrow as pa

from pipeline.core.flows.entry_amounts import STEP_OF_ENTRY
from pipeline.core.flows.period_flows import HELD, PeriodFlows, SpanQuery
from pipeline.core.leaks.period import Period

_MANY_EDGES = 64
"""Edges from which on it is cheaper to sum up what comes and goes than to cut every hold at each of them."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """Edges of a span's steps, and the instants at which its stock is taken, in epoch seconds."""

    steps: tuple[int, ...]
    openings: tuple[int, ...]


class FlowGrid:
    """Flows between the edges of some spans; `of` gives those of one of them as `period_flows` would, in bucket 0."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        spans: Iterable[Span],
        *,
        as_of: int,
        group: str = "segment",
        ungrouped: Sequence[int] = (),
        unsourced: Sequence[int] | None = None,
    ) -> None:
        every = list(spans)
        self._edges = sorted({edge for span in every for edge in span.steps})
        self._instants = sorted({instant for span in every for instant in span.openings})
        period = Period(connection=connection, start=self._edges[0], end=self._edges[-1], as_of=as_of)
        with SpanQuery(
            period, self._edges, self._instants, group=group, ungrouped=ungrouped, unsourced=unsourced, bucket="0"
        ) as query:
            few = len(self._edges) < _MANY_EDGES
            flows = query.flows(held=HELD if few else _HELD, fresh=STEP_OF_ENTRY)
        self._tables = {
            field.name: getattr(flows, field.name).sort_by("instant" if field.name == "opening" else "step")
            for field in fields(flows)
        }

    def of(self, span: Span) -> PeriodFlows:
        """Flows of one span. Raises ValueError for one with an edge or an instant that the grid was not made for."""
        if not (set(span.steps) <= set(self._edges) and set(span.openings) <= set(self._instants)):
            raise ValueError("the grid has no such edges")
        first, last = self._edges.index(span.steps[0]), self._edges.index(span.steps[-1])
        steps = np.array([bisect_right(span.steps, edge) - 1 for edge in self._edges[first:last]], dtype=np.int32)
        tables = {
            name: _renumbered(table, "step", first, steps) for name, table in self._tables.items() if name != "opening"
        }
        entered = tables["entry_amounts"]["fresh"].to_numpy()
        tables["entry_amounts"] = _with(tables["entry_amounts"], "fresh", (entered >= first).astype(np.int32))
        return PeriodFlows(**tables, opening=self._opening(span))

    def _opening(self, span: Span) -> pa.Table:
        table = self._tables["opening"]
        parts = [
            _renumbered(table, "instant", self._instants.index(instant), np.array([number], dtype=np.int32))
            for number, instant in enumerate(span.openings)
        ]
        return pa.concat_tables(parts) if parts else table.slice(0, 0)


def _renumbered(table: pa.Table, column: str, first: int, numbers: np.ndarray) -> pa.Table:
    """The rows of a sorted table from number `first` on, as many numbers as there are new ones for."""
    old = table[column].to_numpy()
    low, high = np.searchsorted(old, [first, first + numbers.size])
    return _with(table.slice(low, high - low), column, numbers[old[low:high] - first])


def _with(table: pa.Table, column: str, values: np.ndarray) -> pa.Table:
    return table.set_column(table.column_names.index(column), column, pa.array(values))


# What is held changes at the ends of a hold and of its age bins only. So amounts come and go at these instants, and are
# summed up from step to step: what stands for years is not one row a step. Whole numbers, so that it comes out even.
_CELL = '"group", origin, bucket, pipeline, stage, department, turn, age_bin'
_HELD = f""", pieces AS (
    SELECT {_CELL}, amount,
        greatest(from_at, $start, hold_from + bins.low) AS since,
        least(coalesce(to_at, $horizon), $horizon, hold_from + bins.high) AS until
    FROM span_holds
    JOIN bins ON coalesce(to_at, $horizon) - hold_from > bins.low AND from_at - hold_from < bins.high
), changes AS (
    SELECT {_CELL}, since AS "at", amount FROM pieces WHERE since < until
    UNION ALL SELECT {_CELL}, until AS "at", -amount FROM pieces WHERE since < until
), by_step AS (
    SELECT {_CELL}, step, sum(amount) AS amount, sum(amount::HUGEINT * (high - "at")) AS held
    FROM changes ASOF JOIN steps ON "at" >= low GROUP BY ALL
), runs AS (
    SELECT *, sum(amount) OVER cell AS stock, lead(step) OVER cell AS until
    FROM by_step WINDOW cell AS (PARTITION BY {_CELL} ORDER BY step)
)
SELECT {_CELL}, step, (held + (stock - amount) * (high - low))::DOUBLE / 86400 AS amount_days
FROM runs JOIN steps USING (step) WHERE held + (stock - amount) * (high - low) <> 0
UNION ALL
SELECT {_CELL}, steps.step, (stock * (steps.high - steps.low))::DOUBLE / 86400 AS amount_days
FROM runs JOIN steps ON steps.step > runs.step AND steps.step < runs.until WHERE stock <> 0"""  # noqa: S608  (columns named above)
