"""Product-integration weights: what money in a hold is worth, given what it is worth where it goes next.

On a grid of time nodes, money that enters a hold at node p leaves it in step q (between nodes q and q + 1) with the
probability its hazards give, exactly; the worth of what follows is linear between nodes. So the worth of a hold is a
weighted sum over later nodes, and the only error is that of linear interpolation (second order in the step): money
that enters inside a step has its right mean age, and a second move within the step is the implicit weight of node p
itself. Source: Linz, Analytical and Numerical Methods for Volterra Equations (SIAM 1985).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from revenue_health.contribution.core.flows import AGE_EDGES, Floats, Ints

STEP_DAYS = 1.0
"""Length of a step of the forward calculation, days."""


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Time nodes 0..n over the period. dt in days; week_of_step [n]: step of the rates each grid step lies in."""

    dt: float
    week_of_step: Ints
    week_days: Floats

    @property
    def steps(self) -> int:
        """Number of steps n."""
        return int(self.week_of_step.size)

    @property
    def cell_days(self) -> float:
        """Length of the age cells that opening stocks are spread over, days: that of a step, so that a step makes them
        older by one cell, but a day where the whole span is shorter. On the first night of a quarter cells as short as
        the span would be thousands, and after a second millions."""
        return self.dt if self.steps > 1 else max(self.dt, STEP_DAYS)


def make_grid(step_days: Floats, longest: float = STEP_DAYS) -> Grid:
    """Equal steps of about `longest` days over the whole span, at least one.

    step_days [W]: lengths of the rates' steps; a grid step belongs to the one its middle lies in.
    """
    total = float(step_days.sum())
    steps = max(round(total / longest), 1)
    dt = total / steps
    middles = (np.arange(steps) + 0.5) * dt
    week = np.searchsorted(np.cumsum(step_days), middles, side="right")
    return Grid(dt=dt, week_of_step=np.minimum(week, step_days.size - 1), week_days=step_days)


def age_cells(grid: Grid) -> Ints:
    """Age bin of each cell, up to the oldest edge and the length of the period."""
    cells = int(np.ceil(AGE_EDGES[-2] / grid.cell_days)) + 1
    middles = (np.arange(cells) + 0.5) * grid.cell_days
    return np.asarray(np.searchsorted(AGE_EDGES, middles, side="right") - 1)


@dataclass(frozen=True, kw_only=True)
class Paths:
    """Weights of money on its way through ages and weeks; rows are paths, [R, paths, ...].

    worth [n + 1]: weight of what a handed-on unit is worth at each node. present [n]: days present in each step, empty
    where nobody asked for it.
    """

    worth: Floats
    present: Floats


class Step(NamedTuple):
    """What one step does to a unit held at its beginning, [K, R, W, A] by kernel, replicate, week and age index: part
    that stays, part that leaves, the part of it weighted to the far node, and days present."""

    stays: Floats
    leaves: Floats
    far: Floats
    present: Floats


def steps_of(hazard: Floats, grid: Grid) -> Step:
    """hazard [K, R, W, A] per day. It depends on week and age index alone: costly functions once for each.

    Of money at the start of a step with x = hazard * dt, far = (1 - e^-x (1 + x)) / x is weighted to the far node and
    1 - e^-x - far to the near one; series below x = 1e-3 (error 1e-13).
    """
    x = hazard * grid.dt
    stays, gone = np.exp(-x), -np.expm1(-x)
    far = (1 - stays * (1 + x)) / np.where(x > 1e-3, x, 1.0)
    small = np.nonzero(x <= 1e-3)
    few = x[small]
    far[small] = few / 2 - few * few / 3 + few**3 / 8
    present = grid.dt * np.where(x > 1e-6, gone / np.where(x > 1e-6, x, 1.0), 1 - x / 2)
    return Step(stays=stays, leaves=gone - far + far, far=far, present=present)


