"""Hand-offs that are not recorded: where a department looks slow because another one's work is booked on it.

Read from the long tables, which know to whom a hold was handed on after how long.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from departments.translation import gettext_noop
from revenue_health.contribution.core.flows import AGE_BINS, AGE_EDGES, Floats, Ints
from revenue_health.contribution.core.long_tables import DepartmentRow, StageRow, Table

CLEAR = 3.0
"""Standard errors from which on a difference is taken for one."""
SLOWER = 1.15
"""How much longer a mean hold must be to count as slower."""
FEWEST = 30
"""Ended holds below which nothing is read from them."""
FELL = 0.75
"""Hand-offs a deal, of the baseline's, below which they have stopped being recorded, or being made."""
# The last bin is open and has no middle: 90 days stand for what is over 70.
_MIDDLES = np.array([*(0.5 * (low + high) for low, high in pairwise(AGE_EDGES[:-1])), 90.0])


OUT = -1
"""Where a hold ended that was handed on out of its stage."""

type Ends = Mapping[int, Floats]
"""How a department's first holds in a stage ended: numbers by age [A], by the department of the stage that got the
deal, `OUT` for the next stage."""


@dataclass(frozen=True, kw_only=True)
class Handoffs:
    """One span: ends by (stage id, department id), and hand-offs within a stage by (stage id, receiving department
    id), as numbers of deals. exits: deals leaving each stage."""

    ends: Mapping[tuple[int, int], Ends]
    received: Mapping[tuple[int, int], float]
    exits: Mapping[int, float]


def handoffs_of(table: Table) -> Handoffs:
    """Count the hand-offs of a span. table: `handed_on` of the long tables, of one pipeline."""
    stage, department = _ints(table, "stage"), _ints(table, "department")
    to_stage, to_department, age = _ints(table, "to_stage"), _ints(table, "to_department"), _ints(table, "age_bin")
    turn = _ints(table, "turn") if "turn" in table else np.zeros(stage.size, dtype=np.int64)
    count = np.asarray(table["count"]).astype(np.float64)
    inside = to_stage == stage
    ends: dict[tuple[int, int], dict[int, Floats]] = {}
    first = turn == 0
    target = np.where(inside, to_department, OUT)
    keys, which = _different(stage[first], department[first], target[first])
    by_age = _sums(which * AGE_BINS + age[first], count[first], len(keys) * AGE_BINS).reshape(-1, AGE_BINS)
    for (at, by, to), numbers in zip(keys, by_age, strict=True):
        ends.setdefault((at, by), {})[to] = numbers
    receivers, which = _different(to_stage[inside], to_department[inside])
    received = _sums(which, count[inside], len(receivers))
    left, which = _different(stage)
    exits = _sums(which, np.where(inside, 0.0, count), len(left))
    return Handoffs(
        ends=ends,
        received={(at, by): number for (at, by), number in zip(receivers, received.tolist(), strict=True)},
        exits={at: number for (at,), number in zip(left, exits.tolist(), strict=True)},
    )


def _different(*columns: Ints) -> tuple[list[tuple[int, ...]], Ints]:
    """The different rows of some columns in order, and which of them each row is."""
    code = np.zeros(columns[0].size, dtype=np.int64)
    for column in columns:
        least = int(column.min(initial=0))
        code = code * (int(column.max(initial=0)) - least + 1) + (column - least)
    _, where, which = np.unique(code, return_index=True, return_inverse=True)
    return list(zip(*(column[where].tolist() for column in columns), strict=True)), which


def _sums(which: Ints, values: Floats, size: int) -> Floats:
    return np.bincount(which, weights=values, minlength=size)


def _ints(table: Table, name: str) -> Ints:
    return np.asarray(table[name]).astype(np.int64)


