"""Arrow columns as NumPy arrays and back: the only place where the core touches nulls and dictionaries."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

type Ints = NDArray[np.int64]
type SmallInts = NDArray[np.int32]
type Numbers = NDArray[Any]
type Flags = NDArray[np.bool_]

NONE = int(np.iinfo(np.int32).min)
"""Stands for "no department", "no stage" inside the core; leaves it as a null."""


def integers(table: pa.Table, name: str, *, null: int = NONE, dtype: type = np.int64) -> Numbers:
    """A whole-number column as an array; nulls become `null`."""
    column = table.column(name)
    column = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    if isinstance(column, pa.ChunkedArray):  # an empty column has no chunk to combine
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    if pa.types.is_null(column.type):
        return np.full(len(column), null, dtype=dtype)
    if column.null_count:
        column = pc.fill_null(column.cast(pa.from_numpy_dtype(dtype)), null)
    return column.to_numpy(zero_copy_only=False).astype(dtype, copy=False)


def has_value(table: pa.Table, name: str) -> Flags:
    """True where the column has a value."""
    column = table.column(name)
    if not column.null_count:
        return np.ones(len(column), dtype=bool)
    return pc.is_valid(column).to_numpy().astype(bool, copy=False)


def flags(table: pa.Table, name: str) -> Flags:
    """A boolean column as an array; null is False."""
    column = table.column(name)
    return pc.fill_null(column.cast(pa.bool_()), False).to_numpy().astype(bool, copy=False)


def nullable(values: Numbers, *, null: int = NONE) -> pa.Array:
    """An Arrow array of the same type, null where the value is `null`."""
    missing = values == null
    return pa.array(values, mask=missing) if missing.any() else pa.array(values)


def named(codes: Numbers, names: Sequence[str]) -> pa.Array:
    """Small codes as a dictionary array of their names (DuckDB, Parquet and pandas read it as text)."""
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int8, copy=False)), pa.array(list(names)))


def shifted(values: Numbers) -> Numbers:
    """Each row's predecessor; the first row gets itself (mask it with "first of its group")."""
    result = np.empty_like(values)
    result[1:] = values[:-1]
    result[:1] = values[:1]
    return result


def spread(counts: Numbers) -> tuple[Ints, Ints]:
    """Repeat row i `counts[i]` times: (row number, running number 0.. within the row)."""
    rows = np.repeat(np.arange(len(counts)), counts)
    starts = np.cumsum(counts) - counts
    return rows, np.arange(len(rows)) - np.repeat(starts, counts)


class Positions:
    """Finds the row number of a key in a column of unique whole numbers, by table where the range is dense."""

    def __init__(self, keys: Numbers) -> None:
        self.size = len(keys)
        self.order = np.argsort(keys, kind="stable") if (np.diff(keys) <= 0).any() else None
        self.sorted = keys if self.order is None else keys[self.order]
        if (np.diff(self.sorted) == 0).any():
            raise ValueError("a key occurs twice where it has to be unique")
        self.low = int(self.sorted[0]) if self.size else 0
        width = int(self.sorted[-1]) - self.low + 1 if self.size else 0
        self.table: Ints | None = None
        # Up to eight places a key a table is affordable, and each look-up is one index instead of a search.
        if width <= 8 * self.size + 1024:
            # The last place is never filled: whatever is out of range is sent there and comes back as -1.
            self.table = np.full(width + 1, -1, dtype=np.int64)
            self.table[self.sorted - self.low] = np.arange(self.size) if self.order is None else self.order

    def of(self, keys: Numbers) -> Numbers:
        """Row number of each key, -1 where it is unknown."""
        if not self.size:
            return np.full(len(keys), -1, dtype=np.int64)
        if self.table is not None:
            offset = keys.astype(np.int64, copy=False) - self.low
            if len(keys) and (offset.min() < 0 or offset.max() >= len(self.table)):
                offset = np.where((offset < 0) | (offset >= len(self.table)), len(self.table) - 1, offset)
            return self.table[offset]
        nearest = np.minimum(np.searchsorted(self.sorted, keys), self.size - 1)
        rows = nearest if self.order is None else self.order[nearest]
        return np.where(self.sorted[nearest] == keys, rows, -1)


def codes(table: pa.Table, name: str, names: Sequence[str]) -> NDArray[np.int8]:
    """A text column (plain or dictionary) as row numbers of `names`, -1 for anything else."""
    column = table.column(name)
    value_set = pa.array(list(names))
    parts = []
    for chunk in column.chunks:
        if pa.types.is_dictionary(chunk.type):
            # Each text is looked up once for the chunk's dictionary, not once a row.
            row_of = pc.fill_null(pc.index_in(chunk.dictionary, value_set), -1).to_numpy().astype(np.int8)
            indices = pc.fill_null(chunk.indices, 0).to_numpy()
            parts.append(row_of[indices] if len(row_of) else np.full(len(indices), -1, dtype=np.int8))
        else:
            parts.append(pc.fill_null(pc.index_in(chunk, value_set), -1).to_numpy().astype(np.int8))
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int8)
