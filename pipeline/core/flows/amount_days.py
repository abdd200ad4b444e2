"""Amount-days of holds between many edges: what stands for years is not one row a step.

What is held changes at the ends of a hold and of its age bins only. So amounts come and go at these instants and are
summed up from step to step (a difference array). Everything stays in whole numbers up to the last division, so that
sums come out the same in whatever order rows are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.core.columns import Ints, Numbers, integers
from pipeline.core.weeks import AGE_BIN_STARTS, DAY, Weeks

BINS = len(AGE_BIN_STARTS)
_FOREVER = 2**62
_MOST_CELLS = 2**23
"""Sums worked on at once: a company with many groups is taken in parts, or it would not fit into memory."""
_CELL = ("group", "origin", "bucket", "pipeline", "stage", "department", "turn")
HOLDS = f"SELECT {', '.join(f'"{name}"' for name in _CELL)}, hold_from, from_at, to_at, amount FROM span_holds"  # noqa: S608  (columns named above)
"""The holds that `amount_days` reads, as a query of `SpanQuery`."""


def amount_days(holds: pa.Table, edges: Sequence[int], as_of: int) -> pa.Table:
    """Columns of `PeriodFlows.held`, by cell, age bin and step, without empty rows.

    holds: rows of `HOLDS`, their `to_at` null where somebody still holds the deal. edges: rising epoch seconds, step n
    lies between edges n and n + 1. as_of: the last instant that is known.
    """
    cells, cell = _numbered(holds)
    pieces = _Pieces(holds, edges, as_of)
    together = max(_MOST_CELLS // (BINS * pieces.steps), 1)
    parts = []
    for first in range(0, max(cells.num_rows, 1), together):
        count = min(together, cells.num_rows - first)
        rows = np.flatnonzero((cell >= first) & (cell < first + count))
        place, step, days = pieces.summed(rows, cell[rows] - first, count)
        parts.append(
            cells.take(pa.array(first + place // BINS))
            .append_column("age_bin", pa.array((place % BINS).astype(np.int32)))
            .append_column("step", pa.array(step.astype(np.int32)))
            .append_column("amount_days", pa.array(days))
        )
    return pa.concat_tables(parts)


def _numbered(holds: pa.Table) -> tuple[pa.Table, Ints]:
    """The different cells in order, and which of them each hold is in."""
    # All columns as one whole number with a place for each (mixed radix); taken apart again below.
    code, sizes, values = np.zeros(holds.num_rows, dtype=np.int64), [], []
    for name in _CELL:
        different, which = _ranked(holds[name])
        code = code * max(len(different), 1) + which
        sizes.append(max(len(different), 1))
        values.append(different)
    codes, cell = _ranked(pa.chunked_array([pa.array(code)]))
    rest, columns = codes.to_numpy(zero_copy_only=False), {}
    for name, size, different in zip(reversed(_CELL), reversed(sizes), reversed(values), strict=True):
        columns[name] = different.take(pa.array(rest % size))
        rest = rest // size
    return pa.table({name: columns[name] for name in _CELL}), cell


def _ranked(column: pa.ChunkedArray) -> tuple[pa.Array, Ints]:
    """The different values in order, nothing last, and the place of each row's among them."""
    encoded = pc.dictionary_encode(column.combine_chunks(), null_encoding="encode")
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    order = pc.array_sort_indices(encoded.dictionary)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order.to_numpy()] = np.arange(len(order))
    return encoded.dictionary.take(order), rank[encoded.indices.to_numpy(zero_copy_only=False)]


class _Pieces:
    """Holds cut at the edges of their age bins, as what comes and goes in each step."""

    def __init__(self, holds: pa.Table, edges: Sequence[int], as_of: int) -> None:
        self.steps = len(edges) - 1
        self._ends = np.minimum(np.array(edges[1:], dtype=np.int64), as_of + 1)
        self._lengths = np.maximum(self._ends - np.array(edges[:-1], dtype=np.int64), 0)
        starts = [*edges, edges[-1] + Weeks.STEP]  # so that the last edge itself is found
        self._lookup = Weeks(pa.table({"starts": starts, "week": range(len(starts))}))
        self._born, self._amount = integers(holds, "hold_from"), integers(holds, "amount")
        self._since = np.maximum(integers(holds, "from_at"), edges[0])
        self._until = np.minimum(integers(holds, "to_at", null=min(edges[-1], as_of)), self._ends[-1])
        # Amount times seconds in so many parts that no sum of a part leaves its 64 bits.
        self._bits = max(62 - int(np.abs(self._amount).sum()).bit_length(), 1)
        self._parts = -(-int(self._lengths.max()).bit_length() // self._bits)

    def summed(self, rows: Ints, cell: Ints, cells: int) -> tuple[Ints, Ints, Numbers]:
        """Of some holds by cell: where something was held, as cell * BINS + age bin and step, and amount-days there."""
        steps = self.steps
        stock = np.zeros(cells * BINS * steps, dtype=np.int64)
        parts = [np.zeros_like(stock) for _ in range(self._parts)]
        for place, instant, amount in self._changes(rows, cell):
            step = np.minimum(self._lookup.of(instant).astype(np.int64), steps - 1)
            at, left = place * steps + step, self._ends[step] - instant
            # Not `stock[at] += amount`, which would count a place that comes up twice once.
            np.add.at(stock, at, amount)
            for number, part in enumerate(parts):
                np.add.at(part, at, amount * ((left >> (number * self._bits)) & (2**self._bits - 1)))
        by_step = stock.reshape(-1, steps)
        before = (np.cumsum(by_step, axis=1) - by_step).reshape(-1)
        there = np.flatnonzero(np.any([before, *parts], axis=0))
        step = there % steps
        # float64 would round the whole numbers before they are divided.
        held = before[there].astype(np.longdouble) * self._lengths[step]
        for number, part in enumerate(parts):
            held += part[there].astype(np.longdouble) * 2.0 ** (number * self._bits)
        some = held != 0
        return there[some] // steps, step[some], held[some].astype(np.float64) / DAY

    def _changes(self, rows: Ints, cell: Ints) -> Iterator[tuple[Ints, Ints, Ints]]:
        """cell * BINS + age bin, instant, and amount that comes there (below zero: goes), one age bin after another."""
        for number, low in enumerate(AGE_BIN_STARTS.tolist()):
            reached = self._until[rows] - self._born[rows] > low
            rows, cell = rows[reached], cell[reached]
            high = int(AGE_BIN_STARTS[number + 1]) if number + 1 < BINS else _FOREVER
            since = np.maximum(self._since[rows], self._born[rows] + low)
            until = np.minimum(self._until[rows], self._born[rows] + high)
            some = since < until
            place, amount = cell[some] * BINS + number, self._amount[rows[some]]
            yield place, since[some], amount
            yield place, until[some], -amount