def fresh_steps(hazard: Floats, speed: Floats, grid: Grid) -> tuple[Step, Ints]:
    """Steps of money entering in the period, and the age bin it has so many steps after it entered [n]. hazard
    [K, R, A] by age bin, speed [K, R, W]."""
    cells = age_cells(grid)
    age = cells[np.minimum(np.arange(grid.steps), cells.size - 1)]
    return steps_of(speed[..., None] * hazard[:, :, None, :], grid), age


def standing_steps(hazard: Floats, speed: Floats, grid: Grid) -> tuple[Step, Ints]:
    """Steps of money that stood there when the period began, and the age index it has in each cell [cells]. hazard
    [K, R, A] by age bin, speed [K, R, W].

    A step as long as a cell begins in the middle of one and ends in the middle of the next, so its hazard is the mean
    of both cells' bins; of a shorter one less lies in the next. Those are a few pairs, however many cells there are.
    """
    cells = age_cells(grid)
    pairs, pair = np.unique(np.stack([cells, np.append(cells[1:], cells[-1:])]), axis=1, return_inverse=True)
    beyond = 0.5 * grid.dt / grid.cell_days
    midway = (1 - beyond) * np.take(hazard, pairs[0], axis=-1) + beyond * np.take(hazard, pairs[1], axis=-1)
    return steps_of(speed[..., None] * midway[:, :, None, :], grid), pair.reshape(-1)


def fresh_paths(hazard: Floats, speed: Floats, grid: Grid, *, presence: bool) -> Paths:
    """Money entering at each node 0..n - 1. hazard [R, A] by age bin of holds begun in the period, speed [R, W].

    presence: whether days present are wanted too (after earning, where losses take revenue back)."""
    # Here and below: numba costs a quarter of a process's start, and few that import the model compute with it.
    from revenue_health.contribution.core.solver.walks import enter_all

    steps, replicates = grid.steps, hazard.shape[0]
    worth = np.zeros((replicates, steps, steps + 1))
    present = np.zeros((replicates, steps, steps) if presence else (replicates, 0, 0))
    step, age = fresh_steps(hazard[None], speed[None], grid)
    enter_all(step, grid.week_of_step, age, worth, present)
    return Paths(worth=worth, present=present)


def opening_paths(stock: Floats, hazard: Floats, speed: Floats, grid: Grid) -> Paths:
    """Opening stocks: amounts [R, M, cells] by age cell (M stocks at once), ages uniform within a cell; hazard [R, A]
    of holds begun before the period. Rows of the result are the M stocks: worth [R, M, n + 1], present [R, M, n]."""
    worth = np.zeros((*stock.shape[:2], grid.steps + 1))
    present = np.zeros((*stock.shape[:2], grid.steps))
    step, age = standing_steps(hazard[None], speed[None], grid)
    leave_all(step, grid, age, [stock], [worth], [present])
    return Paths(worth=worth, present=present)


def leave_all(
    step: Step, grid: Grid, age: Ints, stocks: Sequence[Floats], worth: Sequence[Floats], present: Sequence[Floats]
) -> None:
    """Follow the stocks of every kernel of `standing_steps`; see `walks.leave` for what is filled."""
    from revenue_health.contribution.core.solver.walks import leave

    for k, stock in enumerate(stocks):
        leave(step, k, grid.week_of_step, age, stock, worth[k], present[k])


def spread_opening(opening: Floats, hazard: Floats, grid: Grid) -> Floats:
    """Opening amounts [..., A] by age bin -> [..., cells] by age cell; within a bin as a steady stream that thins
    out."""
    cells = age_cells(grid)
    by_cell = np.take(hazard, cells, axis=-1) * grid.cell_days
    # Never quite zero: a bin whose deals would all have left by now still needs a shape to be divided by.
    left = np.exp(-np.minimum(np.cumsum(by_cell, axis=-1) - by_cell / 2, 500.0)) + 1e-200
    first = np.flatnonzero(np.diff(cells, prepend=-1))
    bins = np.cumsum(np.diff(cells, prepend=-1) != 0) - 1
    whole = np.take(np.add.reduceat(left, first, axis=-1), bins, axis=-1)
    return np.asarray(np.take(opening, cells, axis=-1) * left / whole)
