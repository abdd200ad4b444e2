"""Revenue as a function of what each department does: R, for many coalitions and replicates at once.

R is linear in what enters and in what is there at the start, so it is computed backwards: the worth of one unit of
money entering custody j at time t is

    V_j(t) = integral of S_j(t, u) mu_j(t, u) W_j(u) du  -  after earning: integral of S_j(t, u) loss(u) du
    W_j(u) = sum over k of r_jk (1 if the move earns + V_k(u))

with S the probability to be still held (hand-on, loss and revaluation together). Then R = opening . V(0) + demand .
integral of V. One backward pass serves every source, and only departments whose play shapes a kernel need coalitions.
Loss and revaluation do not depend on the age of the hold; they are taken out of the kernels as an integrating factor,
so that a kernel depends on its own department only. Volterra equations of the second kind: see `kernels`.
"""

from collections.abc import Sequence

import numpy as np

from revenue_health.contribution.core import kernels
from revenue_health.contribution.core.backward import DEMAND, FACTORS, LOSSES, Prepared, Worth, backward
from revenue_health.contribution.core.flows import Floats, Ints, Layout
from revenue_health.contribution.core.rates import Rates

AT_ONCE = 24_000
"""Replicates x coalitions calculated together: their arrays stay in the processor's cache."""


def everyone(layout: Layout, world: int) -> Ints:
    """The choice in which all play the same world: int[1, P + 1, 5]."""
    return np.full((1, len(layout.players) + 1, len(FACTORS)), world, dtype=np.int64)


def revenue(worlds: Sequence[Rates], choice: Ints, longest_step: float = kernels.STEP_DAYS) -> Floats:
    """R of every choice, [R, C], in the unit of the amounts.

    worlds: sets of rates over the same layout, steps and replicates. choice int[C, P + 1, 5]: for each coalition,
    player and factor of `FACTORS`, the world whose rates are played; row P is the opening pipeline (factor 0 counts).
    """
    grid = kernels.make_grid(worlds[0].step_days, longest_step)
    shaping, position = np.unique(choice[:, :-1, 1:].reshape(choice.shape[0], -1), axis=0, return_inverse=True)
    players = choice.shape[1] - 1
    shaping = shaping.reshape(shaping.shape[0], players, len(FACTORS) - 1)
    prepared = Prepared(worlds, shaping, grid)
    replicates = worlds[0].replicates
    size = max(AT_ONCE // replicates, 1)
    parts = []
    for start in range(0, shaping.shape[0], size):
        worth = backward(prepared, shaping[start : start + size])
        parts.append((_demand_worth(worlds, worth), worth.opening))
    by_source = np.concatenate([part[0] for part in parts], axis=-1)
    opening = np.concatenate([part[1] for part in parts], axis=-1)
    total = np.zeros((replicates, choice.shape[0]))
    position = position.reshape(-1)
    for player in range(players):
        for index, world in enumerate(worlds):
            here = np.nonzero(choice[:, player, DEMAND] == index)[0]
            total[:, here] += by_source[index, player][:, position[here]]
            here = np.nonzero(choice[:, player, LOSSES] == index)[0]
            total[:, here] -= (world.reversed[:, player] @ world.step_days)[:, None]
    for index in range(len(worlds)):
        here = np.nonzero(choice[:, players, 0] == index)[0]
        total[:, here] += opening[index][:, position[here]]
    return total


def _demand_worth(worlds: Sequence[Rates], worth: Worth) -> Floats:
    """Revenue from each source's demand: [worlds, P, R, C]."""
    layout = worlds[0].layout
    result = np.zeros((len(worlds), len(layout.players), *worth.opening.shape[1:]))
    days = worlds[0].step_days
    for index, world in enumerate(worlds):
        for custody, player in zip(*np.nonzero(world.demand.any(axis=(0, 3))), strict=True):
            rate = world.demand[:, custody, player]
            result[index, player] += np.einsum("rw,wrc->rc", rate, worth.entry[custody])
            if layout.entry_earns[custody]:
                result[index, player] += (rate @ days)[:, None]
    return result
