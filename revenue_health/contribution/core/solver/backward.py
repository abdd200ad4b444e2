"""What the backward pass reads, laid out once for all coalitions: rates of every world, kernels, opening stocks.

See `revenue` for the equations and `solve_backward` for the pass. A custody's kernel depends only on which world its
own department plays, so there is one for each (custody, world) that some coalition plays.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from revenue_health.contribution.core.flows import AGE_BINS, Floats, Ints
from revenue_health.contribution.core.model.rates import Rates
from revenue_health.contribution.core.solver import kernels
from revenue_health.contribution.core.solver.buffers import Company, Kernels, solver_buffers
from revenue_health.contribution.core.solver.kernels import Grid

FACTORS = ("demand", "waiting", "losses", "value", "routing")
"""What a department's play is made of; the last axis of a choice."""
DEMAND, WAITING, LOSSES, VALUE, ROUTING = range(5)
_CACHED = 65_536
"""Numbers in one array of steps that are worked on at once."""


@dataclass(frozen=True, kw_only=True)
class Worth:
    """One pass, by live custody. entry [R, C, J, W]: money earned per unit a day entering a custody all through step w;
    opening [R, C, J, M]: from each of its stocks."""

    entry: Floats
    opening: Floats


class Prepared:
    """Worlds made ready for any number of passes over coalitions that wait as some row of `shaping` does.

    shaping int[C, P, 4]: choices without demand. stocks [R, M, cells] by custody: opening stocks to follow; without
    them they are the worlds' own, stock m that of world opened[m] (without it of every world in order). apart: each
    replicate is a group of its own, see `stacked`. live: the custodies that matter, as a pass orders them.
    """

    def __init__(
        self,
        worlds: Sequence[Rates],
        shaping: Ints,
        grid: Grid,
        stocks: Callable[[int], Floats] | None = None,
        opened: Sequence[int] = (),
        *,
        apart: bool = False,
    ) -> None:
        self.worlds, self.grid, self.layout = worlds, grid, worlds[0].layout
        self._opened = opened or range(len(worlds))
        self._apart = apart
        self._stocks = stocks or self._opening_stocks
        self._first: dict[tuple[int, int], int] = {}
        moves = self._moves_left()
        live = [custody for custody in range(moves.size) if self._used(custody)]
        # Equal numbers of moves by custody, so that sums are made in the same order every time.
        self.live = sorted(live, key=lambda custody: (moves[custody], custody))
        self.company = self._company(shaping)

    def _used(self, custody: int) -> bool:
        """Whether money there can still earn, or be lost or revalued while it stands earned."""
        stage = self.layout.stage_of[custody]
        stays = bool(self.layout.after_earning[stage])
        return any(
            other.fresh[:, custody].any()
            or other.opening[:, custody].any()
            or (stays and (other.loss[:, stage].any() or other.growth[:, custody].any()))
            for other in self.worlds
        )

    def _moves_left(self) -> Floats:
        """Expected number of moves until a deal leaves the books: who comes later in the flow is solved first."""
        routing = self.worlds[0].routing[0][:, :-1]
        size = routing.shape[0]
        # 0.999: a circle that nothing leaves would make the matrix singular.
        return np.linalg.solve(np.eye(size) - 0.999 * routing, np.ones(size))

    def _company(self, shaping: Ints) -> Company:
        layout, live = self.layout, np.array(self.live, dtype=np.int64)
        routing = np.stack([world.routing[:, live] for world in self.worlds])
        target = self._targets(routing)
        moves = routing[..., live]
        return Company(
            dt=self.grid.dt,
            days=float(self.grid.week_days.sum()),
            week=np.ascontiguousarray(self.grid.week_of_step),
            cyclic=bool((target >= np.arange(live.size)[:, None]).any()),
            stage=layout.stage_of[live],
            player=layout.player_of[live],
            # All in one order in memory, so that the pass is compiled once.
            loss=np.ascontiguousarray(np.stack([world.loss for world in self.worlds])),
            growth=np.ascontiguousarray(np.stack([world.growth[:, live] for world in self.worlds])),
            earn=np.ascontiguousarray(np.einsum("vrjk,jk->vrj", routing, layout.earning_move[live])),
            move=np.ascontiguousarray(np.take_along_axis(moves, np.maximum(target, 0)[None, None], axis=3)),
            target=target,
            kernels=self._kernels(shaping),
        )

    def _targets(self, routing: Floats) -> Ints:
        """Places in `live` of the custodies each of them hands on to in some world, int[J, E]; -1: no more."""
        targets = [np.flatnonzero(row).tolist() for row in routing[..., self.live].any(axis=(0, 1))]
        target = np.full((len(targets), max((len(row) for row in targets), default=0)), -1, dtype=np.int64)
        for place, row in enumerate(targets):
            target[place, : len(row)] = row
        return target

    def _kernels(self, shaping: Ints) -> Kernels:
        """Kernels of every (custody, world) that some choice plays, and of the stocks that wait so."""
        after = self.layout.after_earning[self.layout.stage_of]
        kernel = np.zeros((len(self.live), len(self.worlds)), dtype=np.int64)
        rows: dict[tuple[int, int], int] = {}
        for place, custody in enumerate(self.live):
            for played in np.unique(shaping[:, self.layout.custody_player[custody], WAITING - 1]):
                first = self.first_with(custody, int(played))
                kernel[place, played] = rows.setdefault((custody, first), len(rows))
        earned = np.array([after[custody] for custody, _ in rows], dtype=bool)
        lost = np.where(earned, np.cumsum(earned) - 1, -1)
        step, age = kernels.fresh_steps(self._rates_of(rows, "fresh"), self._rates_of(rows, "speed"), self.grid)
        start, stay = self._openings(list(rows), lost)
        return Kernels(kernel=kernel, lost=lost, step=step, age=age, start=start, stay=stay)

    def _rates_of(self, rows: Collection[tuple[int, int]], name: str) -> Floats:
        """Rates of (custody, world) pairs, [K, R, ...]."""
        whole = getattr(self.worlds[0], name)
        rates = np.zeros((len(rows), whole.shape[0], *whole.shape[2:]))
        for row, (custody, world) in enumerate(rows):
            rates[row] = getattr(self.worlds[world], name)[:, custody]
        return rates

    def _openings(self, rows: Sequence[tuple[int, int]], lost: Ints) -> tuple[Floats, Floats]:
        """What becomes of the opening stocks of every (custody, world), `start` and `stay` of `Kernels`; a few rows at
        a time, so that the steps stay in the processor's cache."""
        stocks = {custody: self._stocks(custody) for custody in self.live}
        count = next((stock.shape[1] for stock in stocks.values()), len(self._opened))
        size, steps = self.worlds[0].replicates, self.grid.steps
        start = np.zeros((len(rows), size, count, steps + 1))
        stay = np.zeros((int((lost >= 0).sum()), size, count, steps))
        nowhere = np.zeros((0, count, steps))
        together = max(_CACHED // (size * self.grid.week_days.size * AGE_BINS), 1)
        for first in range(0, len(rows), together):
            some = range(first, min(first + together, len(rows)))
            here = [rows[row] for row in some]
            step, age = kernels.standing_steps(self._rates_of(here, "old"), self._rates_of(here, "speed"), self.grid)
            kernels.leave_all(
                step,
                self.grid,
                age,
                [stocks[custody] for custody, _ in here],
                [start[row] for row in some],
                [stay[lost[row]] if lost[row] >= 0 else nowhere for row in some],
            )
        return start, stay

    def _opening_stocks(self, custody: int) -> Floats:
        """The stocks of all worlds by age cell, [R, V, cells]."""
        return np.ascontiguousarray(self._spread[:, :, self.live.index(custody)])

    @cached_property
    def _spread(self) -> Floats:
        """Opening stocks of all worlds by age cell, [R, V, J, cells]; worlds that agree are spread once."""
        spread: list[tuple[Floats, Floats, Floats]] = []
        stocks = []
        for world in (self.worlds[index] for index in self._opened):
            opening, old = world.opening[:, self.live], world.old[:, self.live]
            same = (stock for had, aged, stock in spread if np.array_equal(had, opening) and np.array_equal(aged, old))
            stock = next(same, None)
            if stock is None:
                stock = kernels.spread_opening(opening, old, self.grid)
                if spread and self._apart:
                    # It lies within its age bins as the hazards of its world say: a stock in which nothing changed, of
                    # a row that is a group of its own, must not move because hazards did.
                    equal = (opening == spread[0][0]).all(axis=(1, 2))
                    stock[equal] = spread[0][2][equal]
                spread.append((opening, old, stock))
            stocks.append(stock)
        return np.stack(stocks, axis=1)

    def first_with(self, custody: int, world: int) -> int:
        """The first world in which a custody waits as it does in this one: one kernel serves them all."""
        if (custody, world) not in self._first:
            same = (other for other in range(world) if self._same(custody, other, world))
            self._first[custody, world] = next(same, world)
        return self._first[custody, world]

    def _same(self, custody: int, world: int, another: int) -> bool:
        first, second = self.worlds[world], self.worlds[another]
        return all(
            np.array_equal(getattr(first, name)[:, custody], getattr(second, name)[:, custody])
            for name in ("fresh", "old", "speed")
        )


def backward(prepared: Prepared, shaping: Ints) -> Worth:
    """Worth of entries and of the opening stocks, for coalitions int[C, P, 4]: the world in which each player waits,
    loses, values and routes. They must wait as some row that `prepared` was made for."""
    # Brings numba, which only processes that compute should pay for.
    from revenue_health.contribution.core.solver.backward_loop import solve_backward

    company = prepared.company
    size = (prepared.worlds[0].replicates, shaping.shape[0], len(prepared.live))
    entry = np.zeros((*size, prepared.grid.week_days.size))
    opening = np.zeros((*size, company.kernels.start.shape[2]))
    solve_backward(company, np.ascontiguousarray(shaping), solver_buffers(company), entry, opening)
    return Worth(entry=entry, opening=opening)
