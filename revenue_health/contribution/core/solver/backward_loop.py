"""The backward pass itself, compiled: node by node from the end of the period to its start.

See `revenue` for the equations and `backward` for what is laid out here. Coalitions are taken `LANES` at a time, so
that one processor instruction serves several of them; apart from the number of rounds, each lane is independent of its
neighbours.
"""

import numpy as np

from revenue_health.contribution.core.flows import Floats, Ints
from revenue_health.contribution.core.solver.buffers import BLOCK, LANES, Company, SolverBuffers
from revenue_health.contribution.core.solver.compiled import compiled, part
from revenue_health.contribution.core.solver.walks import enter

SWEEPS = 200
"""At most so many rounds for moves within one step; a cycle of instant holds converges slowest."""
SETTLED = 1e-11
"""Change of worth per unit of money at which the rounds stop."""
STEEPEST = 500.0
"""Largest exponent of growth or loss over the period: what an exponential can hold."""


@part
def _play(company: Company, buffers: SolverBuffers, r: int) -> None:
    """Rates of each lane's coalition: losses, growth and its factor over a step, and where money goes."""
    count, edges = company.target.shape
    players, weeks = company.loss.shape[3], company.loss.shape[4]
    most = STEEPEST / company.days
    for j in range(count):
        stage, player = company.stage[j], company.player[j]
        for w in range(weeks):
            for lane in range(LANES):
                leak = 0.0
                for p in range(players):
                    leak += company.loss[buffers.plays[1, p, lane], r, stage, p, w]
                gain = 0.0
                for p in range(players):
                    gain += company.growth[buffers.plays[2, p, lane], r, j, p, w]
                net = gain - leak
                net = min(max(net, -most), most)
                buffers.net[j, w, lane] = net
                buffers.factor_of_step[j, w, lane] = np.exp(-net * company.dt)
        kinds = 0
        for lane in range(LANES):
            kernel = company.kernels.kernel[j, buffers.plays[0, player, lane]]
            kind = 0
            while kind < kinds and buffers.kernel_of_kind[j, kind] != kernel:
                kind += 1
            kinds = max(kinds, kind + 1)
            buffers.kernel[j, lane], buffers.kernel_of_kind[j, kind], buffers.kind[j, lane] = kernel, kernel, kind
            world = buffers.plays[3, player, lane]
            buffers.earn[j, lane] = company.earn[world, r, j]
            for e in range(edges):
                buffers.move[j, e, lane] = company.move[world, r, j, e]
        buffers.kinds[j] = kinds


@part
def _take_back(company: Company, buffers: SolverBuffers) -> None:
    """Losses less growth after earning per unit entering at each node, times the integrating factor mid-step."""
    steps, total = company.week.size, buffers.total
    lost = np.zeros((steps, LANES))
    for j in range(company.target.shape[0]):
        if company.kernels.lost[buffers.kernel[j, 0]] < 0:
            continue
        for lane in range(LANES):
            exponent = 0.0
            for node in range(steps - 1, -1, -1):
                net = buffers.net[j, company.week[node], lane]
                rate = net * company.dt
                lost[node, lane] = -net * np.exp(-(exponent + 0.5 * rate))
                exponent += rate
        for kind in range(buffers.kinds[j]):
            row = company.kernels.lost[buffers.kernel_of_kind[j, kind]]
            for node in range(steps):
                for lane in range(LANES):
                    total[lane] = 0.0
                for later in range(node, steps):
                    for lane in range(LANES):
                        total[lane] += buffers.present[row, node, later] * lost[later, lane]
                for lane in range(LANES):
                    if buffers.kind[j, lane] == kind:
                        buffers.taken[j, node, lane] = total[lane]


@part
def _ahead(company: Company, buffers: SolverBuffers, first: int, last: int) -> None:
    """Worth at the nodes first..last from what is handed on behind `last`: most of the work of the pass. A block of
    nodes at a time reads what is kept once, and four nodes of it at a time keep the sums in registers."""
    path, handed_on, total = buffers.path, buffers.handed_on, buffers.total
    end = company.week.size + 1
    for j in range(company.target.shape[0]):
        # One kernel serves all lanes that wait alike; nearly always there are one or two.
        for kind in range(buffers.kinds[j]):
            k = buffers.kernel_of_kind[j, kind]
            for node in range(first, last + 1):
                for lane in range(LANES):
                    total[lane] = 0.0
                later = last + 1
                while later + 4 <= end:
                    near, second = path[k, node, later], path[k, node, later + 1]
                    third, far = path[k, node, later + 2], path[k, node, later + 3]
                    for lane in range(LANES):
                        total[lane] += (near * handed_on[j, later, lane] + second * handed_on[j, later + 1, lane]) + (
                            third * handed_on[j, later + 2, lane] + far * handed_on[j, later + 3, lane]
                        )
                    later += 4
                while later < end:
                    for lane in range(LANES):
                        total[lane] += path[k, node, later] * handed_on[j, later, lane]
                    later += 1
                for lane in range(LANES):
                    if buffers.kind[j, lane] == kind:
                        buffers.ahead[j, node - first, lane] = total[lane]


@part
def _behind(company: Company, buffers: SolverBuffers, node: int, first: int, last: int) -> None:
    """Worth at a node without what is handed on at the node itself, and the weight of that; first..last: its block."""
    path, handed_on, total = buffers.path, buffers.handed_on, buffers.total
    for j in range(company.target.shape[0]):
        for kind in range(buffers.kinds[j]):
            k = buffers.kernel_of_kind[j, kind]
            for lane in range(LANES):
                total[lane] = buffers.ahead[j, node - first, lane] - buffers.taken[j, node, lane]
            for later in range(node + 1, last + 1):
                weight = path[k, node, later]
                for lane in range(LANES):
                    total[lane] += weight * handed_on[j, later, lane]
            for lane in range(LANES):
                if buffers.kind[j, lane] == kind:
                    buffers.from_behind[j, lane] = total[lane] / buffers.factor[j, lane]
                    buffers.weight[j, lane] = path[k, node, node]


