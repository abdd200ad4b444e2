"""The backward pass: the worth of money in every custody and at every time, for a chunk of coalitions.

See `revenue` for the equations. Arrays are [R, C]: replicates x coalitions. A custody's kernel depends on whose world
its own department plays, so coalitions are grouped by that; the sum over the nodes behind a block of nodes is a matrix
product per group, the nodes within a block follow one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from revenue_health.contribution.core import kernels
from revenue_health.contribution.core.flows import Floats, Ints
from revenue_health.contribution.core.kernels import Grid, Paths
from revenue_health.contribution.core.rates import Rates

FACTORS = ("demand", "waiting", "losses", "value", "routing")
"""What a department's play is made of; the last axis of a choice."""
DEMAND, WAITING, LOSSES, VALUE, ROUTING = range(5)
BLOCK = 8
"""Nodes between two matrix products over the nodes behind them."""
SWEEPS = 200
"""At most so many rounds for moves within one step; a cycle of instant holds converges slowest."""
SETTLED = 1e-11
"""Change of worth per unit of money at which the rounds stop."""

type Group = tuple[int, Ints | slice]


@dataclass(frozen=True, kw_only=True)
class Worth:
    """One pass. entry [J, W, R, C]: money earned per unit a day entering custody j all through step w; opening
    [worlds, R, C]: from the opening stock of each world."""

    entry: Floats
    opening: Floats


class Prepared:
    """Kernels of every (custody, world) that some choice plays, made once for all chunks of coalitions."""

    def __init__(self, worlds: Sequence[Rates], shaping: Ints, grid: Grid) -> None:
        self.worlds, self.grid, self.layout = worlds, grid, worlds[0].layout
        self.fresh: dict[tuple[int, int], Paths] = {}
        self.start: dict[tuple[int, int, int], tuple[Floats, Floats]] = {}
        self._first: dict[tuple[int, int], int] = {}
        for custody, player in enumerate(self.layout.custody_player):
            for world in np.unique(shaping[:, player, WAITING - 1]):
                self._add(custody, self.first_with(custody, int(world)))
        moves = self._moves_left()
        self.live = sorted({custody for custody, _ in self.fresh}, key=lambda custody: (moves[custody], custody))

    def _add(self, custody: int, world: int) -> None:
        rates, grid = self.worlds[world], self.grid
        if not any(other.fresh[:, custody].any() or other.opening[:, custody].any() for other in self.worlds):
            return
        if (custody, world) in self.fresh:
            return
        speed = rates.speed[:, custody]
        earned = bool(self.layout.after_earning[self.layout.stage_of[custody]])
        self.fresh[custody, world] = kernels.fresh_paths(rates.fresh[:, custody], speed, grid, presence=earned)
        stocks = [
            kernels.spread_opening(other.opening[:, custody], other.old[:, custody], grid) for other in self.worlds
        ]
        paths = kernels.opening_paths(np.stack(stocks, axis=1), rates.old[:, custody], speed, grid)
        for index in range(len(self.worlds)):
            self.start[custody, world, index] = paths.worth[:, index], paths.present[:, index]

    def first_with(self, custody: int, world: int) -> int:
        """The first world in which a custody waits as it does in this one: one kernel serves them all."""
        if (custody, world) not in self._first:
            same = (other for other in range(world) if self._same(custody, other, world))
            self._first[custody, world] = next(same, world)
        return self._first[custody, world]

    def _same(self, custody: int, one: int, other: int) -> bool:
        """Whether a custody waits the same in two worlds; then one kernel serves both."""
        first, second = self.worlds[one], self.worlds[other]
        return all(
            np.array_equal(getattr(first, name)[:, custody], getattr(second, name)[:, custody])
            for name in ("fresh", "old", "speed")
        )

    def _moves_left(self) -> Floats:
        """Expected number of moves until a deal leaves the books: who comes later in the flow is solved first."""
        routing = self.worlds[0].routing[0][:, :-1]
        size = routing.shape[0]
        return np.linalg.solve(np.eye(size) - 0.999 * routing, np.ones(size))


