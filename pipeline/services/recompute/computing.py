"""Custody and flows of everything, or of what changed; both end in the same Result."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.core.custody.custody import Custody, CustodyInput, custody_compute
from pipeline.core.flows.flows import flows_compute, flows_difference, flows_sum
from pipeline.custody_store import PART_SIZE, Part, run_parts
from pipeline.models import RecomputeRun
from pipeline.services.recompute.parts import Stored, parts_rewrite, parts_write, stored_read, tables_of
from pipeline.services.recompute.reading import (
    Extent,
    Selection,
    Structure,
    not_yet_known_read,
    truth_read,
    weeks_of,
)

if TYPE_CHECKING:
    from pipeline.services.recompute import Clock

_PARTS_AT_ONCE = 4
"""Parts read and computed together: about 130,000 opportunities, so that memory stays bounded."""
_RANGES_AT_ONCE = 2
"""Ranges of parts computed side by side; NumPy and Arrow let threads run in their long loops."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a run made: flows (all of them, or the difference), parts, and what it counted."""

    flows: pa.Table
    must_balance: list[pa.Table]
    parts: list[Part]
    opportunities: int
    visits: int
    touched: int
    not_yet_known: list[int]


@dataclass(frozen=True, kw_only=True)
class _Range:
    """What a range of parts came to, and the seconds of work in it."""

    flows: pa.Table
    parts: list[Part]
    seconds: dict[str, float]


def compute_everything(arrow: Any, *, run: RecomputeRun, structure: Structure, extent: Extent, clock: Clock) -> Result:
    """Read all opportunities, a range at a time; the next range is read while others are computed."""
    stop = extent.last_opportunity // PART_SIZE + 1
    ranges = [range(first, min(first + _PARTS_AT_ONCE, stop)) for first in range(0, stop, _PARTS_AT_ONCE)]
    computed: list[_Range] = []
    with ThreadPoolExecutor(_RANGES_AT_ONCE) as workers:
        waiting: deque[Future[_Range]] = deque()
        for numbers, data, opportunities in _read_ahead(
            arrow, ranges, run=run, structure=structure, extent=extent, clock=clock
        ):
            # Each range keeps its tables in memory: no further one is read ahead than can be computed.
            if len(waiting) == _RANGES_AT_ONCE:
                computed.append(waiting.popleft().result())
                clock.step("custody and flows", len(computed) / len(ranges))
            waiting.append(workers.submit(_range_compute, run, numbers, data, opportunities))
        computed += [computed_range.result() for computed_range in waiting]
    for computed_range in computed:
        for name, seconds in computed_range.seconds.items():
            clock.add(name, seconds)
    clock.step("writing", 0.95)
    parts = [part for computed_range in computed for part in computed_range.parts]
    total = _timed(clock, "flows", lambda: flows_sum([computed_range.flows for computed_range in computed]))
    everyone = Selection(start=0, stop=extent.last_opportunity + 1)
    return Result(
        flows=total,
        must_balance=[total],
        parts=parts,
        touched=_row_count(parts, "opportunities"),
        opportunities=_row_count(parts, "opportunities"),
        visits=_row_count(parts, "visits"),
        not_yet_known=not_yet_known_read(arrow, everyone, as_of=run.as_of),
    )


def _range_compute(run: RecomputeRun, numbers: range, data: CustodyInput, opportunities: pa.Table) -> _Range:
    """Custody and flows of a range of parts, its parts written."""
    marks = [time.perf_counter()]
    custody = custody_compute(data)
    marks.append(time.perf_counter())
    flows = _flows(custody, data)
    marks.append(time.perf_counter())
    # Sorted by id, because the borders of parts are searched for.
    parts = parts_write(numbers, run, tables_of(custody, data, opportunities.sort_by("opportunity")))
    marks.append(time.perf_counter())
    spent = (after - before for before, after in pairwise(marks))
    return _Range(flows=flows, parts=parts, seconds=dict(zip(("custody", "flows", "write"), spent, strict=True)))


