"""Factors on which somebody else acts too: whose switch does what, as worlds.

R is linear within a world, so what two parties do to one rate together is told by worlds: as in the baseline, only the
department's own part changed, only the other's part changed, both. A department's own switch and the other's then
choose one of the four.
"""

from dataclasses import dataclass, replace

import numpy as np

from revenue_health.contribution.core.flows import Floats, Ints
from revenue_health.contribution.core.model.interplay.inflation import Inflation
from revenue_health.contribution.core.model.interplay.load import Load
from revenue_health.contribution.core.model.interplay.origins import Excess, sender_of
from revenue_health.contribution.core.model.rates import RatePair, Rates
from revenue_health.contribution.core.solver.backward import DEMAND, FACTORS, LOSSES, VALUE, WAITING

WORLD = np.array([[0, 3], [2, 1]], dtype=np.int64)
"""World by (own switch, other's switch): 0 baseline, 1 as it was, 2 only the own part, 3 only the other's."""
TIED = {DEMAND: VALUE, WAITING: WAITING, LOSSES: LOSSES}
"""The factor of the other whose switch acts: who writes amounts does it by value."""


@dataclass(frozen=True, kw_only=True)
class Interplay:
    """own, others: rates where only the department's own part, or only what others did to it, is as it was.

    other int[P + 1, 5]: who else acts on a player's factor, -1 nobody: a player's index, or P + 1 + k for the k-th of
    `loads`, which are players of their own; row P, factor 0 is the opening stock. notes, inflations: what was found
    about origins and writers, for the page.
    """

    own: Rates
    others: Rates
    other: Ints
    loads: tuple[Load, ...] = ()
    notes: tuple[Excess, ...] = ()
    inflations: tuple[Inflation, ...] = ()


def with_interplay(
    pair: RatePair,
    *,
    origin: str = "",
    loads: tuple[Load, ...] = (),
    excesses: tuple[Excess, ...] = (),
    inflations: tuple[Inflation, ...] = (),
) -> RatePair:
    """The pair of one group with what others do to its factors.

    loads: of the whole company, see `load`. excesses: of losses by origin, see `origins`; only those of the group's own
    origin move anything, the others are told. inflations: of entry amounts by writer, see `inflation`.
    """
    layout = pair.actual.layout
    other = np.full((len(layout.players) + 1, len(FACTORS)), -1, dtype=np.int64)
    own, others = pair.actual, pair.baseline
    for place, load in enumerate(loads):
        own, others = _loaded(pair, own, others, load)
        other[load.player, WAITING] = len(layout.players) + 1 + place
    sender = sender_of(layout, origin)
    for excess in excesses:
        if excess.origin == origin and excess.moves:
            own = _scaled_loss(own, excess, -excess.excess)
            others = _scaled_loss(others, excess, excess.excess)
            other[excess.player, LOSSES] = sender
    for inflation in inflations:
        own, others = _scaled_entries(own, inflation, -1), _scaled_entries(others, inflation, 1)
        _tie_entries(other, inflation)
    if (other < 0).all() and not excesses:
        return pair
    both = Interplay(own=own, others=others, other=other, loads=loads, notes=excesses, inflations=inflations)
    return replace(pair, interplay=both)


def _scaled_entries(rates: Rates, inflation: Inflation, power: int) -> Rates:
    demand, opening = inflation.sources**power, inflation.opening**power
    return replace(rates, demand=rates.demand * demand[:, None], opening=rates.opening * opening[:, None])


def _tie_entries(other: Ints, inflation: Inflation) -> None:
    """Sources and the opening stock obey one writer besides themselves: the first that blows them up."""
    for player in np.flatnonzero(inflation.sources != 1.0):
        if other[player, DEMAND] < 0:
            other[player, DEMAND] = inflation.writer
    if (inflation.opening != 1.0).any() and other[-1, 0] < 0:
        other[-1, 0] = inflation.writer


def _loaded(pair: RatePair, own: Rates, others: Rates, load: Load) -> tuple[Rates, Rates]:
    """Waits of one loaded department: its own pace in `own`, what the load did to it in `others`."""
    custodies = np.array(load.custodies, dtype=np.int64)

    def placed(into: Rates, source: Rates, factor: Floats | float) -> Rates:
        moved = {name: getattr(into, name).copy() for name in ("fresh", "old", "speed")}
        for name, values in moved.items():
            values[:, custodies] = getattr(source, name)[:, custodies]
        moved["speed"][:, custodies] *= factor
        return replace(into, **moved)

    if load.relief is None:
        return placed(own, pair.baseline, 1.0), placed(others, pair.actual, 1.0)
    return placed(own, pair.actual, load.relief), placed(others, pair.baseline, 1 / load.relief)


def _scaled_loss(rates: Rates, excess: Excess, by: float) -> Rates:
    loss = rates.loss.copy()
    loss[:, excess.stage, excess.player] *= np.exp(by)
    return replace(rates, loss=loss)