class Pass:
    """State of one backward pass over a chunk of coalitions. shaping: int[C, P, 4], the choice without demand."""

    def __init__(self, prepared: Prepared, shaping: Ints) -> None:
        self.prepared, self.shaping = prepared, shaping
        self.worlds, self.layout, self.grid = prepared.worlds, prepared.layout, prepared.grid
        self.size = (self.worlds[0].replicates, shaping.shape[0])
        self.leak = self._losses_by_stage()
        live, nodes = prepared.live, self.grid.steps + 1
        self.groups = {j: self._groups(j) for j in live}
        self.rate = {j: self._net_rate(j) for j in live}
        self.step_factor = {j: np.exp(-self.rate[j] * self.grid.dt) for j in live}
        self.routes = {j: self._routes(j) for j in live}
        place = {j: order for order, j in enumerate(live)}
        self.cyclic = any(place[k] >= place[j] for j in live for k, _ in self.routes[j][1])
        self.kept = {j: [np.zeros((self.size[0], nodes, self._count(who))) for _, who in self.groups[j]] for j in live}
        self.factor = {j: np.ones(self.size) for j in live}
        self.worth = {j: np.zeros(self.size) for j in live}
        self.before, self.earlier = self.worth, self.worth
        self.reward = {j: self.routes[j][0] for j in live}
        self.taken = {j: self._taken_back(j) for j in live if self.layout.after_earning[self.layout.stage_of[j]]}

    def _count(self, who: Ints | slice) -> int:
        return self.size[1] if isinstance(who, slice) else who.size

    def of_player(self, values: Sequence[Floats], player: int, factor: int) -> Floats:
        """[R, C, ...] gathered from values of each world [R, ...] by who plays what."""
        return np.asarray(np.stack(values, axis=1)[:, self.shaping[:, player, factor - 1]])

    def _losses_by_stage(self) -> Floats:
        """Total loss hazard [S, W, R, C]."""
        stages, players = len(self.layout.stages), len(self.layout.players)
        leak = np.zeros((stages, self.grid.week_days.size, *self.size))
        for stage in range(stages):
            for player in range(players):
                values = [world.loss[:, stage, player] for world in self.worlds]
                if any(value.any() for value in values):
                    leak[stage] += np.moveaxis(self.of_player(values, player, LOSSES), 2, 0)
        return leak

    def _net_rate(self, custody: int) -> Floats:
        """Growth minus loss per day, [W, R, C], within what an exponential over the period can hold."""
        rate = -self.leak[self.layout.stage_of[custody]]
        values = [world.growth[:, custody] for world in self.worlds]
        if any(value.any() for value in values):
            rate = rate + np.moveaxis(self.of_player(values, self.layout.custody_player[custody], VALUE), 2, 0)
        most = 500.0 / float(self.grid.week_days.sum())
        return np.asarray(np.clip(rate, -most, most))

    def _groups(self, custody: int) -> list[Group]:
        """Coalitions by the world whose waiting this custody plays; worlds with one kernel are one group."""
        played = self.shaping[:, self.layout.custody_player[custody], WAITING - 1]
        kernels_of = [self.prepared.first_with(custody, world) for world in range(len(self.worlds))]
        used = np.array(kernels_of)[played]
        worlds = np.unique(used)
        if worlds.size == 1:
            return [(int(worlds[0]), slice(None))]
        return [(int(world), np.nonzero(used == world)[0]) for world in worlds]

    def _routes(self, custody: int) -> tuple[Floats, list[tuple[int, Floats]]]:
        """Part of handed-on money that earns [R, C], and (next custody, part [R, C]) for those that matter."""
        player = self.layout.custody_player[custody]
        rows = [world.routing[:, custody] for world in self.worlds]
        earn = self.of_player([row @ self.layout.earning_move[custody] for row in rows], player, ROUTING)
        following = [k for k in self.prepared.live if any(row[:, k].any() for row in rows)]
        return earn, [(k, self.of_player([row[:, k] for row in rows], player, ROUTING)) for k in following]

    def _taken_back(self, custody: int) -> list[Floats]:
        """Losses after earning per unit present, times the integrating factor mid-step: [R, n, C of group]."""
        grid, stage = self.grid, self.layout.stage_of[custody]
        rate = self.rate[custody][grid.week_of_step]
        exponent = -np.cumsum(rate[::-1], axis=0)[::-1] * grid.dt + 0.5 * grid.dt * rate
        lost = np.moveaxis(self.leak[stage][grid.week_of_step] * np.exp(exponent), 0, 1)
        return [self.prepared.fresh[custody, world].present @ lost[:, :, who] for world, who in self.groups[custody]]

    def keep(self, custody: int, node: int) -> None:
        """Store what is handed on at a node, times the integrating factor."""
        value = self.factor[custody] * self.reward[custody]
        for kept, (_, who) in zip(self.kept[custody], self.groups[custody], strict=True):
            kept[:, node] = value[:, who]

    def behind(self, custody: int, first: int, last: int) -> list[Floats]:
        """Worth from the nodes behind `last` for the block first..last, by group: [R, last - first + 1, C]."""
        return [
            self.prepared.fresh[custody, world].worth[:, first : last + 1, last + 1 :] @ kept[:, last + 1 :]
            for kept, (world, _) in zip(self.kept[custody], self.groups[custody], strict=True)
        ]

    def open_terms(self, custody: int, block: list[Floats], node: int, offset: int) -> tuple[Floats, Floats]:
        """Worth at a node without what is handed on at the node itself, and the weight of that."""
        known, weight = np.empty(self.size), np.empty(self.size)
        for index, (world, who) in enumerate(self.groups[custody]):
            value = block[index][:, offset]
            if custody in self.taken:
                value = value - self.taken[custody][index][:, node]
            known[:, who] = value
            weight[:, who] = self.prepared.fresh[custody, world].worth[:, node, node][:, None]
        return known / self.factor[custody], weight

    def solve(self, blocks: dict[int, list[Floats]], node: int, offset: int) -> None:
        """Worth at a node: later custodies first; again until moves in a circle within the step have settled."""
        live = self.prepared.live
        terms = {j: self.open_terms(j, blocks[j], node, offset) for j in live}
        guess = {j: 2 * self.worth[j] - self.before[j] for j in live} if self.cyclic else self.worth
        self.earlier, self.before = self.before, self.worth
        worth = dict(guess)
        for _ in range(SWEEPS if self.cyclic else 1):
            change = 0.0
            for j in live:
                earn, edges = self.routes[j]
                reward = earn.copy()
                for k, part in edges:
                    reward += part * worth[k]
                known, weight = terms[j]
                value = known + weight * reward
                if self.cyclic:
                    change = max(change, float(np.abs(value - worth[j]).max()))
                worth[j], self.reward[j] = value, reward
            if change < SETTLED:
                break
        self.worth = worth

    def pass_on(self, custody: int, block: list[Floats], node: int, offset: int) -> None:
        """Add what is handed on at this node to the earlier nodes of its block."""
        if not offset:
            return
        for index, (world, _) in enumerate(self.groups[custody]):
            weights = self.prepared.fresh[custody, world].worth[:, node - offset : node, node]
            block[index][:, :offset] += weights[:, :, None] * self.kept[custody][index][:, node][:, None, :]

    def mean_worth(self, custody: int, node: int) -> Floats:
        """Mean worth over the step after a node: the trapezoid, less a twelfth of the second difference."""
        worth, before, earlier = self.worth[custody], self.before[custody], self.earlier[custody]
        mean = 0.5 * (worth + before)
        return mean if node == self.grid.steps - 1 else mean - (worth - 2 * before + earlier) / 12

    def opening(self) -> Floats:
        """Revenue from the opening stock of each world, [worlds, R, C]."""
        result = np.zeros((len(self.worlds), *self.size))
        for j in self.prepared.live:
            for index, (world, who) in enumerate(self.groups[j]):
                for source in range(len(self.worlds)):
                    weights, present = self.prepared.start[j, world, source]
                    value = (weights[:, None, :] @ self.kept[j][index])[:, 0]
                    result[source][:, who] += value / self.factor[j][:, who]
                    if j in self.taken:
                        result[source][:, who] -= self.lost_from_opening(j, present)[:, who]
        return result

    def lost_from_opening(self, custody: int, present: Floats) -> Floats:
        """Losses after earning from a stock [R, C]: its presence [R, n] times hazard and growth since the start."""
        grid, stage = self.grid, self.layout.stage_of[custody]
        rate = self.rate[custody][grid.week_of_step]
        since = np.cumsum(rate, axis=0) * grid.dt - 0.5 * grid.dt * rate
        return np.asarray(np.einsum("rn,nrc->rc", present, self.leak[stage][grid.week_of_step] * np.exp(since)))


def march(run: Pass) -> Floats:
    """One pass from the end of the period to its start; returns the entry worth [J, W, R, C]; the rest is in run."""
    grid, live = run.grid, run.prepared.live
    count, steps = len(run.layout.custodies), grid.steps
    entry = np.zeros((count, grid.week_days.size, *run.size))
    for j in live:
        run.keep(j, steps)
    blocks: dict[int, list[Floats]] = {}
    for node in range(steps - 1, -1, -1):
        offset = node % BLOCK
        if offset == BLOCK - 1 or node == steps - 1:
            blocks = {j: run.behind(j, node - offset, node) for j in live}
        week = int(grid.week_of_step[node])
        for j in live:
            run.factor[j] = run.factor[j] * run.step_factor[j][week]
        run.solve(blocks, node, offset)
        for j in live:
            run.keep(j, node)
            run.pass_on(j, blocks[j], node, offset)
            entry[j, week] += grid.dt * run.mean_worth(j, node)
    return entry


def backward(prepared: Prepared, shaping: Ints) -> Worth:
    """Worth of entries and of the opening stocks, for a chunk of coalitions."""
    run = Pass(prepared, shaping)
    return Worth(entry=march(run), opening=run.opening())