def handoff_doubts(
    *,
    before: Handoffs,
    now: Handoffs,
    stages: Sequence[StageRow],
    departments: Sequence[DepartmentRow],
    names: Mapping[str, str],
) -> dict[str, list[str]]:
    """Sentences by department key: why its waiting cannot be told from hand-offs that nobody logged.

    names: what sentences call a stage or a department, by key.
    """
    keys = {row.id: row.key for row in departments}
    called = {row.id: names.get(row.key, row.key) for row in departments}
    rows = [StageRow(id=row.id, key=names.get(row.key, row.key), earns=row.earns, owner=row.owner) for row in stages]
    doubts: dict[str, list[str]] = {}
    for department, sentence in (*_slow_without(before, now, rows, called), *_stopped(before, now, rows, called)):
        doubts.setdefault(keys[department], []).append(sentence)
    return doubts


def _slow_without(
    before: Handoffs, now: Handoffs, stages: Sequence[StageRow], names: Mapping[int, str]
) -> Iterator[tuple[int, str]]:
    """Who is slower only where a stage's other department has no hold, while that one is slower where it has."""
    for stage in stages:
        present = [key for key in now.ends if key[0] == stage.id and key in before.ends and key[1] in names]
        for key in present:
            early, late = before.ends[key], now.ends[key]
            for other in present:
                if other == key or not _slower(_all(before.ends[other]), _all(now.ends[other])):
                    continue
                handed = [_to(ends, other[1]) for ends in (early, late)]
                remaining = [_all(ends) - to for ends, to in zip((early, late), handed, strict=True)]
                if min(part.sum() for part in (*handed, *remaining)) < FEWEST:
                    continue
                if _slower(*remaining) and not _slower(*handed):
                    yield (
                        key[1],
                        gettext_noop(
                            "in {stage} it is slower only where no hand-off to {names} is recorded, and {names} is "
                            "slower where one is: hand-offs may be missing"
                        ).format(stage=stage.key, names=names[other[1]]),
                    )


def _to(ends: Ends, department: int) -> Floats:
    return np.asarray(ends.get(department, np.zeros(AGE_BINS)))


def _all(ends: Ends) -> Floats:
    return np.asarray(np.sum(list(ends.values()), axis=0)) if ends else np.zeros(AGE_BINS)


def _stopped(
    before: Handoffs, now: Handoffs, stages: Sequence[StageRow], names: Mapping[int, str]
) -> Iterator[tuple[int, str]]:
    """Who gets fewer hand-offs a deal than in the baseline, and the owner with whom that time is booked instead."""
    for stage in stages:
        exits_before, exits_now = before.exits.get(stage.id, 0.0), now.exits.get(stage.id, 0.0)
        if min(exits_before, exits_now) < FEWEST:
            continue
        for (place, department), count in before.received.items():
            if place != stage.id or department == stage.owner or department not in names or count < FEWEST:
                continue
            early, late = count / exits_before, now.received.get((place, department), 0.0) / exits_now
            # Poisson, of both rates, had nothing changed.
            error = np.sqrt(early / exits_before + early / exits_now)
            if late < FELL * early and early - late > CLEAR * error:
                sentence = gettext_noop(
                    "hand-offs to {names} in {stage} fell from {early:.2f} to {late:.2f} a deal: work that is not "
                    "logged, or that moved, looks like waiting elsewhere"
                ).format(names=names[department], stage=stage.key, early=early, late=late)
                yield department, sentence
                if stage.owner in names:
                    yield stage.owner, sentence


def _slower(early: Floats, late: Floats) -> bool:
    """Whether the mean age at the end grew clearly, and by `SLOWER` at least."""
    (first, first_error), (second, second_error) = _mean(early), _mean(late)
    if first <= 0:
        return False
    return bool(second / first > SLOWER and second - first > CLEAR * np.hypot(first_error, second_error))


def _mean(counts: Floats) -> tuple[float, float]:
    """Mean age of the ends and its standard error, days."""
    total = float(counts.sum())
    if total < 2:
        return 0.0, float("inf")
    mean = float(counts @ _MIDDLES) / total
    spread = float(counts @ (_MIDDLES - mean) ** 2) / total
    return mean, float(np.sqrt(spread / total))
