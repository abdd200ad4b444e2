"""Selection: deals lost early may be the ones that others would have lost later.

Where deals differ in how easily they are lost, those a department loses before anything is won are weaker than those
that go on, so the share of its losses is too large, and what others lose later falls without their doing. In a company
of some thousand deals no test finds that: others' losses then fall by 7 % on average, which is within chance in every
second company. So a verdict has to survive it. What a department lost beyond its rate before is taken out of the flows;
the part of the share that rests on it shrinks as much as those deals were less likely to be won.
Source: Vaupel, Manton and Stallard, Demography 16 (1979) 439 (frailty).
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from departments.translation import gettext_noop
from revenue_health.contribution.core.flows import Floats, FlowArrays
from revenue_health.contribution.core.gates.gate import Gate
from revenue_health.contribution.core.gates.records import falls
from revenue_health.contribution.core.gates.shares import Pipelines, point_shares
from revenue_health.contribution.core.model.groups import Group

FAIR_PART = 0.1
"""Part of a share that must rest on excess losses for selection to matter."""
_LOST_MORE = gettext_noop(
    "it would fall if the deals it lost beyond its rate before had been {part} less likely to be won"
)
_LOST_LESS = gettext_noop("it would fall if the deals it would have lost before were {part} less likely to be won")


def selection_point(pipelines: Pipelines, *, party: str, share: float, least: float) -> float | None:
    """How much less likely to be won (0 to 1) the deals a department lost beyond its rate before must have been, for
    its verdict to fall; None where even deals that could not be won would leave it standing.

    share: the department's, in money. least: size below which it gives no verdict. Of a share in its favour the deals
    are those it did not lose, though it would have at the rate before.
    """
    as_before = {
        pipeline: {key: _losing_as_before(group, party) for key, group in groups.items()}
        for pipeline, groups in pipelines.items()
    }
    rests = share - point_shares(as_before).shares[party]
    if rests / share < FAIR_PART:
        return None
    point = (abs(share) - least) / abs(rests)
    return float(max(point, 0.0)) if point < 1 else None


def _losing_as_before(group: Group, party: str) -> Group:
    """The group with the party's losses of the period, before anything is won, at its rates of the baseline; stages in
    which the baseline held nothing stay as they are."""
    layout = group.period.layout
    place, before = layout.players.index(party), _held_in_stages(group.baseline).sum(axis=(0, 1))
    now = _held_in_stages(group.period)
    lasting = ~layout.after_earning & (before > 0)
    changed = {}
    for name in ("lost", "lost_count"):
        amounts = getattr(group.period, name).copy()
        booked = getattr(group.baseline, name)[..., place].sum(axis=(0, 1))
        rate = np.divide(booked, before, out=np.zeros_like(before), where=before > 0)
        amounts[..., place] = np.where(lasting, rate * now, amounts[..., place])
        changed[name] = amounts
    return replace(group, period=replace(group.period, **changed))


def _held_in_stages(flows: FlowArrays) -> Floats:
    """Amount-days by stage, [B, W, S]."""
    layout = flows.layout
    in_stage = (layout.stage_of[:, None] == np.arange(len(layout.stages))).astype(np.float64)
    return np.asarray(flows.held.sum(axis=3) @ in_stage)


def with_selection(gate: Gate, point: float | None, *, share: float, least: float) -> Gate:
    """The gate of records, which falls too where deals less likely to be won by `least` (0 to 1) overturn the verdict.

    gate: what the records alone say; where they stop the verdict already, their reason stays.
    """
    if gate.passed is False or point is None or point > least:
        return gate
    sentence = _LOST_MORE if share < 0 else _LOST_LESS
    return Gate(passed=False, detail=falls(sentence, point, least))


type Selections = Mapping[str, float | None]
"""By department: see `selection_point`."""
