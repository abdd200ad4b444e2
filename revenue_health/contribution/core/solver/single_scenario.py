"""R of one set of rates at a time, with its kernels kept for the next question: for somebody who waits for the answer.

The same equations as `revenue` (tests hold the two together). There, thousands of coalitions share one pass; here there
is a single one, so all custodies are taken together, the moves within a step are solved at once instead of in rounds,
and a question that changes a few custodies recomputes the kernels of those alone.
"""

from collections.abc import Iterable

import numpy as np

from revenue_health.contribution.core.flows import Floats
from revenue_health.contribution.core.model.rates import Rates
from revenue_health.contribution.core.solver import kernels
from revenue_health.contribution.core.solver.kernels import Paths


class SingleScenario:
    """Rates with their kernels; `revenue` answers for them and for others that differ from them in a few custodies."""

    def __init__(self, rates: Rates) -> None:
        self.rates, self.layout = rates, rates.layout
        self.grid = kernels.make_grid(rates.step_days)
        count, steps = len(self.layout.custodies), self.grid.steps
        self.after = np.flatnonzero(self.layout.after_earning[self.layout.stage_of])
        self.worth = np.zeros((rates.replicates, count, steps, steps + 1))
        self.present: dict[int, Floats] = {}
        self.start: dict[int, Paths] = {}
        for custody in range(count):
            fresh, start = self._paths(rates, custody)
            if fresh is not None:
                self.worth[:, custody] = fresh.worth
                self.present[custody], self.start[custody] = fresh.present, start
        self.before = self.revenue(rates)

    def _paths(self, rates: Rates, custody: int) -> tuple[Paths | None, Paths]:
        """Kernels of one custody: of money entering it, and of its opening stock; None where nothing moves."""
        fresh, old, speed = rates.fresh[:, custody], rates.old[:, custody], rates.speed[:, custody]
        if not fresh.any() and not rates.opening[:, custody].any():
            return None, Paths(worth=np.zeros(0), present=np.zeros(0))
        stock = kernels.spread_opening(rates.opening[:, custody], old, self.grid)
        entering = kernels.fresh_paths(fresh, speed, self.grid, presence=custody in self.after)
        return entering, kernels.opening_paths(stock[:, None], old, speed, self.grid)

    def _differing(self, rates: Rates) -> Iterable[int]:
        for custody in range(len(self.layout.custodies)):
            names = ("fresh", "old", "speed", "opening")
            if any(
                not np.array_equal(getattr(rates, name)[:, custody], getattr(self.rates, name)[:, custody])
                for name in names
            ):
                yield custody

    def revenue(self, rates: Rates) -> Floats:
        """R [R] of rates over the same layout and steps, in the unit of the amounts. Kernels are computed anew only for
        custodies whose hazards or opening stock differ from the kept ones."""
        own: dict[int, Floats] = {}
        present, start = dict(self.present), dict(self.start)
        if rates is not self.rates:
            for custody in self._differing(rates):
                fresh, begun = self._paths(rates, custody)
                if fresh is not None:
                    own[custody], present[custody], start[custody] = fresh.worth, fresh.present, begun
        return _BackwardPass(self, rates, own, present).revenue(start)


