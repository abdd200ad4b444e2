"""Losses that moved from one department's reasons to another's when the period began, their sum as before."""

from collections.abc import Hashable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from departments.translation import gettext_noop
from revenue_health.contribution.core.flows import Floats, FlowArrays
from revenue_health.contribution.core.gates.shares import Pipelines
from revenue_health.contribution.core.model.groups import Group

CLEAR = 3.0
"""Standard errors from which on a shift is taken for one."""
SAME_SUM = 0.15
"""The part by which all losses of a stage may differ from what the baseline would have had, and count as unchanged."""


class Shift(NamedTuple):
    """In a stage, losses went from one player's reasons to another's; share: the part of its losses that did."""

    stage: str
    source: str
    target: str
    share: float


def relabelled_losses(pipelines: Pipelines) -> list[Shift]:
    """Stages in which the mix of reasons moved at the period's start while the rate of all losses did not.

    A change of what is written down, not of what is lost, looks like this; two changes that happen to cancel do too.
    """
    return [shift for groups in pipelines.values() if groups for shift in _shifts(groups)]


def _shifts(groups: Mapping[Hashable, Group]) -> Iterator[Shift]:
    arrays = list(groups.values())
    layout = arrays[0].period.layout
    before = np.sum([group.baseline.lost_count.sum(axis=(0, 1)) for group in arrays], axis=0)
    now = np.sum([group.period.lost_count.sum(axis=(0, 1)) for group in arrays], axis=0)
    exposure = (
        np.sum([_held_in_stage(group.baseline) for group in arrays], axis=0),
        np.sum([_held_in_stage(group.period) for group in arrays], axis=0),
    )
    for stage, name in enumerate(layout.stages):
        early, late = before[stage].sum(), now[stage].sum()
        if min(early, late) < 30 or not exposure[0][stage]:
            continue
        expected = early * exposure[1][stage] / exposure[0][stage]
        if abs(late / expected - 1) > SAME_SUM:
            continue
        moved = _moved(before[stage], now[stage])
        rising, falling = int(np.argmax(moved)), int(np.argmin(moved))
        if moved[rising] > CLEAR and moved[falling] < -CLEAR:
            share = now[stage][rising] / late - before[stage][rising] / early
            yield Shift(name, layout.players[falling], layout.players[rising], float(share))


def _moved(early: Floats, late: Floats) -> Floats:
    """By player, by how many standard errors its part of a stage's losses moved."""
    first, second = early / early.sum(), late / late.sum()
    mean = (early + late) / (early.sum() + late.sum())
    error = np.sqrt(mean * (1 - mean) * (1 / early.sum() + 1 / late.sum()))
    return np.asarray(np.divide(second - first, error, out=np.zeros_like(first), where=error > 0))


def _held_in_stage(flows: FlowArrays) -> Floats:
    held = flows.held.sum(axis=(0, 1, 3))
    return np.asarray(np.bincount(flows.layout.stage_of, held, len(flows.layout.stages)))


def cause_doubts(pipelines: Pipelines, names: Mapping[str, str]) -> dict[str, list[str]]:
    """The shifts as sentences, by the departments they concern. names: what a stage or department is called, by key."""
    doubts: dict[str, list[str]] = {}
    for shift in relabelled_losses(pipelines):
        stage, source, target = (names.get(key, key) for key in (shift.stage, shift.source, shift.target))
        sentence = gettext_noop(
            "in {stage}, {percent:.0f} % of losses moved from {source}’s reasons to {target}’s when the period "
            "began, their sum as before"
        ).format(stage=stage, percent=100 * shift.share, source=source, target=target)
        for party in (shift.source, shift.target):
            doubts.setdefault(party, []).append(sentence)
    return doubts
