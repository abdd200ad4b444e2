"""Product-integration weights: what money in a hold is worth, given what it is worth where it goes next.

On a grid of time nodes, money that enters a hold at node p leaves it in step q (between nodes q and q + 1) with the
probability its hazards give, exactly; the worth of what follows is linear between nodes. So the worth of a hold is a
weighted sum over later nodes, and the only error is that of linear interpolation (second order in the step): money
that enters inside a step has its right mean age, and a second move within the step is the implicit weight of node p
itself. Source: Linz, Analytical and Numerical Methods for Volterra Equations (SIAM 1985).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from revenue_health.contribution.core.flows import AGE_EDGES, Floats, Ints

STEP_DAYS = 1.0
"""Length of a step of the forward calculation, days."""
CHUNK = 4
"""Replicates whose kernels are made together."""


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


def make_grid(step_days: Floats, longest: float = STEP_DAYS) -> Grid:
    """Equal steps of at most `longest` days over the whole span."""
    total = float(step_days.sum())
    steps = max(round(total / longest), 1)
    dt = total / steps
    middles = (np.arange(steps) + 0.5) * dt
    week = np.searchsorted(np.cumsum(step_days), middles, side="right")
    return Grid(dt=dt, week_of_step=np.minimum(week, step_days.size - 1), week_days=step_days)


def age_cells(grid: Grid) -> Ints:
    """Age bin of each cell of one step's length, up to the oldest edge and the length of the period."""
    cells = int(np.ceil(AGE_EDGES[-2] / grid.dt)) + 1
    middles = (np.arange(cells) + 0.5) * grid.dt
    return np.asarray(np.searchsorted(AGE_EDGES, middles, side="right") - 1)


def leave_split(x: Floats) -> tuple[Floats, Floats]:
    """Of money at the start of a step with x = hazard * dt: parts that leave, weighted to the near and the far node.

    far = (1 - e^-x (1 + x)) / x, near = 1 - e^-x - far; series below x = 1e-3 (error 1e-13).
    """
    safe = np.where(x > 1e-3, x, 1.0)
    decay = np.exp(-x)
    far = np.where(x > 1e-3, (1 - decay * (1 + x)) / safe, x / 2 - x * x / 3 + x**3 / 8)
    return -np.expm1(-x) - far, far


@dataclass(frozen=True, kw_only=True)
class Paths:
    """Weights of money on its way through ages and weeks; rows are paths, [R, paths, ...].

    worth [n + 1]: weight of what a handed-on unit is worth at each node. present [n]: days present in each step, empty
    where nobody asked for it.
    """

    worth: Floats
    present: Floats


@dataclass(frozen=True, kw_only=True)
class _Steps:
    """For each path and step: part still held at its beginning, part of that leaving, its far half, presence."""

    start: Floats
    leaving: Floats
    far: Floats
    present: Callable[[], Floats]


def _follow(hazard: Floats, grid: Grid, at: Ints, first: Ints) -> _Steps:
    """Follow paths. hazard [R, W, K] per day by week and age index; at int[paths, n]: age index in each step; first
    int[paths]: the step the money enters (before it nothing happens)."""
    started = np.arange(grid.steps)[None, :] >= first[:, None]
    cells = hazard.shape[1] * hazard.shape[2]
    # A hazard depends on week and age index alone: the costly functions are computed once for each, then looked up.
    # One more cell, without hazard or presence, serves the steps before the money enters.
    cell = np.where(started, grid.week_of_step[None, :] * hazard.shape[2] + at, cells)
    x = np.concatenate([(hazard * grid.dt).reshape(hazard.shape[0], -1), np.zeros((hazard.shape[0], 1))], axis=1)
    near, far = leave_split(x)
    present = grid.dt * np.where(x > 1e-6, -np.expm1(-x) / np.where(x > 1e-6, x, 1.0), 1 - x / 2)
    present[:, -1] = 0.0
    start = np.ones((hazard.shape[0], *cell.shape))
    np.cumsum(np.take(x, cell[:, :-1], axis=1), axis=-1, out=start[..., 1:])
    start[..., 0] = 0.0
    np.exp(-start, out=start)
    leaving, far = np.take(near + far, cell, axis=1), np.take(far, cell, axis=1)
    return _Steps(start=start, leaving=leaving, far=far, present=lambda: np.take(present, cell, axis=1))


