"""From long tables (columns of rows, as the roll-up or a database gives them) to `FlowArrays`.

A table is a mapping from column name to a NumPy array; absent whole numbers are -1. Columns:

    held       bucket, step, stage, department, turn?, age_bin, amount_days
    handed_on  bucket, step, stage, department, turn?, age_bin, to_stage, to_department, to_turn?, amount, count,
               amount_held? (before what was changed at the instant of the hand-on)
    lost       bucket, step, stage, department (the cause), amount, count
    revalued   bucket, step, stage, department (the holder), turn?, writer? (department), amount
    entered    bucket, step, stage, department (the first custody), source (department), amount, count
    taken_back bucket, step, stage, department, amount, count; optional: what comes back without having been held
    opening    bucket, instant, stage, department, turn?, age_bin, amount
    entry_amounts bucket, step, writer, source (departments), fresh?, amount, corrected, count; optional: what
               deals had been entered with that got past the stage where their writer corrects amounts, and what was
               left of it then

stage and department are ids. A missing `turn` column means turn 0 throughout; turns above `MOST_TURNS` are counted as
the last. A change of amount whose writer is not known is the stage's owner's, never simply the holder's. Several
opening instants are averaged (the openings of the baseline's quarters).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from revenue_health.contribution.core.flows import (
    AGE_BINS,
    MARKET,
    Custody,
    Floats,
    FlowArrays,
    FlowError,
    Ints,
    Layout,
)

MOST_TURNS = 2
"""A department's third and later turns in one visit are one custody."""

_TAKEN_BACK = ("bucket", "step", "stage", "department", "amount", "count")

_ENTRY_AMOUNTS = ("bucket", "step", "writer", "source", "amount", "corrected", "count")

type Column = NDArray[np.generic]
type Table = Mapping[str, Column]


@dataclass(frozen=True, kw_only=True)
class StageRow:
    """One stage, in order: id, key, whether it earns, and its owner's department id."""

    id: int
    key: str
    earns: bool
    owner: int


@dataclass(frozen=True, kw_only=True)
class DepartmentRow:
    """One department: id, key, and whether it is external (then its play is the market's)."""

    id: int
    key: str
    external: bool = False


@dataclass(frozen=True, kw_only=True)
class LongFlows:
    """The seven tables of a span, see the module."""

    held: Table
    handed_on: Table
    lost: Table
    revalued: Table
    entered: Table
    opening: Table
    taken_back: Table = field(default_factory=lambda: dict.fromkeys(_TAKEN_BACK, np.zeros(0)))
    entry_amounts: Table = field(default_factory=lambda: dict.fromkeys(_ENTRY_AMOUNTS, np.zeros(0)))


