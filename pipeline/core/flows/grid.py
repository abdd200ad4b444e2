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
from pipeline.core.flows.period_flows import PeriodFlows, SpanQuery
from pipeline.core.leaks.period import Period


@dataclass(frozen=True, kw_only=True)
class Span:
    """Edges of a span's steps, and the instants at which its stock is taken, in epoch seconds."""

    steps: tuple[int, ...]
    openings: tuple[int, ...]


def edges_of(spans: Iterable[Span]) -> tuple[list[int], list[int]]:
    """All edges and all instants of some spans, each once and in order: what a grid of them is cut at."""
    every = list(spans)
    edges = {edge for span in every for edge in span.steps}
    return sorted(edges), sorted({instant for span in every for instant in span.openings})


class FlowGrid:
    """Flows between the edges of some spans; `of` gives those of one of them as `period_flows` would, in bucket 0.

    edges, instants: see `edges_of`. flows: between these edges, rows in order of their step or instant, `fresh` the
    step of entry (see `read_grid`).
    """

    def __init__(self, *, edges: Sequence[int], instants: Sequence[int], flows: PeriodFlows) -> None:
        self._edges, self._instants = list(edges), list(instants)
        self._tables = {field.name: getattr(flows, field.name) for field in fields(flows)}

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


def read_grid(
    connection: duckdb.DuckDBPyConnection,
    spans: Iterable[Span],
    *,
    as_of: int,
    group: str = "segment",
    ungrouped: Sequence[int] = (),
    unsourced: Sequence[int] | None = None,
) -> FlowGrid:
    """Read the deals once for some spans; arguments as of `period_flows`."""
    edges, instants = edges_of(spans)
    flows = grid_flows(connection, edges, instants, as_of=as_of, group=group, ungrouped=ungrouped, unsourced=unsourced)
    return FlowGrid(edges=edges, instants=instants, flows=flows)


def grid_flows(
    connection: duckdb.DuckDBPyConnection,
    edges: Sequence[int],
    instants: Sequence[int],
    *,
    as_of: int,
    group: str,
    ungrouped: Sequence[int],
    unsourced: Sequence[int] | None,
) -> PeriodFlows:
    """The tables of a `FlowGrid`."""
    period = Period(connection=connection, start=edges[0], end=edges[-1], as_of=as_of)
    with SpanQuery(period, edges, instants, group=group, ungrouped=ungrouped, unsourced=unsourced, bucket="0") as query:
        flows = query.flows(fresh=STEP_OF_ENTRY)
    return PeriodFlows(
        **{
            field.name: getattr(flows, field.name).sort_by("instant" if field.name == "opening" else "step")
            for field in fields(flows)
        }
    )


def _renumbered(table: pa.Table, column: str, first: int, numbers: np.ndarray) -> pa.Table:
    """The rows of a sorted table from number `first` on, as many numbers as there are new ones for."""
    old = table[column].to_numpy()
    low, high = np.searchsorted(old, [first, first + numbers.size])
    return _with(table.slice(low, high - low), column, numbers[old[low:high] - first])


def _with(table: pa.Table, column: str, values: np.ndarray) -> pa.Table:
    return table.set_column(table.column_names.index(column), column, pa.array(values))
