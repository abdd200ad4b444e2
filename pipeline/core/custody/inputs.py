"""What custody is computed from, as arrays: opportunities numbered 0.., stages numbered 0.., instants in seconds."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipeline.core.columns import NONE, Flags, Ints, Positions, SmallInts, flags, has_value, integers

LOST = -1
MICROSECONDS = 1_000_000
LATER_OWNERS = pa.list_(pa.struct([("since", pa.int64()), ("owner", pa.int32())]))
"""Who owns a stage from which instant on, after its first owner."""


@dataclass(frozen=True, kw_only=True)
class CustodyInput:
    """The truth custody is computed from, as known at `as_of`.

    opportunities: opportunity int64, pipeline int32, segment string, source int32?, source_department int32?,
        bucket int16 (further columns are ignored).
    events: opportunity int64, at_us int64 (epoch microseconds), sequence int32 (breaks ties), stage int32?
        (null = lost or withdrawn), amount int64? (minor units; null, or 0 on a row without stage, = unchanged), cause
        int32? (department that owns the loss reason), writer int32? (department of who recorded it), withdrawn bool?
        (left the pipeline without being lost; not in a stage). The last two columns may be absent.
    handoffs: opportunity int64, handoff int64, department int32, requested_us int64, completed_us int64?.
    stages: stage int32, pipeline int32, position int32, owner int32 (department, from the beginning), earns bool,
        limit_seconds int64?, later_owners `LATER_OWNERS`? (since, epoch seconds, up to as_of, and department; rising;
        the column may be absent).
    as_of: epoch seconds; what happened later is ignored, hand-offs completed later are open.
    weeks: week date32, starts int64, see `weeks.week_table`.
    """

    opportunities: pa.Table
    events: pa.Table
    handoffs: pa.Table
    stages: pa.Table
    as_of: int
    weeks: pa.Table


@dataclass(frozen=True, kw_only=True)
class Tenures:
    """The owners a stage had: owners[0] from the beginning, owners[n] from since[n - 1] on."""

    stage: int  # row of the stage
    since: Ints
    owners: SmallInts


@dataclass(frozen=True, kw_only=True)
class StageRules:
    """Stages as arrays, row = the stage's number inside the core."""

    stage: SmallInts
    pipeline: SmallInts
    position: SmallInts
    owner: SmallInts  # from the beginning
    earns: Flags
    finishes: Flags  # entering it takes the deal off the books
    after_earning: Flags  # earns, or comes after a stage that earns
    row_of: Positions
    first_of_pipeline: dict[int, int]  # pipeline -> row of its first stage
    tenures: tuple[Tenures, ...]  # of the stages that had more than one owner


def stage_rules(stages: pa.Table) -> StageRules:
    """Work out per pipeline its first stage, what comes after earning, and the stage that finishes a deal."""
    pipeline = integers(stages, "pipeline", dtype=np.int32)
    position = integers(stages, "position", dtype=np.int32)
    earns = flags(stages, "earns")
    after, finishes = np.zeros(len(earns), dtype=bool), np.zeros(len(earns), dtype=bool)
    first: dict[int, int] = {}
    for key in np.unique(pipeline):
        rows = np.flatnonzero(pipeline == key)
        rows = rows[np.argsort(position[rows], kind="stable")]
        first[int(key)] = int(rows[0])
        after[rows] = np.maximum.accumulate(earns[rows])
        finishes[rows[-1]] = after[rows[-1]]
    stage = integers(stages, "stage", dtype=np.int32)
    owner = integers(stages, "owner", dtype=np.int32)
    return StageRules(
        stage=stage,
        pipeline=pipeline,
        position=position,
        owner=owner,
        earns=earns,
        finishes=finishes,
        after_earning=after,
        row_of=Positions(stage),
        first_of_pipeline=first,
        tenures=_tenures(stages, owner),
    )


def _tenures(stages: pa.Table, first: SmallInts) -> tuple[Tenures, ...]:
    if "later_owners" not in stages.column_names:
        return ()
    return tuple(
        Tenures(
            stage=row,
            since=np.array([owner["since"] for owner in later], dtype=np.int64),
            owners=np.array([first[row], *(owner["owner"] for owner in later)], dtype=np.int32),
        )
        for row, later in enumerate(stages["later_owners"].to_pylist())
        if later
    )