class Axes:
    """Ids to positions, for one pipeline; built once from every span that is to be compared."""

    def __init__(
        self, *, stages: Sequence[StageRow], departments: Sequence[DepartmentRow], spans: Iterable[LongFlows]
    ) -> None:
        self.stages, self.departments = tuple(stages), tuple(departments)
        self._stage = {row.id: position for position, row in enumerate(stages)}
        self._department = {row.id: position for position, row in enumerate(departments)}
        internal = [row.key for row in departments if not row.external]
        if MARKET in internal:
            raise FlowError(f"{MARKET!r} is the name of what is external; an internal department cannot have it")
        players = (*internal, MARKET)
        self._player = [MARKET if row.external else row.key for row in departments]
        present = {custody for span in spans for custody in self._custodies(span)}
        # Every stage's owner is a custody, so that money has where to go even if nothing was there yet.
        present |= {(position, self._position(row.owner), 0) for position, row in enumerate(self.stages)}
        self._custody = {custody: place for place, custody in enumerate(sorted(present))}
        self.layout = Layout(
            stages=tuple(row.key for row in stages),
            earns=tuple(row.earns for row in stages),
            custodies=tuple(
                Custody(stage, self.departments[department].key, turn) for stage, department, turn in sorted(present)
            ),
            players=players,
            custody_player=tuple(players.index(self._player[department]) for _, department, _ in sorted(present)),
        )

    def _position(self, department: int) -> int:
        if department not in self._department:
            raise FlowError(f"a flow names department {department}, which is not among the departments")
        return self._department[department]

    def _custodies(self, span: LongFlows) -> set[tuple[int, int, int]]:
        tables = (span.held, span.handed_on, span.revalued, span.entered, span.opening)
        custodies = {key for table in tables for key in self._keys(table, "")[0]}
        return custodies | {key for key in self._keys(span.handed_on, "to_")[0] if key[0] >= 0}

    def _keys(self, table: Table, prefix: str) -> tuple[list[tuple[int, int, int]], Ints]:
        """The different (stage position, department position, turn), stage -1 where rows name none, and which of them
        each row has: rows are many, custodies few."""
        stage, department = _ints(table, f"{prefix}stage"), _ints(table, f"{prefix}department")
        turn = np.minimum(_column(table, f"{prefix}turn", stage.size), MOST_TURNS)
        width = int(department.max(initial=0)) + 2
        # One number for all three; one more of each, since -1 (none) would make codes below zero.
        codes, which_of = _different(((stage + 1) * width + department + 1) * (MOST_TURNS + 1) + turn)
        places, turns = np.divmod(codes, MOST_TURNS + 1)
        wheres, holders = np.divmod(places, width)
        keys = []
        for where, holder, which in zip((wheres - 1).tolist(), (holders - 1).tolist(), turns.tolist(), strict=True):
            if where not in self._stage:
                keys.append((-1, -1, 0))
                continue
            place = self._stage[where]
            owner = self.stages[place].owner
            keys.append((place, self._position(holder if holder >= 0 else owner), int(which)))
        return keys, which_of

    def custody(self, table: Table, prefix: str = "") -> Ints:
        """Custody position of each row; the column after the last where money leaves the books, and for a
        custody that no span has."""
        leave = len(self._custody)
        keys, which_of = self._keys(table, prefix)
        return np.array([self._custody.get(key, leave) for key in keys], dtype=np.int64)[which_of]

    def stage(self, table: Table) -> Ints:
        """Stage position of each row, by the ids of the `stage` column."""
        different, which_of = _different(_ints(table, "stage"))
        return np.array([self._stage[stage] for stage in different.tolist()], dtype=np.int64)[which_of]

    def player(self, table: Table, column: str) -> Ints:
        """Player position of each row's department; the market where none is named."""
        # The market is the last player.
        places = {-1: len(self.layout.players) - 1}
        for row, player in zip(self.departments, self._player, strict=True):
            places[row.id] = self.layout.players.index(player)
        different, which_of = _different(_ints(table, column) + 1)
        return np.array([places[department - 1] for department in different.tolist()], dtype=np.int64)[which_of]

    def writer(self, table: Table) -> Ints:
        """Player position of who wrote each row's amount (`writer`); the stage's owner where nobody is named."""
        owners = np.array([row.owner for row in self.stages], dtype=np.int64)[self.stage(table)]
        named = _ints(table, "writer") if "writer" in table else np.full(owners.size, -1, dtype=np.int64)
        return self.player({"writer": np.where(named >= 0, named, owners)}, "writer")


