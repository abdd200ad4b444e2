"""Revenue as a function of what each department does: R, for many coalitions and replicates at once.

R is linear in what enters and in what is there at the start, so it is computed backwards: the worth of one unit of
money entering custody j at time t is

    V_j(t) = integral of S_j(t, u) mu_j(t, u) W_j(u) du + after earning: integral of S_j(t, u) (growth(u) - loss(u)) du
    W_j(u) = sum over k of r_jk (e_jk + V_k(u)),  e_jk: 1 if the move earns, -1 if it goes back to before earning

with S the probability to be still held (hand-on, loss and revaluation together). Then R = opening . V(0) + demand .
integral of V. One backward pass serves every source, and only departments whose play shapes a kernel need coalitions.
Loss and revaluation do not depend on the age of the hold; they are taken out of the kernels as an integrating factor,
so that a kernel depends on its own department only. Volterra equations of the second kind: see `kernels`.
"""

from collections.abc import Sequence

import numpy as np

from revenue_health.contribution.core.flows import Floats, Ints, Layout
from revenue_health.contribution.core.model.rates import Rates
from revenue_health.contribution.core.solver import kernels
from revenue_health.contribution.core.solver.backward import DEMAND, FACTORS, LOSSES, Prepared, Worth, backward


def everyone(layout: Layout, world: int) -> Ints:
    """The choice in which all play the same world (an index into the worlds of `revenue`): int[1, P + 1, 5]."""
    return np.full((1, len(layout.players) + 1, len(FACTORS)), world, dtype=np.int64)


def revenue(
    worlds: Sequence[Rates], choice: Ints, longest_step: float = kernels.STEP_DAYS, *, apart: bool = False
) -> Floats:
    """Expected revenue R of the period had everyone played as chosen, [R, C], in the unit of the amounts.

    worlds: sets of rates over the same layout, steps and replicates. choice int[C, P + 1, 5]: for each coalition,
    player and factor of `FACTORS`, the world whose rates are played; row P is the opening pipeline (factor 0 counts).
    longest_step: of the time grid, days; the error is of second order in it. apart: each replicate is a group of its
    own, see `stacked`. Distinct ways to wait, lose, value and
    route share one backward pass, demand and opening are weighted sums of its worths.
    """
    grid = kernels.make_grid(worlds[0].step_days, longest_step)
    shaping, position = np.unique(choice[:, :-1, 1:].reshape(choice.shape[0], -1), axis=0, return_inverse=True)
    players = choice.shape[1] - 1
    shaping = shaping.reshape(shaping.shape[0], players, len(FACTORS) - 1)
    opened = np.unique(choice[:, players, 0])
    prepared = Prepared(worlds, shaping, grid, opened=opened.tolist(), apart=apart)
    worth = backward(prepared, shaping)
    by_source = _demand_worth(prepared, worth)
    opening = worth.opening.sum(axis=2)
    total = np.zeros((worlds[0].replicates, choice.shape[0]))
    # Releases of numpy differ in the shape of this inverse along an axis.
    position = position.reshape(-1)
    for index, world in enumerate(worlds):
        for player in range(players):
            here = np.nonzero(choice[:, player, DEMAND] == index)[0]
            total[:, here] += by_source[index][:, position[here], player]
            here = np.nonzero(choice[:, player, LOSSES] == index)[0]
            total[:, here] -= (world.reversed[:, player] @ world.step_days)[:, None]
    for place, index in enumerate(opened):
        here = np.nonzero(choice[:, players, 0] == index)[0]
        total[:, here] += opening[:, position[here], place]
    return total


def _demand_worth(prepared: Prepared, worth: Worth) -> list[Floats]:
    """Revenue from each source's demand, [R, C, P], in each world."""
    layout, live = prepared.layout, prepared.live
    entry = worth.entry.reshape(*worth.entry.shape[:2], -1)
    earns = np.array(layout.entry_earns)
    result = []
    for world in prepared.worlds:
        demand = np.moveaxis(world.demand[:, live], 3, 2).reshape(world.replicates, -1, len(layout.players))
        at_once = world.demand[:, earns].sum(axis=1) @ world.step_days
        result.append(entry @ demand + at_once[:, None])
    return result
