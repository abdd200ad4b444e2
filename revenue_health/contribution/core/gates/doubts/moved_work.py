"""Work that moved from one department to another: nobody got slower, and nobody can be compared.

When a stage is given to another department, or its hand-offs are booked otherwise, one department's waiting disappears
and another's appears; the two shares cancel. It is seen in custody days per amount that went through the stage: what
one has less the other has more, while the stage as a whole takes as long as before. Where the stage's owner changed on
a day that is recorded, nothing needs to be seen: it moved.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from departments.translation import gettext_noop
from revenue_health.contribution.core.flows import Floats, FlowArrays
from revenue_health.contribution.core.gates.shares import Pipelines
from revenue_health.contribution.core.model.groups import Group

LEAST_FALL = 0.5
"""Part of its days in a stage that a department must have given up."""
LEAST_OF_STAGE = 0.2
"""And the part of all days of the stage that is."""
MATCH = (0.6, 1.6)
"""What the other department has more, over what this one has less."""


class OwnerChange(NamedTuple):
    """A stage was one department's (source) and became another's (target), by their keys."""

    stage: str
    source: str
    target: str


def changes_of_owner(
    stage: str, owners: Sequence[tuple[float, str]], *, begin: float, end: float
) -> Iterator[OwnerChange]:
    """Changes of a stage's owner after `begin` and before `end`, epoch seconds.

    stage: its key. owners: since when it is whose (department key), in order; of the first one the instant is not read.
    """
    for (_, source), (since, target) in pairwise(owners):
        if begin < since < end and source != target:
            yield OwnerChange(stage, source, target)


class Move(NamedTuple):
    """In a stage, work went from one department to another. days: of custody per amount that went through, of the
    department that gave it up, before and now."""

    stage: str
    source: str
    target: str
    before: float
    now: float


def moves_of_work(pipelines: Pipelines) -> list[Move]:
    """Every stage whose work went from one department to another between the baseline and the period."""
    return [move for groups in pipelines.values() for move in _moves(list(groups.values()))]


def _moves(groups: list[Group]) -> Iterator[Move]:
    if not groups:
        return
    layout = groups[0].period.layout
    before = _days_per_amount([group.baseline for group in groups])
    now = _days_per_amount([group.period for group in groups])
    change = now - before
    for stage, name in enumerate(layout.stages):
        source, target = int(np.argmin(change[stage])), int(np.argmax(change[stage]))
        fall, rise = -change[stage, source], change[stage, target]
        enough = fall > LEAST_FALL * before[stage, source] and fall > LEAST_OF_STAGE * before[stage].sum()
        if fall > 0 and enough and MATCH[0] < rise / fall < MATCH[1]:
            yield Move(name, layout.players[source], layout.players[target], before[stage, source], now[stage, source])


def _days_per_amount(spans: list[FlowArrays]) -> Floats:
    """Days of custody per unit of money that left the stage, [S, P]; zero for a stage nothing left."""
    layout = spans[0].layout
    stages, players = len(layout.stages), len(layout.players)
    held, gone = np.zeros((stages, players)), np.zeros(stages)
    for flows in spans:
        days = flows.held.sum(axis=(0, 1, 3))
        np.add.at(held, (layout.stage_of, layout.player_of), days)
        routed = flows.routed.sum(axis=(0, 1))
        # The last target of a hand-on is off the books, which is out of every stage.
        leaves = np.concatenate([layout.stage_of, [-1]])[None, :] != layout.stage_of[:, None]
        np.add.at(gone, layout.stage_of, (routed * leaves).sum(axis=1))
        gone += flows.lost.sum(axis=(0, 1, 3))
    return np.asarray(np.where(gone[:, None] > 0, held / np.where(gone > 0, gone, 1.0)[:, None], 0.0))


def moved_work(pipelines: Pipelines, names: Mapping[str, str], changes: Sequence[OwnerChange] = ()) -> dict[str, str]:
    """By department that gave work up or took it over, the sentence why it is not judged. names: of stages and
    departments, by key. changes: of owners, between the begin of the baseline and the end of the period."""
    sentences: dict[str, str] = {}
    seen = [OwnerChange(move.stage, move.source, move.target) for move in moves_of_work(pipelines)]
    for move in (*changes, *seen):
        stage, source, target = (names.get(key, key) for key in (move.stage, move.source, move.target))
        sentence = gettext_noop("the work in {stage} moved from {source} to {target}").format(
            stage=stage, source=source, target=target
        )
        for party in (move.source, move.target):
            sentences.setdefault(party, sentence)
    return sentences