class _BackwardPass:
    """One backward pass over all custodies at once; arrays are [R, J], replicates x custodies. own: kernels of the
    custodies whose waiting is not the kept one's."""

    def __init__(
        self, scenario: SingleScenario, rates: Rates, own: dict[int, Floats], present: dict[int, Floats]
    ) -> None:
        self.base, self.own, self.rates = scenario.worth, own, rates
        self.layout, self.grid = scenario.layout, scenario.grid
        self.week = self.grid.week_of_step
        # By week, [W, R, J]: growth less the losses of the stage, within what an exponential can hold.
        leak = np.moveaxis(rates.loss.sum(axis=2)[:, self.layout.stage_of], 2, 0)
        # `STEEPEST` of the compiled pass, whose module would bring numba along.
        most = 500.0 / float(self.grid.week_days.sum())
        self.net = np.clip(np.moveaxis(rates.growth.sum(axis=2), 2, 0) - leak, -most, most)
        self.step_factor = np.exp(-self.net * self.grid.dt)
        self.earn = np.einsum("rjk,jk->rj", rates.routing, self.layout.earning_move)
        self.moves = rates.routing[:, :, :-1]
        self.taken = self._taken_back(present)
        self.handed_on = np.zeros((*self.earn.shape, self.grid.steps + 1))
        self.factor = np.ones(self.earn.shape)
        self.solved: tuple[Floats, Floats] | None = None

    def _taken_back(self, present: dict[int, Floats]) -> dict[int, Floats]:
        """Losses less growth after earning per unit entering at each node, times the integrating factor mid-step:
        [R, n]."""
        rate = self.net[self.week]
        exponent = -np.cumsum(rate[::-1], axis=0)[::-1] * self.grid.dt + 0.5 * self.grid.dt * rate
        lost = np.moveaxis(-rate * np.exp(exponent), 0, -1)
        return {
            custody: np.einsum("rpn,rn->rp", days, lost[:, custody]) for custody, days in present.items() if days.size
        }

    def revenue(self, start: dict[int, Paths]) -> Floats:
        """R [R] from opening stocks and demand, less what was taken back."""
        rates, days = self.rates, self.grid.week_days
        entry = self._entry()
        total = np.einsum("rjpw,rjw->r", rates.demand, entry)
        total += rates.demand[:, np.array(self.layout.entry_earns)].sum(axis=(1, 2)) @ days
        total -= rates.reversed.sum(axis=1) @ days
        rate = self.net[self.week]
        since = np.exp(np.cumsum(rate, axis=0) * self.grid.dt - 0.5 * self.grid.dt * rate) * -rate
        for custody, paths in start.items():
            worth = np.einsum("rn,rn->r", paths.worth[:, 0], self.handed_on[:, custody])
            total += worth / self.factor[:, custody]
            if custody in self.taken:
                total -= np.einsum("rn,nr->r", paths.present[:, 0], since[:, :, custody])
        return np.asarray(total)

    def _entry(self) -> Floats:
        """Worth of a unit a day entering all through a step, [R, J, W], from the end of the period to its start."""
        grid, last = self.grid, self.grid.steps
        entry = np.zeros((*self.earn.shape, grid.week_days.size))
        self.handed_on[:, :, last] = self.earn
        worth = before = np.zeros(self.earn.shape)
        for node in range(last - 1, -1, -1):
            self.factor = self.factor * self.step_factor[self.week[node]]
            earlier, before = before, worth
            worth = self._solve(self._from_behind(node) / self.factor, node)
            reward = self.earn + (self.moves @ worth[:, :, None])[:, :, 0]
            self.handed_on[:, :, node] = self.factor * reward
            mean = 0.5 * (worth + before)
            if node != last - 1:  # the trapezoid, less a twelfth of the second difference
                mean = mean - (worth - 2 * before + earlier) / 12
            entry[:, :, self.week[node]] += grid.dt * mean
        return entry

    def _from_behind(self, node: int) -> Floats:
        """Worth at a node from what is handed on behind it."""
        later = self.handed_on[:, :, node + 1 :]
        from_behind = np.einsum("rjm,rjm->rj", self.base[:, :, node, node + 1 :], later)
        for custody, worth in self.own.items():
            from_behind[:, custody] = np.einsum("rm,rm->r", worth[:, node, node + 1 :], later[:, custody])
        for custody, lost in self.taken.items():
            from_behind[:, custody] -= lost[:, node]
        return np.asarray(from_behind)

    def _solve(self, from_behind: Floats, node: int) -> Floats:
        """worth = from_behind + weight (earn + moves worth): moves within the step, in a circle too."""
        weight = self.base[:, :, node, node].copy()
        for custody, worth in self.own.items():
            weight[:, custody] = worth[:, node, node]
        if self.solved is None or not np.array_equal(self.solved[0], weight):
            inverse = np.linalg.inv(np.eye(weight.shape[1]) - weight[:, :, None] * self.moves)
            self.solved = weight, inverse
        return np.asarray((self.solved[1] @ (from_behind + weight * self.earn)[:, :, None])[:, :, 0])
