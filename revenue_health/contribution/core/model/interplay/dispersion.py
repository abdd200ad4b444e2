"""Do deals wait for one another? Then they vary together, and intervals from deals alone are too narrow.

The jackknife leaves out one bucket of deals after another, as if the others had waited as long without them. In a queue
they would not: one slow week makes all of them late, and a quarter of luck in arrivals is in every wait. It shows in
the hand-ons of weeks. Given what was held, and for how long already, deals that are handed on independently vary from
week to week as their buckets do; deals in one queue vary many times as much.
In simulated queues the variance is 5 to 22 times that of independent deals, elsewhere 0.2 to 2.7 times, and the spread
of a queued department's share between companies is 2.4 times the standard error its buckets give (docs/method.md).
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from revenue_health.contribution.core.flows import Floats, FlowArrays, Ints
from revenue_health.contribution.core.model.bridge import Bridge, Party
from revenue_health.contribution.core.model.groups import Group
from revenue_health.contribution.core.solver.backward import FACTORS, WAITING

TOGETHER = 3.0
"""Variance of weeks over that of independent deals from which on these wait for one another. Of independent deals in
thirteen weeks one department in some thousand is beyond it."""
FEWEST_STEPS = 6
WIDER = 2.4
"""Spread of a share that rests on waiting in a queue, over the standard error of its buckets."""


def dispersions(groups: Iterable[Group]) -> dict[str, float]:
    """By department, how many times as much its hand-ons vary between the steps of the period as those of independent
    deals would: the largest over its stages. Departments that handed on nothing, and periods of fewer than
    `FEWEST_STEPS` steps or of one bucket, have none.

    groups: all deals that wait in the same queues, which are those of one pipeline.
    """
    periods = [group.period for group in groups]
    layout = periods[0].layout
    values: dict[str, float] = {}
    for stage in range(len(layout.stages)):
        for place, player in enumerate(layout.players):
            custodies = np.flatnonzero((layout.stage_of == stage) & (layout.player_of == place))
            value = _dispersion(periods, custodies) if custodies.size else None
            if value is not None:
                values[player] = max(value, values.get(player, 0.0))
    return values


def _dispersion(periods: list[FlowArrays], custodies: Ints) -> float | None:
    """Of the custodies of one department in one stage; None where it cannot be said."""
    excess = _beyond_expected(periods, custodies)
    buckets, steps = excess.shape
    if steps < FEWEST_STEPS or buckets < 2:
        return None
    # Buckets hold independent deals, so that their spread is the variance a step would have.
    independent = float(excess.var(axis=0, ddof=1).sum()) * buckets
    together = float((excess.sum(axis=0) ** 2).sum()) * steps / (steps - 1)
    return together / independent if independent > 0 else None


def _beyond_expected(periods: list[FlowArrays], custodies: Ints) -> Floats:
    """Amounts handed on beyond what the hazards of the whole period by age expect of what was held, [B, W]."""
    held: Floats = np.sum([flows.held[:, :, custodies] for flows in periods], axis=0)
    handed: Floats = np.sum([flows.handed_on[:, :, custodies] for flows in periods], axis=0)
    exposure = held.sum(axis=(0, 1))
    hazard = np.divide(handed.sum(axis=(0, 1)), exposure, out=np.zeros_like(exposure), where=exposure > 0)
    return np.asarray((handed - held * hazard).sum(axis=(2, 3)))


def widened(bridge: Bridge, pipelines: Iterable[Iterable[Group]]) -> Bridge:
    """The bridge with wider replicates of departments whose deals wait for one another, as far as their shares rest on
    waiting. pipelines: the groups of deals of each."""
    queued: set[str] = set()
    for groups in pipelines:
        queued |= {player for player, value in dispersions(groups).items() if value > TOGETHER}
    if not queued:
        return bridge
    return replace(bridge, parties=tuple(_wider(party) if party.key in queued else party for party in bridge.parties))


def _wider(party: Party) -> Party:
    size = sum(abs(amount) for amount in party.factors.values())
    part = abs(party.factors.get(FACTORS[WAITING], 0.0)) / size if size else 0.0
    factor = np.sqrt(1 + (WIDER**2 - 1) * part**2)
    whole = party.replicates[0]
    return replace(party, replicates=whole + factor * (party.replicates - whole))