def _worth(leaving: Floats, far: Floats, first: Ints) -> Floats:
    """Weights by node of what leaves in each step, the far part of it at the later node."""
    worth = np.zeros((*leaving.shape[:-1], leaving.shape[-1] + 1))
    worth[..., :-1] = leaving - far
    worth[..., 1:] += far
    return curved(worth, leaving, first)


def curved(weights: Floats, mass: Floats, first: Ints) -> Floats:
    """Weights corrected for the curvature of the worth: linear interpolation overstates a convex worth by its second
    difference / 12 in each step. weights [R, paths, n + 1]; mass [R, paths, n]: what leaves in each step.

    A step takes the mean of the second differences at its two nodes; the first one only the later, the last one only
    the earlier, as far as both neighbours lie on the path. A path of one step keeps its linear weights.
    """
    steps = mass.shape[-1]
    step = np.arange(steps)
    early, late = step == first[:, None], step == steps - 1
    to_near, to_far = np.where(early, 0.0, np.where(late, 1.0, 0.5)), np.where(late, 0.0, np.where(early, 1.0, 0.5))
    single = first == steps - 1
    to_near[single] = to_far[single] = 0.0
    centre = np.zeros(weights.shape)
    np.multiply(mass, to_near / 12, out=centre[..., :-1])
    centre[..., 1:] += mass * (to_far / 12)
    weights += 2 * centre
    weights[..., 1:] -= centre[..., :-1]
    weights[..., :-1] -= centre[..., 1:]
    return weights


def fresh_paths(hazard: Floats, speed: Floats, grid: Grid, *, presence: bool) -> Paths:
    """Money entering at each node 0..n - 1. hazard [R, A] by age bin of holds begun in the period, speed [R, W].

    presence: whether days present are wanted too (after earning, where losses take revenue back)."""
    steps, cells, replicates = grid.steps, age_cells(grid), hazard.shape[0]
    by_age = hazard[:, cells[np.minimum(np.arange(steps), cells.size - 1)]]
    first = np.arange(steps)
    lag = np.maximum(first[None, :] - first[:, None], 0)
    worth = np.empty((replicates, steps, steps + 1))
    present = np.empty((replicates, steps, steps) if presence else (replicates, 0, 0))
    # A few replicates at a time: their arrays stay in the processor's cache.
    for start in range(0, replicates, CHUNK):
        part = slice(start, start + CHUNK)
        paths = _follow(speed[part, :, None] * by_age[part, None, :], grid, lag, first)
        worth[part] = _worth(paths.start * paths.leaving, paths.start * paths.far, first)
        if presence:
            np.multiply(paths.start, paths.present(), out=present[part])
    return Paths(worth=worth, present=present)


def opening_paths(stock: Floats, hazard: Floats, speed: Floats, grid: Grid) -> Paths:
    """Opening stocks: amounts [R, M, cells] by age cell (M stocks at once), ages uniform within a cell; hazard [R, A]
    of holds begun before the period. Rows of the result are the M stocks: worth [R, M, n + 1], present [R, M, n]."""
    cells = age_cells(grid)
    by_age = hazard[:, cells]
    midway = 0.5 * (by_age + np.concatenate([by_age[:, 1:], by_age[:, -1:]], axis=1))
    used = np.flatnonzero(stock.any(axis=(0, 1)))
    at = np.minimum(used[:, None] + np.arange(grid.steps)[None, :], cells.size - 1)
    paths = _follow(speed[:, :, None] * midway[:, None, :], grid, at, np.zeros(used.size, dtype=np.int64))
    amounts = stock[:, :, used]
    leaving, far = amounts @ (paths.start * paths.leaving), amounts @ (paths.start * paths.far)
    worth = _worth(leaving, far, np.zeros(stock.shape[1], dtype=np.int64))
    return Paths(worth=worth, present=amounts @ (paths.start * paths.present()))


def spread_opening(opening: Floats, hazard: Floats, grid: Grid) -> Floats:
    """Opening amounts [R, A] by age bin -> [R, cells] by age cell; within a bin as a steady stream that thins out."""
    cells = age_cells(grid)
    by_age = hazard[:, cells]
    left = np.exp(-np.minimum(np.cumsum(by_age * grid.dt, axis=1) - by_age * grid.dt / 2, 500.0)) + 1e-200
    spread = np.zeros_like(left)
    for age in range(opening.shape[1]):
        here = cells == age
        if here.any():
            part = left[:, here] / left[:, here].sum(axis=1, keepdims=True)
            spread[:, here] = opening[:, age : age + 1] * part
    return spread
