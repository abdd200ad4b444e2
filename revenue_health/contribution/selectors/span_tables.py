"""The long tables of one span as columns of NumPy, for one pipeline, cut by group of deals and origin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.core.flows.period_flows import PeriodFlows
from revenue_health.contribution.core.long_tables import Column, LongFlows

type Part = tuple[str, int]
"""A group's name, and the department id of its deals' source (`NO_ORIGIN` where unknown)."""
NO_ORIGIN = -1
TABLES = ("held", "handed_on", "lost", "revalued", "entered", "taken_back", "opening", "entry_amounts")


class SpanTables:
    """One span's tables of one pipeline, as columns of NumPy, cut by group."""

    def __init__(self, flows: PeriodFlows, pipeline: int) -> None:
        self.tables: dict[str, dict[str, Column]] = {}
        self.places: dict[str, dict[Part, Column]] = {}
        for name in TABLES:
            table = getattr(flows, name)
            table = table.filter(pc.equal(table["pipeline"], pipeline))
            self.tables[name] = columns_of(table)
            self.places[name] = _places(table)

    def weights(self) -> dict[Part, float]:
        """Every part with the amount-days it was held, which may be none."""
        held = self.tables["held"]["amount_days"]
        there = dict.fromkeys((part for places in self.places.values() for part in places), 0.0)
        return there | {part: float(held[rows].sum()) for part, rows in self.places["held"].items()}

    def everything(self) -> LongFlows:
        """All rows of the pipeline."""
        return LongFlows(**self.tables)

    def group(self, parts: Sequence[Part]) -> LongFlows:
        """The rows of some parts together."""
        # concatenate needs at least one array, and whole numbers to be an index.
        none = np.zeros(0, dtype=np.int64)
        rows = {
            name: np.concatenate([none, *(places[part] for part in parts if part in places)])
            for name, places in self.places.items()
        }
        return LongFlows(
            **{
                name: {column: values[rows[name]] for column, values in table.items()}
                for name, table in self.tables.items()
            }
        )


def columns_of(table: pa.Table) -> dict[str, Column]:
    """Columns as NumPy arrays; an absent whole number is -1."""
    columns = {}
    for name in table.column_names:
        if name in ("group", "origin", "pipeline"):
            continue
        values = table[name]
        columns[name] = (pc.fill_null(values, -1) if values.null_count else values).to_numpy()
    return columns


def _places(table: pa.Table) -> dict[Part, Column]:
    """Row numbers of each (group, origin)."""
    encoded = table["group"].combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    names = encoded.dictionary.to_pylist()
    origins, origin = np.unique(pc.fill_null(table["origin"], NO_ORIGIN).to_numpy(), return_inverse=True)
    # Group and origin as one number: one sort instead of a search for each pair.
    codes = encoded.indices.to_numpy() * max(origins.size, 1) + origin
    order = np.argsort(codes, kind="stable")
    present = np.unique(codes)
    cuts = np.searchsorted(codes[order], present[1:])
    parts = [(names[code // origins.size], int(origins[code % origins.size])) for code in present.tolist()]
    return dict(zip(parts, np.split(order, cuts), strict=True)) if parts else {}
