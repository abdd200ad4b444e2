"""What the backward pass over coalitions reads and writes: arrays only, as compiled code wants them."""

from typing import NamedTuple

import numpy as np

from revenue_health.contribution.core.flows import Floats, Ints
from revenue_health.contribution.core.solver.kernels import Step

LANES = 8
"""Coalitions calculated together."""
BLOCK = 8
"""Nodes between two looks at all the nodes behind them."""


class Kernels(NamedTuple):
    """Kernels of K (custody, world) pairs, Q of them after earning. kernel int[J, V]: which a custody has in a world;
    lost int[K]: which of the Q it is, -1 before earning. step, age: see `kernels.enter`. start [K, R, M, n + 1], stay
    [Q, R, M, n]: weights and days present of M opening stocks.
    """

    kernel: Ints
    lost: Ints
    step: Step
    age: Ints
    start: Floats
    stay: Floats


class Company(NamedTuple):
    """Everything the backward pass reads. J: live custodies, later ones of the flow first; V: worlds; R: replicates; E:
    moves.

    dt: days of a step. week [n]: step of the rates each node lies in; days: length of the period. cyclic: whether some
    move leads to a custody that is solved later. stage, player int[J]. loss [V, R, S, P, W], growth [V, R, J, P, W]:
    per day. earn [V, R, J]: part of handed-on money that earns; move [V, R, J, E]: part that goes to the custody
    target[J, E] (-1: no more).
    """

    dt: float
    days: float
    week: Ints
    cyclic: bool
    stage: Ints
    player: Ints
    loss: Floats
    growth: Floats
    earn: Floats
    move: Floats
    target: Ints
    kernels: Kernels


class SolverBuffers(NamedTuple):
    """What the backward pass writes. path [K, n, n + 1], present [Q, n, n]: kernels of the replicate at hand.

    The rest is of the `LANES` coalitions at hand, L. plays int[4, P, L]: worlds each player plays, by factor from
    waiting on. kernel int[J, L]; the different ones among them are kinds int[J], kernel_of_kind int[J, kinds], and
    kind int[J, L] says which each lane has. leak, net, factor_of_step [J, W, L]: losses, growth less losses, its factor
    over a step. handed_on [J, n + 1, L], taken [J, n, L]: what is handed on and what is lost after earning, times the
    integrating factor. ahead [J, BLOCK, L]: worth at a block's nodes from behind the block. worth, before, earlier
    [J, L]: worth at this node and the two behind it.
    """

    path: Floats
    present: Floats
    plays: Ints
    kernel: Ints
    kinds: Ints
    kernel_of_kind: Ints
    kind: Ints
    total: Floats
    ahead: Floats
    net: Floats
    factor_of_step: Floats
    earn: Floats
    move: Floats
    handed_on: Floats
    taken: Floats
    factor: Floats
    from_behind: Floats
    weight: Floats
    reward: Floats
    worth: Floats
    before: Floats
    earlier: Floats


def solver_buffers(company: Company) -> SolverBuffers:
    """Empty buffers for one pass over the company, reused by all its coalitions."""
    count, edges = company.target.shape
    weeks, steps = company.loss.shape[4], company.week.size

    def lanes(*shape: int) -> Floats:
        return np.zeros((*shape, LANES))

    late = int((company.kernels.lost >= 0).sum())
    return SolverBuffers(
        path=np.zeros((company.kernels.lost.size, steps, steps + 1)),
        present=np.zeros((late, steps, steps)),
        plays=np.zeros((4, company.loss.shape[3], LANES), dtype=np.int64),
        kernel=np.zeros((count, LANES), dtype=np.int64),
        kinds=np.zeros(count, dtype=np.int64),
        kernel_of_kind=np.zeros((count, LANES), dtype=np.int64),
        kind=np.zeros((count, LANES), dtype=np.int64),
        total=lanes(),
        ahead=lanes(count, BLOCK),
        net=lanes(count, weeks),
        factor_of_step=lanes(count, weeks),
        earn=lanes(count),
        move=lanes(count, edges),
        handed_on=lanes(count, steps + 1),
        taken=lanes(count, steps),
        factor=lanes(count),
        from_behind=lanes(count),
        weight=lanes(count),
        reward=lanes(count),
        worth=lanes(count),
        before=lanes(count),
        earlier=lanes(count),
    )
