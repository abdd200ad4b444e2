"""Time in custody per week and age of the hold, without a row per week.

A piece of a hold with amount a that begins in some week puts a x (what is left of that week) into it and a into the
stock that runs on through all later weeks; its end takes the same away again. So only ends have to be summed, and
running sums over the weeks give exposure and opening stock (a difference array).

Age bins cut a hold at fixed ages j. Where these cuts fall in the calendar depends on the hold's start alone: starts
are grouped by *slot*, a stretch of time in which every cut stays in the same week, and by the last age reached, k.
Sums over a slot then give the cuts of all its holds at once: what is left of a week after the cut is linear in the
start. Clock changes only make more slots; everything stays in whole numbers.
"""

from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.core.columns import NONE, Ints, codes, integers
from pipeline.core.custody.holds import ENDED, HANDED_ON
from pipeline.core.flows.cells import Cells
from pipeline.core.weeks import AGE_BIN_STARTS, Weeks, age_bin

BINS = len(AGE_BIN_STARTS)


@dataclass(frozen=True, kw_only=True)
class Slots:
    """Stretches of time, first instants in `starts`, and per (slot, age bin) where the cut at that age falls."""

    starts: Ints
    week: Ints  # (slots, BINS): row of the week of start + age
    ahead: Ints  # (slots, BINS): seconds from the slot's start + age to the end of that week
    lookup: Weeks

    @classmethod
    def of(cls, calendar: Weeks, as_of: int) -> "Slots":
        """The slots of a calendar up to `as_of`: within one, no cut of an age bin passes the end of a week."""
        edges = (calendar.starts[:, None] - AGE_BIN_STARTS[None, :]).ravel()
        low, high = calendar.starts[0], calendar.starts[-1]
        starts = np.unique(edges[(edges >= low) & (edges < high)])
        bounds = pa.table({"starts": np.append(starts, high), "week": np.arange(len(starts) + 1)})
        cut = starts[:, None] + AGE_BIN_STARTS[None, :]
        # cuts beyond the last week belong to no hold that has reached them
        week = np.minimum(np.searchsorted(calendar.starts, cut, side="right") - 1, len(calendar.starts) - 2)
        return cls(starts=starts, week=week, ahead=week_ends(calendar, as_of)[week] - cut, lookup=Weeks(bounds))

    def table(self) -> pa.Table:
        """Rows for a join, place = slot * BINS + age bin."""
        return pa.table({"place": np.arange(self.week.size), "week": self.week.ravel(), "ahead": self.ahead.ravel()})


def week_ends(calendar: Weeks, as_of: int) -> Ints:
    """End of each week; the last one ends at the horizon, so that open holds need no end."""
    return np.minimum(calendar.starts[1:], as_of)


@dataclass(frozen=True, kw_only=True)
class Exposure:
    """Signed rows to be summed: starts by (holder, slot, k), points by (holder, week, age bin, target)."""

    starts: pa.Table  # key, n, a (amount), o (seconds since the slot began)
    points: pa.Table  # key, n, a, o (seconds to the end of the week), out (amount handed on)
    targets: int  # size of a point key's last part
    largest: int  # largest absolute amount


def exposure_of(
    holds: pa.Table, cells: Cells, calendar: Weeks, slots: Slots, as_of: int, *, pool: Executor
) -> Exposure:
    """Starts and points of all pieces, worked out batch by batch."""
    batches = [pa.Table.from_batches([batch]) for batch in holds.to_batches()] or [holds]
    parts = list(pool.map(lambda batch: _exposure(batch, cells, calendar, slots, as_of), batches))
    return Exposure(
        starts=pa.concat_tables([part.starts for part in parts]),
        points=pa.concat_tables([part.points for part in parts]),
        targets=parts[0].targets,
        largest=max(part.largest for part in parts),
    )


def _exposure(holds: pa.Table, cells: Cells, calendar: Weeks, slots: Slots, as_of: int) -> Exposure:
    """Starts and points of some pieces.

    A start key is (holder * slots + slot) * BINS + k; a point key is ((holder * weeks + week) * BINS + age bin) *
    targets + target, target 0 for what was not handed on, else 1 + stage row * departments + department row.
    """
    stage_row = cells.stage_row.of(integers(holds, "stage", dtype=np.int32))
    department = cells.department_row(integers(holds, "department", dtype=np.int32))
    holder = cells.cell(integers(holds, "opportunity"), stage_row) * len(cells.departments) + department
    born, start = integers(holds, "hold_from"), integers(holds, "from_at")
    end, amount = integers(holds, "to_at", null=as_of + 1), integers(holds, "amount")
    is_open = end > as_of
    reached = age_bin(np.maximum(np.minimum(end, as_of) - born - 1, 0))
    # a piece that begins inside its hold: the whole hold up to its end, less the hold up to its start
    inner = np.flatnonzero(start > born)
    before = age_bin(start[inner] - born[inner])
    slot = slots.lookup.of(born).astype(np.int64)
    since = born - slots.starts[slot]
    lane = (holder * len(slots.starts) + slot) * BINS
    starts = {
        "key": np.concatenate([lane + reached, lane[inner] + before]),
        "n": _signed(len(holder), len(inner)),
        "a": np.concatenate([amount, -amount[inner]]),
        "o": np.concatenate([since, since[inner]]).astype(np.int32),
    }
    ends = np.flatnonzero(~is_open)
    rows = np.concatenate([ends, inner])
    instant = np.concatenate([end[ends], start[inner]])
    week = calendar.of(instant).astype(np.int64)
    age = np.concatenate([reached[ends], before])
    handed, target = _targets(holds, cells, ends)
    width = 1 + len(cells.stage) * len(cells.departments)
    key = ((holder[rows] * len(calendar.starts) + week) * BINS + age) * width
    key[: len(ends)] += target
    points = {
        "key": key,
        "n": -_signed(len(ends), len(inner)),
        "a": np.concatenate([-amount[ends], amount[inner]]),
        "o": (week_ends(calendar, as_of)[week] - instant).astype(np.int32),
        "out": np.concatenate([handed, np.zeros_like(inner)]),
    }
    largest = int(np.abs(amount).max(initial=0))
    return Exposure(starts=pa.table(starts), points=pa.table(points), targets=width, largest=largest)


def _signed(plus: int, minus: int) -> NDArray[np.int8]:
    signs = np.ones(plus + minus, dtype=np.int8)
    signs[plus:] = -1
    return signs


def _targets(holds: pa.Table, cells: Cells, ends: Ints) -> tuple[Ints, Ints]:
    """Amount handed on and target of pieces that ended (0 where they were not handed on)."""
    handed_on = codes(holds, "ended", ENDED)[ends] == HANDED_ON
    to_stage = cells.stage_row.of(integers(holds, "to_stage", dtype=np.int32)[ends])
    to_department = cells.department_row(integers(holds, "to_department", null=NONE, dtype=np.int32)[ends])
    target = 1 + to_stage * len(cells.departments) + to_department
    return np.where(handed_on, integers(holds, "amount_out")[ends], 0), np.where(handed_on, target, 0)