def flow_arrays(*, axes: Axes, long: LongFlows, step_days: Floats, buckets: int, unit: float = 1.0) -> FlowArrays:
    """Sum long tables into arrays. step_days [W] in days; buckets: how many there are; unit: amounts are divided by it
    (100 turns cents into money). Raises FlowError on ids or positions that are not there."""
    custodies, weeks = len(axes.layout.custodies), step_days.size
    stages, players = len(axes.layout.stages), len(axes.layout.players)
    shape = (buckets, weeks, custodies)
    instants = int(_column(long.opening, "instant", len(long.opening["bucket"])).max(initial=0)) + 1
    on, losses, gains, news, back = long.handed_on, long.lost, long.revalued, long.entered, long.taken_back
    at, left = (_at(on), axes.custody(on)), (_at(losses), axes.stage(losses), axes.player(losses, "department"))
    came = (_at(news), axes.custody(news), axes.player(news, "source"))

    def summed(keys: tuple[Ints | tuple[Ints, Ints], ...], size: tuple[int, ...], values: Floats) -> Floats:
        flat: list[Ints] = []
        for key in keys:
            flat.extend(key if isinstance(key, tuple) else (key,))
        return sum_cells(tuple(flat), size, values)

    ages = _ints(on, "age_bin")
    opening = long.opening
    return FlowArrays(
        layout=axes.layout,
        step_days=step_days,
        held=summed(
            (_at(long.held), axes.custody(long.held), _ints(long.held, "age_bin")),
            (*shape, AGE_BINS),
            _values(long.held, "amount_days") / unit,
        ),
        handed_on=summed(
            (*at, ages), (*shape, AGE_BINS), _values(on, "amount_held" if "amount_held" in on else "amount") / unit
        ),
        routed=summed((*at, axes.custody(on, "to_")), (*shape, custodies + 1), _values(on, "amount") / unit),
        lost=summed(left, (buckets, weeks, stages, players), _values(losses, "amount") / unit),
        revalued=summed(
            (_at(gains), axes.custody(gains), axes.writer(gains)), (*shape, players), _values(gains, "amount") / unit
        ),
        entered=summed(came, (*shape, players), _values(news, "amount") / unit),
        taken_back=summed(
            (_at(back), axes.player(back, "department")), (buckets, weeks, players), _values(back, "amount") / unit
        ),
        opening=summed(
            (_ints(opening, "bucket"), axes.custody(opening), _ints(opening, "age_bin")),
            (buckets, custodies, AGE_BINS),
            _values(opening, "amount") / unit,
        )
        / instants,
        handed_on_count=summed(at, shape, _values(on, "count")),
        lost_count=summed(left, (buckets, weeks, stages, players), _values(losses, "count")),
        entered_count=summed(came, (*shape, players), _values(news, "count")),
        arrived_count=_arrived(axes, long, shape),
    )


def _arrived(axes: Axes, long: LongFlows, shape: tuple[int, int, int]) -> Floats:
    """Deals that came into each custody, by a hand-on or by entering the books: [B, W, J]."""
    came, entered = long.handed_on, long.entered
    wide = (*shape[:2], shape[2] + 1)  # the last place is off the books
    by_hand_on = sum_cells((*_at(came), axes.custody(came, "to_")), wide, _values(came, "count"))
    by_entry = sum_cells((*_at(entered), axes.custody(entered)), wide, _values(entered, "count"))
    return (by_hand_on + by_entry)[..., :-1]


def _different(values: Ints) -> tuple[Ints, Ints]:
    """The different values, none below zero, and which of them each is; small numbers need no sorting."""
    there = np.bincount(values) > 0
    place = np.cumsum(there) - 1
    return np.flatnonzero(there), place[values]


def sum_cells(keys: tuple[Ints, ...], shape: tuple[int, ...], values: Floats) -> Floats:
    """Sum values into the cells their keys name."""
    for key, size in zip(keys, shape, strict=True):
        if key.size and not (key.min() >= 0 and key.max() < size):
            raise FlowError(f"a row points to {int(key.min())}..{int(key.max())} on an axis of {size}")
    flat = np.ravel_multi_index(keys, shape)
    # Of no rows at all numpy makes integers, whatever the weights are.
    return (
        np.bincount(flat, weights=values, minlength=int(np.prod(shape))).astype(np.float64, copy=False).reshape(shape)
    )


def _at(table: Table) -> tuple[Ints, Ints]:
    return _ints(table, "bucket"), _ints(table, "step")


def _ints(table: Table, name: str) -> Ints:
    return np.asarray(table[name]).astype(np.int64)


def _column(table: Table, name: str, rows: int) -> Ints:
    return _ints(table, name) if name in table else np.zeros(rows, dtype=np.int64)


def _values(table: Table, name: str) -> Floats:
    return np.asarray(table[name]).astype(np.float64)
