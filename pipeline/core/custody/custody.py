"""Custody: who holds every deal at every instant, from events and hand-offs; the rule itself stands in holds.py.

Opportunities do not influence each other: any partition can be computed apart and the tables concatenated.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from pipeline.core.columns import NONE, Ints, Positions, SmallInts, integers, named, nullable
from pipeline.core.custody.holds import ENDED, PIECE, Holds, Pieces, ended, holds_of, pieces_of
from pipeline.core.custody.inputs import CustodyInput, StageRules, events_of, requests_of, stage_rules
from pipeline.core.custody.moves import moves_table, stage_ids
from pipeline.core.custody.visits import HOW, Visits, visits_of

__all__ = ["Custody", "CustodyInput", "custody_compute", "partitions"]


SMALL_PART, LARGE_PART = 25_000, 50_000
"""Opportunities a thread is worth starting for, and the most one pass works on: its arrays fit the caches better."""


@dataclass(frozen=True, kw_only=True)
class Custody:
    """The three tables of custody; instants in epoch seconds UTC, amounts in minor units of one currency.

    All are in order of (opportunity, time). Text columns are dictionary arrays.

    visits: opportunity, pipeline, stage, visit, entered_at, left_at? (null = still there), how (advanced, returned,
        won, lost, withdrawn, pipeline_out, finished, open), to_stage?, amount_in, amount_out (current amount if open),
        first_entry.
    holds: one row per piece of constant amount: opportunity, pipeline, stage, visit, hold, department, hold_from (age
        counts from here), from_at, to_at? (null = open), amount (during the piece), amount_out (at its end, after
        what was revalued at that instant), ended (handed_on, lost, withdrawn, pipeline_out, finished, open on the last
        piece of a hold, else piece; piece, too, where the next hold begins because the stage got another owner),
        to_stage? (of handed_on and pipeline_out), to_department?.
    moves: opportunity, pipeline, at, kind (entered, reopened, advanced, returned, won, lost, finished, revalued,
        withdrawn, pipeline_out, pipeline_in), from_stage?, to_stage?, department?, amount, writer?, assumed.
        `department` is the source's for entered, the cause's for lost (the holder, assumed, where no cause is known),
        null for reopened, withdrawn and what goes to another pipeline or comes from one, else who held the deal until
        then. `writer`: the department of who recorded the amount that entered or was changed.
        `from_stage` of reopened is the last stage for a finished deal, null for a lost or withdrawn one.

    The pipeline of a row is its stage's. A deal that goes from one pipeline to another leaves the one by pipeline_out
    and comes into the other by pipeline_in, at one instant and amount; `from_stage` and `to_stage` of both are the
    stages on either side. What had finished is first reopened where it had, for no time. What was lost or withdrawn
    is off the books of its pipeline, and is reopened in the other.
    """

    visits: pa.Table
    holds: pa.Table
    moves: pa.Table


def custody_compute(data: CustodyInput, *, threads: int = 0) -> Custody:
    """Compute custody up to `data.as_of`; `threads` 0 takes one per processor.

    Raises ValueError for events of unknown opportunities or stages, or a pipeline without stages.
    """
    workers = threads or os.cpu_count() or 1
    count = len(data.opportunities)
    parts = partitions(data, max(min(workers, count // SMALL_PART), -(-count // LARGE_PART), 1))
    if len(parts) == 1:
        return _custody_part(parts[0])
    with ThreadPoolExecutor(workers) as pool:
        results = list(pool.map(_custody_part, parts))
    return Custody(**{name: pa.concat_tables([getattr(p, name) for p in results]) for name in vars(results[0])})


def partitions(data: CustodyInput, count: int) -> list[CustodyInput]:
    """Cut the input into `count` ranges of opportunity ids, to be computed one after the other in less memory."""
    ids = np.sort(integers(data.opportunities, "opportunity"))
    size = max(1, -(-len(ids) // max(count, 1)))
    far = np.iinfo(np.int64)  # what belongs to no opportunity stays in, to be complained about
    edges = [far.min, *ids[size::size].tolist(), far.max]
    return [
        CustodyInput(
            opportunities=_rows_between(data.opportunities, low, high),
            events=_rows_between(data.events, low, high),
            handoffs=_rows_between(data.handoffs, low, high),
            stages=data.stages,
            as_of=data.as_of,
            weeks=data.weeks,
        )
        for low, high in pairwise(edges)
    ]


def _rows_between(table: pa.Table, low: int, high: int) -> pa.Table:
    key = integers(table, "opportunity")
    if (np.diff(key) >= 0).all():
        first, end = np.searchsorted(key, [low, high])
        return table.slice(first, end - first)
    return table.filter(pa.array((key >= low) & (key < high)))


@dataclass(frozen=True, kw_only=True)
class _Opportunities:
    key: Ints
    source_department: SmallInts
    first_stage: Ints

    @classmethod
    def of(cls, table: pa.Table, rules: StageRules) -> "_Opportunities":
        pipelines, inverse = np.unique(integers(table, "pipeline", dtype=np.int32), return_inverse=True)
        unknown = [int(p) for p in pipelines if int(p) not in rules.first_of_pipeline]
        if unknown:
            raise ValueError(f"pipelines without stages: {unknown}")
        first = np.array([rules.first_of_pipeline[int(p)] for p in pipelines], dtype=np.int64)
        return cls(
            key=integers(table, "opportunity"),
            source_department=integers(table, "source_department", dtype=np.int32),
            first_stage=first[inverse],
        )


def _custody_part(data: CustodyInput) -> Custody:
    rules = stage_rules(data.stages)
    rows = Positions(integers(data.opportunities, "opportunity"))
    opportunities = _Opportunities.of(data.opportunities, rules)
    events, requests = events_of(data, rules, rows), requests_of(data, rows)
    # What is still open ends a second after the last known one, so that it has a length even if it began just now.
    open_until = data.as_of + 1
    visits, revaluations = visits_of(events, rules, opportunities.first_stage, open_until)
    holds = holds_of(visits, requests, rules)
    pieces, booked = pieces_of(visits, holds, revaluations)
    return Custody(
        visits=_visits_table(visits, opportunities.key, rules, open_until),
        holds=_holds_table(visits, holds, pieces, opportunities.key, rules, open_until),
        moves=moves_table(
            visits, holds, revaluations, booked, opportunities.key, opportunities.source_department, rules
        ),
    )


def _visits_table(visits: Visits, key: Ints, rules: StageRules, open_until: int) -> pa.Table:
    return pa.table(
        {
            "opportunity": key[visits.opportunity],
            "pipeline": rules.pipeline[visits.stage],
            "stage": rules.stage[visits.stage],
            "visit": visits.visit,
            "entered_at": visits.entered,
            "left_at": nullable(visits.left, null=open_until),
            "how": named(visits.how, HOW),
            "to_stage": stage_ids(visits.to_stage, rules),
            "amount_in": visits.amount_in,
            "amount_out": visits.amount_out,
            "first_entry": visits.first_entry,
        }
    )


def _holds_table(
    visits: Visits, holds: Holds, pieces: Pieces, key: Ints, rules: StageRules, open_until: int
) -> pa.Table:
    hold, last = pieces.hold, pieces.last
    visit = holds.visit[hold]
    stage = visits.stage[visit]
    fate, to_stage, to_department = ended(visits, holds)
    first_hold = np.flatnonzero(holds.first)
    return pa.table(
        {
            "opportunity": key[visits.opportunity[visit]],
            "pipeline": rules.pipeline[stage],
            "stage": rules.stage[stage],
            "visit": visits.visit[visit],
            "hold": (hold - first_hold[visit]).astype(np.int32),
            "department": holds.department[hold],
            "hold_from": holds.start[hold],
            "from_at": pieces.start,
            "to_at": nullable(pieces.end, null=open_until),
            "amount": pieces.amount,
            "amount_out": pieces.amount_out,
            "ended": named(np.where(last, fate[hold], PIECE), ENDED),
            "to_stage": stage_ids(np.where(last, to_stage[hold], NONE), rules),
            "to_department": nullable(np.where(last, to_department[hold], NONE).astype(np.int32)),
        }
    )