@dataclass(frozen=True, kw_only=True)
class Events:
    """Events in order of (opportunity row, occurred at, sequence); instants in epoch seconds."""

    opportunity: Ints
    at: Ints
    stage: Ints  # row of the stage, LOST = lost or withdrawn
    amount: Ints
    has_amount: Flags
    cause: SmallInts
    writer: SmallInts
    withdrawn: Flags

    def only(self, rows: np.ndarray | slice) -> "Events":
        """The events of these rows, in the same order."""
        return Events(**{name: values[rows] for name, values in vars(self).items()})


@dataclass(frozen=True, kw_only=True)
class Requests:
    """Hand-offs in order of (opportunity row, requested, id); `completed` is `as_of + 1` while open."""

    opportunity: Ints
    requested: Ints
    completed: Ints
    department: SmallInts

    def only(self, rows: np.ndarray | slice) -> "Requests":
        """The hand-offs of these rows, in the same order."""
        return Requests(**{name: values[rows] for name, values in vars(self).items()})


def events_of(data: CustodyInput, rules: StageRules, rows: Positions) -> Events:
    """Events up to the horizon, sorted; raises ValueError for an unknown opportunity or stage."""
    at_us = integers(data.events, "at_us")
    sequence = integers(data.events, "sequence")
    opportunity = rows.of(integers(data.events, "opportunity"))
    stage_id, is_stage = integers(data.events, "stage"), has_value(data.events, "stage")
    stage = np.where(is_stage, rules.row_of.of(stage_id), LOST)
    if (opportunity < 0).any():
        raise ValueError("an event names an unknown opportunity")
    if (is_stage & (stage < 0)).any():
        raise ValueError("an event names an unknown stage")
    events = Events(
        opportunity=opportunity,
        at=at_us // MICROSECONDS,
        stage=stage,
        amount=integers(data.events, "amount", null=0),
        has_amount=has_value(data.events, "amount"),
        cause=integers(data.events, "cause", dtype=np.int32),
        writer=_writers(data.events),
        withdrawn=withdrawn_of(data.events),
    )
    # Sorted by microseconds although only seconds are kept: two events of one second keep their order.
    order = order_of(opportunity, at_us, sequence)
    if order is not None:
        events = events.only(order)
    if len(events.at) and int(events.at.max()) > data.as_of:
        events = events.only(events.at <= data.as_of)
    return events


def _writers(events: pa.Table) -> SmallInts:
    if "writer" not in events.column_names:
        return np.full(len(events), NONE, dtype=np.int32)
    return np.asarray(integers(events, "writer", dtype=np.int32))


def withdrawn_of(events: pa.Table) -> Flags:
    """Which events say that the deal was withdrawn: none, where the table has no such column."""
    if "withdrawn" not in events.column_names:
        return np.zeros(len(events), dtype=bool)
    return flags(events, "withdrawn") & ~has_value(events, "stage")


def requests_of(data: CustodyInput, rows: Positions) -> Requests:
    """Hand-offs requested up to the horizon, sorted; those of opportunities not in the input are dropped."""
    requested_us = integers(data.handoffs, "requested_us")
    opportunity = rows.of(integers(data.handoffs, "opportunity"))
    open_until = data.as_of + 1
    completed = integers(data.handoffs, "completed_us", null=open_until * MICROSECONDS) // MICROSECONDS
    requests = Requests(
        opportunity=opportunity,
        requested=requested_us // MICROSECONDS,
        completed=np.where(completed > data.as_of, open_until, completed),
        department=integers(data.handoffs, "department", dtype=np.int32),
    )
    order = order_of(opportunity, requested_us, integers(data.handoffs, "handoff"))
    if order is not None:
        requests = requests.only(order)
    keep = (requests.opportunity >= 0) & (requests.requested <= data.as_of)
    return requests if keep.all() else requests.only(keep)


def order_of(group: np.ndarray, instant: np.ndarray, tie: np.ndarray) -> np.ndarray | None:
    """Row order by (group, instant, tie), or None where the rows already have it."""
    if not len(group):
        return None
    step, late = np.diff(group), np.diff(instant)
    # Rows mostly come in order from the database, and looking is much less than sorting millions of them.
    in_order = (step > 0) | ((step == 0) & ((late > 0) | ((late == 0) & (np.diff(tie) >= 0))))
    return None if in_order.all() else np.lexsort((tie, instant, group))
