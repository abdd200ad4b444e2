"""Moves: one row per transfer of money into, between and out of stages, and per change of amount inside one."""

import numpy as np
import pyarrow as pa

from pipeline.core.columns import NONE, Ints, Numbers, SmallInts, named, nullable, shifted
from pipeline.core.custody.holds import Holds
from pipeline.core.custody.inputs import StageRules
from pipeline.core.custody.visits import (
    ADVANCED,
    ENTERED,
    FINISHED,
    LOST_HOW,
    MOVED,
    OPEN,
    PIPELINE_IN,
    PIPELINE_OUT,
    REOPENED_FINISHED,
    RETURNED,
    WITHDRAWN,
    WON,
    Revaluations,
    Visits,
)

KINDS = (
    "entered",
    "reopened",
    "advanced",
    "returned",
    "won",
    "lost",
    "finished",
    "revalued",
    "withdrawn",
    "pipeline_out",
    "pipeline_in",
)
ARRIVALS = ("entered", "reopened", "pipeline_in")
"""Kinds of what comes into a stage and out of none of the same pipeline."""
# Rows of KINDS by row of HOW.
_KIND_OF_HOW = np.zeros(max(OPEN, WITHDRAWN, PIPELINE_OUT) + 1, dtype=np.int8)
_KIND_OF_HOW[[ADVANCED, RETURNED, WON, LOST_HOW, FINISHED, WITHDRAWN, PIPELINE_OUT]] = [2, 3, 4, 5, 6, 8, 9]
_REVALUED, _CAME = 7, 10


def moves_table(
    visits: Visits,
    holds: Holds,
    revaluations: Revaluations,
    booked: Ints,
    key: Ints,
    source_department: SmallInts,
    rules: StageRules,
) -> pa.Table:
    """Moves in the order they happened per opportunity: into the visit, revaluations, out of it.

    `booked` is the hold each revaluation is booked on; `key` and `source_department` are per opportunity row.
    """
    place = _Places(visits, revaluations)
    enters, leaves = place.enters, place.leaves
    last_hold = np.append(np.flatnonzero(holds.first)[1:], len(holds.first)) - 1
    holder = holds.department[last_hold[: len(visits.how)][leaves]]
    cause = visits.cause[leaves]
    lost = visits.how[leaves] == LOST_HOW
    assumed = lost & (cause == NONE)
    holder[np.isin(visits.how[leaves], [WITHDRAWN, PIPELINE_OUT])] = NONE  # nobody is charged with it
    entered = visits.begun[enters] == ENTERED
    came = visits.begun[enters] == PIPELINE_IN
    from_stage_before = came | (visits.begun[enters] == REOPENED_FINISHED)
    before = shifted(visits.stage)[enters]
    source = source_department[visits.opportunity[enters]]
    visit = place.merge(enters, revaluations.visit, leaves)
    none_in, none_change = np.full(len(enters), NONE), np.full(len(booked), NONE)
    stage_change = visits.stage[revaluations.visit]
    to_stage = place.merge(visits.stage[enters], none_change, visits.to_stage[leaves])
    from_stage = place.merge(np.where(from_stage_before, before, NONE), stage_change, visits.stage[leaves])
    department = place.merge(
        np.where(entered, source, none_in), holds.department[booked], np.where(lost & ~assumed, cause, holder)
    )
    change = revaluations.after - revaluations.before
    kind = place.merge(
        np.select([entered, came], [0, _CAME], 1),
        np.full(len(booked), _REVALUED),
        _KIND_OF_HOW[visits.how[leaves]].astype(np.int64),
    )
    return pa.table(
        {
            "opportunity": key[visits.opportunity[visit]],
            "pipeline": rules.pipeline[visits.stage[visit]],
            "at": place.merge(visits.entered[enters], revaluations.at, visits.left[leaves]),
            "kind": named(kind, KINDS),
            "from_stage": stage_ids(from_stage, rules),
            "to_stage": stage_ids(to_stage, rules),
            "department": nullable(department.astype(np.int32)),
            "amount": place.merge(visits.amount_in[enters], change, visits.amount_out[leaves]),
            "writer": nullable(_writers(place, visits, revaluations).astype(np.int32)),
            "assumed": place.merge(np.zeros_like(enters), np.zeros_like(booked), assumed).astype(bool),
        }
    )


def _writers(place: "_Places", visits: Visits, revaluations: Revaluations) -> Ints:
    """Who wrote an amount: of what entered and what was revalued; nothing is written by leaving."""
    return place.merge(visits.writer[place.enters], revaluations.writer, np.full(len(place.leaves), NONE))


def stage_ids(rows: Ints, rules: StageRules) -> pa.Array:
    """Stage rows as ids, null where there is none."""
    return nullable(np.where(rows == NONE, NONE, rules.stage[np.maximum(rows, 0)]).astype(np.int32))


class _Places:
    """Where the rows of arrivals, revaluations and departures stand in the common order."""

    def __init__(self, visits: Visits, revaluations: Revaluations) -> None:
        arrives = visits.begun != MOVED
        departs = visits.how != OPEN
        count = len(visits.how)
        changes = np.bincount(revaluations.visit, minlength=count).astype(np.int64)
        # Each visit's rows in the order they happen: its arrival, its changes of amount, its departure.
        size = arrives + changes + departs
        base = np.cumsum(size) - size
        self.enters = np.flatnonzero(arrives)
        self.leaves = np.flatnonzero(departs)
        self.total = int(size.sum())
        self._arrivals = base[self.enters]
        self._departures = (base + size - 1)[self.leaves]
        ahead = np.cumsum(changes) - changes
        running = np.arange(len(revaluations.visit)) - ahead[revaluations.visit]
        self._changes = (base + arrives)[revaluations.visit] + running

    def merge(self, arrivals: Numbers, changes: Numbers, departures: Numbers) -> Ints:
        """One column in the common order."""
        result = np.empty(self.total, dtype=np.int64)
        result[self._arrivals] = arrivals
        result[self._changes] = changes
        result[self._departures] = departures
        return result