def compute_changes(
    arrow: Any,
    *,
    run: RecomputeRun,
    previous: RecomputeRun,
    touched: list[int],
    structure: Structure,
    extent: Extent,
    clock: Clock,
) -> Result:
    """The difference that touched opportunities and the passing of time make to the previous run.

    Flows add up over opportunities, so new minus old of the touched ones is all that changes; and of the others
    only the open pieces, which grow from the previous `as_of` to this one.
    """
    selection = Selection(ids=touched)
    began = time.perf_counter()
    with ThreadPoolExecutor(max_workers=1) as reader:
        # The files of the previous run are read while the database is.
        coming = reader.submit(stored_read, run_parts(previous), touched)
        data, opportunities = truth_read(arrow, selection, structure=structure, extent=extent, as_of=run.as_of)
        before = coming.result()
    clock.add("read", time.perf_counter() - began)
    clock.step("custody and flows", 0.3)
    custody = _timed(clock, "custody", lambda: custody_compute(data))
    began = time.perf_counter()
    old_weeks = weeks_of(extent, structure, previous.as_of)
    old = flows_sum(
        [
            flows_compute(
                before.custody,
                before.opportunities,
                structure.stages,
                old_weeks,
                int(previous.as_of.timestamp()),
            ),
            _growing(before, structure, extent, previous.as_of),
        ]
    )
    new = flows_sum([_flows(custody, data), _growing(before, structure, extent, run.as_of)])
    difference = flows_difference(new, old)
    clock.add("flows", time.perf_counter() - began)
    clock.step("writing", 0.7)
    began = time.perf_counter()
    parts = parts_rewrite(run, before, touched, tables_of(custody, data, opportunities))
    clock.add("write", time.perf_counter() - began)
    return Result(
        flows=difference,
        must_balance=_two_balances(difference, old, horizon=old_weeks["week"][-1]),
        parts=parts,
        touched=len(touched),
        opportunities=_row_count(parts, "opportunities"),
        visits=_row_count(parts, "visits"),
        not_yet_known=not_yet_known_read(arrow, selection, as_of=run.as_of),
    )


def _two_balances(difference: pa.Table, old: pa.Table, *, horizon: pa.Scalar) -> list[pa.Table]:
    """What must balance so that old plus difference does, seen from `horizon`, the Monday after the old `as_of`.

    Before it both balance by themselves, so their difference does. From it on the old flows are only the stock
    they ended with, all of which is in `old`: with that stock the difference is the new flows themselves.
    """
    early = difference.filter(
        pc.or_(
            pc.less(difference["week"], horizon),
            pc.and_(pc.equal(difference["week"], horizon), pc.equal(difference["kind"], "opening")),
        )
    )
    late = difference.filter(pc.greater_equal(difference["week"], horizon))
    ended_with = old.filter(pc.equal(old["week"], horizon))
    return [early, flows_sum([late, ended_with])]


def _growing(before: Stored, structure: Structure, extent: Extent, as_of: datetime) -> pa.Table:
    return flows_compute(
        before.others_open,
        before.others,
        structure.stages,
        weeks_of(extent, structure, as_of),
        int(as_of.timestamp()),
    )


def _flows(custody: Custody, data: CustodyInput) -> pa.Table:
    return flows_compute(custody, data.opportunities, data.stages, data.weeks, data.as_of)


def _read_ahead(
    arrow: Any, ranges: list[range], *, run: RecomputeRun, structure: Structure, extent: Extent, clock: Clock
) -> Iterator[tuple[range, CustodyInput, pa.Table]]:
    def read(numbers: range) -> tuple[CustodyInput, pa.Table]:
        selection = Selection(start=numbers.start * PART_SIZE, stop=numbers.stop * PART_SIZE)
        return truth_read(arrow, selection, structure=structure, extent=extent, as_of=run.as_of)

    # One reader: all ranges come from the snapshot of one connection.
    with ThreadPoolExecutor(max_workers=1) as reader:
        coming: Future[tuple[CustodyInput, pa.Table]] = reader.submit(read, ranges[0])
        for place, numbers in enumerate(ranges):
            began = time.perf_counter()
            data, opportunities = coming.result()
            clock.add("read", time.perf_counter() - began)
            if place + 1 < len(ranges):
                coming = reader.submit(read, ranges[place + 1])
            yield numbers, data, opportunities


def _row_count(parts: list[Part], table: str) -> int:
    return sum(pq.read_metadata(part.path(table)).num_rows for part in parts)


def _timed[T](clock: Clock, name: str, work: Any) -> Any:
    began = time.perf_counter()
    result = work()
    clock.add(name, time.perf_counter() - began)
    return result
