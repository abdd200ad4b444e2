"""Money walking through the ages of a hold, compiled: the loops behind the weights of `kernels`."""

import numpy as np

from revenue_health.contribution.core.flows import Floats, Ints
from revenue_health.contribution.core.solver.compiled import compiled
from revenue_health.contribution.core.solver.kernels import Step


@compiled
def _curve(weights: Floats, mass: Floats, first: int) -> None:
    """Correct weights [n + 1] for the curvature of the worth: linear interpolation overstates a convex worth by its
    second difference / 12 in each step. mass [n]: what leaves in each step, from step `first` on.

    A step takes the mean of the second differences at its two nodes; the first one only the later, the last one only
    the earlier, as far as both neighbours lie on the path. A path of one step keeps its linear weights.
    """
    last = mass.size - 1
    for step in range(first, last + 1):
        if step > first:
            part = mass[step] / (12.0 if step == last else 24.0)
            weights[step - 1] -= part
            weights[step] += 2 * part
            weights[step + 1] -= part
        if step < last:
            part = mass[step] / (12.0 if step == first else 24.0)
            weights[step] -= part
            weights[step + 1] += 2 * part
            weights[step + 2] -= part


@compiled
def enter(step: Step, k: int, r: int, week: Ints, age: Ints, worth: Floats, present: Floats) -> None:
    """Follow a unit entering at each node through its ages; fills worth [n, n + 1] and, if it has rows, present
    [n, n], of one kernel and replicate. Only what lies on or behind the node it entered at is written."""
    steps = week.size
    mass = np.zeros(steps)
    for p in range(steps):
        held = 1.0
        for q in range(p, steps + 1):
            worth[p, q] = 0.0
        for q in range(p, steps):
            w, a = week[q], age[q - p]
            mass[q] = held * step.leaves[k, r, w, a]
            far = held * step.far[k, r, w, a]
            worth[p, q] += mass[q] - far
            worth[p, q + 1] += far
            if present.shape[0]:
                present[p, q] = held * step.present[k, r, w, a]
            held *= step.stays[k, r, w, a]
        _curve(worth[p], mass, p)


@compiled
def enter_all(step: Step, week: Ints, age: Ints, worth: Floats, present: Floats) -> None:
    """`enter` for every replicate of one kernel."""
    for r in range(worth.shape[0]):
        enter(step, 0, r, week, age, worth[r], present[r])


@compiled
def leave(step: Step, k: int, week: Ints, age: Ints, amounts: Floats, worth: Floats, present: Floats) -> None:
    """Follow stocks of one kernel: amounts [R, M, cells] grow older by one cell a step, from cell to cell of `age`
    [cells], where they stay in the last one; fills worth [R, M, n + 1] and, if it has rows, present [R, M, n]."""
    replicates, stocks, cells = amounts.shape
    steps = week.size
    mass = np.zeros((stocks, steps))
    for r in range(replicates):
        mass[:] = 0.0
        for cell in range(cells):
            if not amounts[r, :, cell].any():
                continue
            held = 1.0
            for q in range(steps):
                w, a = week[q], age[min(cell + q, cells - 1)]
                for m in range(stocks):
                    part = amounts[r, m, cell] * held
                    leaves, far = part * step.leaves[k, r, w, a], part * step.far[k, r, w, a]
                    mass[m, q] += leaves
                    worth[r, m, q] += leaves - far
                    worth[r, m, q + 1] += far
                    if present.shape[0]:
                        present[r, m, q] += part * step.present[k, r, w, a]
                held *= step.stays[k, r, w, a]
        for m in range(stocks):
            _curve(worth[r, m], mass[m], 0)
