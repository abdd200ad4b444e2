"""Entries of many measurables and weeks as arrays: one query, read as binary columns, whatever the number of cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
_HEAD = 19
"""Bytes before the rows of PostgreSQL's binary COPY: signature, flags, length of the extension."""
_FIELDS = (
    ("measurable", ">i8"), ("week", ">i4"), ("version", ">i4"), ("value", ">f8"), ("entered", ">f8"),
    ("reported", ">f8"), ("changed", "?"), ("copied", "?"), ("noted", "?"),
)  # fmt: skip
_ROW = np.dtype(
    [("fields", ">i2")] + [part for name, kind in _FIELDS for part in ((f"{name}_length", ">i4"), (name, kind))]
)
_QUERY = """COPY (
    SELECT measurable_id, ((%(newest)s::date - week) / 7)::int4, version::int4, coalesce(value::float8, 'NaN'),
        coalesce(extract(epoch FROM entered_at)::float8, 'NaN'), coalesce(reported_value::float8, 'NaN'),
        changed_after_close, copied, note <> ''
    FROM departments_entry
    WHERE measurable_id = ANY(%(measurables)s) AND week BETWEEN %(oldest)s AND %(newest)s
) TO STDOUT (FORMAT binary)"""


@dataclass(frozen=True, kw_only=True, eq=False)
class ScoreCells:
    """What is stored, (measurables, weeks), newest week first. NaN in `values` is no value, version 0 no entry."""

    weeks: tuple[date, ...]
    values: Floats
    entered: Floats
    """Epoch seconds; NaN where nobody knows."""
    reported: Floats
    versions: npt.NDArray[np.int32]
    changed: Flags
    copied: Flags
    noted: Flags

    def late(self, close_seconds: Floats) -> Flags:
        """There is a value, and it came when its week was closed."""
        return ~np.isnan(self.values) & (self.entered >= close_seconds)


def score_cells(*, measurables: Sequence[int], newest: date, count: int) -> ScoreCells:
    """The cells of `measurables` (rows, in their order) for `count` weeks back from the Monday `newest`."""
    weeks = tuple(newest - timedelta(days=7 * back) for back in range(count))
    shape = (len(measurables), count)
    nothing = np.full(shape, np.nan)
    cells = ScoreCells(
        weeks=weeks,
        values=nothing,
        entered=nothing.copy(),
        reported=nothing.copy(),
        versions=np.zeros(shape, dtype=np.int32),
        changed=np.zeros(shape, dtype=bool),
        copied=np.zeros(shape, dtype=bool),
        noted=np.zeros(shape, dtype=bool),
    )
    if not measurables:
        return cells
    stored = _stored(list(measurables), newest, weeks[-1])
    ids = np.array(measurables, dtype=np.int64)
    order = np.argsort(ids)
    at = order[np.searchsorted(ids, stored["measurable"], sorter=order)], stored["week"]
    for name, column in (
        ("values", "value"), ("entered", "entered"), ("reported", "reported"), ("versions", "version"),
        ("changed", "changed"), ("copied", "copied"), ("noted", "noted"),
    ):  # fmt: skip
        getattr(cells, name)[at] = stored[column]
    return cells


def _stored(measurables: list[int], newest: date, oldest: date) -> npt.NDArray[np.void]:
    with connection.cursor() as cursor:
        raw: Any = cursor.cursor
        asked = {"measurables": measurables, "newest": newest, "oldest": oldest}
        with raw.copy(_QUERY, asked) as copy:
            data = b"".join(bytes(block) for block in copy)
    return np.frombuffer(data, dtype=_ROW, offset=_HEAD, count=(len(data) - _HEAD) // _ROW.itemsize)