@part
def _solve(company: Company, buffers: SolverBuffers) -> None:
    """Worth at a node: later custodies first; again until moves in a circle within the step have settled."""
    count, edges = company.target.shape
    # Lanes are the innermost index everywhere: side by side in memory, they share one processor instruction.
    worth, move, from_behind, weight, reward = (
        buffers.worth,
        buffers.move,
        buffers.from_behind,
        buffers.weight,
        buffers.reward,
    )
    for j in range(count):
        for lane in range(LANES):
            now = worth[j, lane]
            # Along the line through the last two nodes: with moves in a circle fewer rounds are needed from there.
            guess = 2 * now - buffers.before[j, lane] if company.cyclic else now
            buffers.earlier[j, lane], buffers.before[j, lane] = buffers.before[j, lane], now
            worth[j, lane] = guess
    change = buffers.total
    for _ in range(SWEEPS if company.cyclic else 1):
        for lane in range(LANES):
            change[lane] = 0.0
        for j in range(count):
            for lane in range(LANES):
                reward[j, lane] = buffers.earn[j, lane]
            for e in range(edges):
                k = company.target[j, e]
                if k < 0:
                    break
                for lane in range(LANES):
                    reward[j, lane] += move[j, e, lane] * worth[k, lane]
            for lane in range(LANES):
                value = from_behind[j, lane] + weight[j, lane] * reward[j, lane]
                moved = abs(value - worth[j, lane])
                change[lane] = moved if moved > change[lane] else change[lane]
                worth[j, lane] = value
        if change.max() < SETTLED:
            break


@part
def _begin(company: Company, buffers: SolverBuffers, r: int, c: int, opening: Floats) -> None:
    """Revenue from the opening stocks of each live custody: what is kept, and growth less losses since the start."""
    steps = company.week.size
    for j in range(company.target.shape[0]):
        for lane in range(min(LANES, opening.shape[1] - c)):
            kernel = buffers.kernel[j, lane]
            row = company.kernels.lost[kernel]
            for m in range(opening.shape[3]):
                total = 0.0
                for node in range(steps + 1):
                    total += company.kernels.start[kernel, r, m, node] * buffers.handed_on[j, node, lane]
                total /= buffers.factor[j, lane]
                if row >= 0:
                    exponent = 0.0
                    for node in range(steps):
                        net = buffers.net[j, company.week[node], lane]
                        rate = net * company.dt
                        total += company.kernels.stay[row, r, m, node] * net * np.exp(exponent + 0.5 * rate)
                        exponent += rate
                opening[r, c + lane, j, m] = total


@compiled
def solve_backward(company: Company, shaping: Ints, buffers: SolverBuffers, entry: Floats, opening: Floats) -> None:
    """Fill entry [R, C, J, W]: money earned per unit a day entering a custody all through a step; and opening
    [R, C, J, M]: from its stocks. shaping int[C, P, 4]: the worlds each coalition's players play."""
    count, steps = company.target.shape[0], company.week.size
    replicates, coalitions = entry.shape[0], entry.shape[1]
    for r in range(replicates):
        # One replicate's kernels at a time: they stay in the processor's cache for all coalitions.
        for k in range(company.kernels.lost.size):
            late = company.kernels.lost[k]
            present = buffers.present[:0, 0] if late < 0 else buffers.present[late]
            enter(company.kernels.step, k, r, company.week, company.kernels.age, buffers.path[k], present)
        for c in range(0, coalitions, LANES):
            for lane in range(LANES):  # lanes behind the last coalition repeat it and are not written
                for p in range(shaping.shape[1]):
                    for factor in range(4):
                        buffers.plays[factor, p, lane] = shaping[min(c + lane, coalitions - 1), p, factor]
            _play(company, buffers, r)
            _take_back(company, buffers)
            buffers.factor[:] = 1.0
            buffers.worth[:] = 0.0
            buffers.before[:] = 0.0
            for j in range(count):
                for lane in range(LANES):
                    buffers.handed_on[j, steps, lane] = buffers.earn[j, lane]
            for node in range(steps - 1, -1, -1):
                week = company.week[node]
                for j in range(count):
                    for lane in range(LANES):
                        buffers.factor[j, lane] *= buffers.factor_of_step[j, week, lane]
                # What later blocks give is summed once for a whole block; within it only the nodes behind change.
                last = min(node - node % BLOCK + BLOCK, steps) - 1
                if node == last:
                    _ahead(company, buffers, node - node % BLOCK, last)
                _behind(company, buffers, node, node - node % BLOCK, last)
                _solve(company, buffers)
                for j in range(count):
                    for lane in range(LANES):
                        buffers.handed_on[j, node, lane] = buffers.factor[j, lane] * buffers.reward[j, lane]
                    for lane in range(min(LANES, coalitions - c)):
                        # The trapezoid over the step, less a twelfth of the second difference behind it.
                        worth, before = buffers.worth[j, lane], buffers.before[j, lane]
                        mean = 0.5 * (worth + before)
                        if node < steps - 1:
                            mean -= (worth - 2 * before + buffers.earlier[j, lane]) / 12
                        entry[r, c + lane, j, week] += company.dt * mean
            _begin(company, buffers, r, c, opening)
