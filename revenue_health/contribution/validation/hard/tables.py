"""The books of a simulated company as the tables that custody reads."""

from hashlib import md5

import numpy as np
import pyarrow as pa

from pipeline.core.custody.inputs import LATER_OWNERS, CustodyInput
from pipeline.core.weeks import week_table
from revenue_health.contribution.validation.hard.world.books import DAY, START, Books
from revenue_health.contribution.validation.hard.world.chance import Ints
from revenue_health.contribution.validation.hard.world.clocks import Floats
from revenue_health.contribution.validation.hard.world.company import (
    DEPARTMENTS,
    EARNS,
    OWNERS,
    PERIOD_DAYS,
    SOURCE_DEPARTMENT,
    SOURCES,
    STAGES,
)

PIPELINE = 1
_ID = {name: number + 1 for number, name in enumerate(DEPARTMENTS)}


def custody_input(books: Books, *, salt: str = "") -> CustodyInput:
    """The books as the tables of custody, ids from 1; `salt` deals them to other buckets."""
    count, as_of = len(books.key), START + PERIOD_DAYS * DAY
    events = books.events
    since = int(events.day.min() * DAY) + START if events.day.size else START
    return CustodyInput(
        opportunities=_opportunities(books, salt, count),
        events=pa.table(
            {
                "opportunity": pa.array(events.deal + 1, pa.int64()),
                "at_us": pa.array(microseconds(events.day), pa.int64()),
                "sequence": pa.array(np.arange(events.day.size), pa.int32()),
                "stage": _nullable(np.where(events.stage < 0, -1, events.stage + 1), pa.int32()),
                "amount": _nullable(events.amount, pa.int64()),
                "cause": _nullable(np.where(events.cause < 0, -1, events.cause + 1), pa.int32()),
                "writer": _nullable(np.where(events.actor < 0, -1, events.actor + 1), pa.int32()),
            }
        ),
        handoffs=pa.table(
            {
                "opportunity": pa.array(books.asked_deal + 1, pa.int64()),
                "handoff": pa.array(np.arange(books.asked_deal.size) + 1, pa.int64()),
                "department": pa.array(books.asked_department + 1, pa.int32()),
                "requested_us": pa.array(microseconds(books.requested), pa.int64()),
                "completed_us": _nullable(microseconds(books.completed), pa.int64()),
            }
        ),
        stages=stage_table(books),
        as_of=as_of,
        weeks=week_table(since, as_of, "UTC"),
    )


def _opportunities(books: Books, salt: str, count: int) -> pa.Table:
    departments = [SOURCE_DEPARTMENT[source] for source in SOURCES]
    ids = np.array([_ID[name] if name else -1 for name in departments])[books.source]
    # The source `unknown` is no source: nobody recorded where the deal came from.
    source = np.where(ids < 0, -1, books.source + 1)
    return pa.table(
        {
            "opportunity": pa.array(np.arange(count) + 1, pa.int64()),
            "pipeline": pa.array(np.full(count, PIPELINE), pa.int32()),
            "segment": pa.array([""] * count, pa.string()),
            "source": _nullable(source, pa.int32()),
            "source_department": _nullable(ids, pa.int32()),
            "bucket": pa.array([bucket_of(key + salt) for key in books.key], pa.int16()),
        }
    )


def bucket_of(key: str, buckets: int = 40) -> int:
    """The jackknife bucket of a key, as the database generates it."""
    return int(md5(key.encode(), usedforsecurity=False).hexdigest()[:7], 16) % buckets


def stage_table(books: Books) -> pa.Table:
    """Stages with their owners from the beginning, and those who came on a day."""
    count = len(STAGES)
    later = [
        [
            {"since": START + round(day * DAY), "owner": _ID[owner]}
            for at, owner, day in books.owner_since
            if at == stage
        ]
        for stage in range(count)
    ]
    return pa.table(
        {
            "stage": pa.array(range(1, count + 1), pa.int32()),
            "pipeline": pa.array([PIPELINE] * count, pa.int32()),
            "position": pa.array(range(count), pa.int32()),
            "owner": pa.array([_ID[owner] for owner in OWNERS], pa.int32()),
            "earns": pa.array([stage == EARNS for stage in STAGES], pa.bool_()),
            "limit_seconds": pa.array([None] * count, pa.int64()),
            "later_owners": pa.array(later, LATER_OWNERS),
        }
    )


def microseconds(day: Floats) -> Ints:
    """Days to epoch microseconds of whole seconds; -1 where a day is infinite."""
    # Infinity cannot be cast to a whole number, not even where the result is not used.
    ends = np.isfinite(day)
    return np.where(ends, (START + np.rint(np.where(ends, day, 0.0) * DAY).astype(np.int64)) * 1_000_000, -1)


def _nullable(values: Ints, kind: pa.DataType) -> pa.Array:
    return pa.array(values, kind, mask=values < 0)
