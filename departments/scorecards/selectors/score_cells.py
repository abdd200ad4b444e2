"""Entries of many measurables and weeks as arrays: one query that answers with one string of packed records.

A row a cell would cost more than everything else: 52,000 of them take 50 ms to come through the driver.
"""

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
# Network byte order, as PostgreSQL's send functions write.
_ROW = np.dtype([("place", ">i8"), ("value", ">f8"), ("entered", ">i8")])
_BACK, _FLAGS, _VERSIONS = 1024, 8, 2**20
"""A place is ((measurable * _BACK + weeks back) * _FLAGS + flags) * _VERSIONS + version: whole numbers cost less to add
than to send apart. Nobody changes one cell a million times."""
_CHANGED, _COPIED, _NOTED = 1, 2, 4
_EPOCH = 946_684_800
"""Seconds from 1970 to 2000, where PostgreSQL counts from (in microseconds)."""
# How PostgreSQL sends -infinity.
_NEVER = np.iinfo(np.int64).min
_QUERY = """SELECT string_agg(
    int8send(((measurable_id * %(back)s + (%(newest)s::date - week) / 7) * %(flags)s
              + %(changed)s * changed_after_close::int4
              + %(copied)s * copied::int4 + %(noted)s * (note <> '')::int4) * %(versions)s + version)
        || float8send(coalesce(value::float8, 'NaN'))
        || timestamptz_send(coalesce(entered_at, '-infinity')), ''::bytea)
    FROM departments_entry
    WHERE measurable_id = ANY(%(measurables)s) AND week BETWEEN %(oldest)s AND %(newest)s"""


@dataclass(frozen=True, kw_only=True, eq=False)
class ScoreCells:
    """What is stored, (measurables, weeks), newest week first. NaN in `values` is no value, version 0 no entry."""

    weeks: tuple[date, ...]
    values: Floats
    entered: Floats
    """Epoch seconds; NaN where nobody knows."""
    versions: npt.NDArray[np.int32]
    changed: Flags
    copied: Flags
    noted: Flags

    def late(self, close_seconds: Floats) -> Flags:
        """There is a value, and it came when its week was closed."""
        return ~np.isnan(self.values) & (self.entered >= close_seconds)


def score_cells(*, measurables: Sequence[int], newest: date, count: int) -> ScoreCells:
    """The cells of `measurables` (rows, in their order) for `count` weeks, at most `_BACK`, back from the Monday
    `newest`."""
    weeks = tuple(newest - timedelta(days=7 * back) for back in range(count))
    shape = (len(measurables), count)
    nothing = np.full(shape, np.nan)
    cells = ScoreCells(
        weeks=weeks,
        values=nothing,
        entered=nothing.copy(),
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
    place, version = np.divmod(stored["place"].astype(np.int64), _VERSIONS)
    row, rest = np.divmod(place, _BACK * _FLAGS)
    back, flags = np.divmod(rest, _FLAGS)
    at = order[np.searchsorted(ids, row, sorter=order)], back
    never = stored["entered"] == _NEVER
    cells.entered[at] = np.where(never, np.nan, stored["entered"] / 1e6 + _EPOCH)
    cells.values[at], cells.versions[at] = stored["value"], version
    for marked, bit in ((cells.changed, _CHANGED), (cells.copied, _COPIED), (cells.noted, _NOTED)):
        marked[at] = (flags & bit) > 0
    return cells


def _stored(measurables: list[int], newest: date, oldest: date) -> npt.NDArray[np.void]:
    with connection.cursor() as cursor:
        parameters: dict[str, Any] = {"measurables": measurables, "newest": newest, "oldest": oldest}
        packing = {
            "back": _BACK,
            "flags": _FLAGS,
            "versions": _VERSIONS,
            "changed": _CHANGED,
            "copied": _COPIED,
            "noted": _NOTED,
        }
        cursor.execute(_QUERY, parameters | packing)
        (data,) = cursor.fetchone()
    return np.frombuffer(data or b"", dtype=_ROW)
