"""Money walking through the ages of a hold, compiled: the loops behind the weights of `kernels`."""

import numpy as np

from revenue_health.contribution.core.flows import Floats, Ints
from revenue_health.contribution.core.solver.compiled import compiled, part
from revenue_health.contribution.core.solver.kernels import Step

_AHEAD = 2
"""Empty places before and behind the steps of a path, so that its stencil needs no question where it is."""


@part
def _weigh(leaves: Floats, far: Floats, count: int, weights: Floats) -> None:
    """Add to weights [count + 1] what a path of `count` steps hands on: leaves and far [_AHEAD + count + 2], step 0 at
    `_AHEAD`, zero around the steps. far: the part of what leaves in a step that is weighted to its far node.

    Linear interpolation overstates a convex worth by its second difference / 12 in each step, so each takes that back
    as the mean of the second differences at its two nodes; the first step only the later, the last one only the
    earlier, as far as both neighbours lie on the path. A path of one step keeps its linear weights.
    """
    if count == 1:
        weights[0] += leaves[_AHEAD] - far[_AHEAD]
        weights[1] += far[_AHEAD]
        return
    for node in range(count + 1):
        at = node + _AHEAD
        bent = (leaves[at] + leaves[at - 1] - leaves[at - 2] - leaves[at + 1]) / 24.0
        weights[node] += leaves[at] - far[at] + far[at - 1] + bent
    # What the stencil gave the steps at both ends as if they had neighbours on either side.
    first, last = leaves[_AHEAD] / 24.0, leaves[_AHEAD + count - 1] / 24.0
    weights[0] -= 3 * first
    weights[1] += 3 * first
    weights[2] -= first
    weights[count - 2] -= last
    weights[count - 1] += 3 * last
    weights[count] -= 3 * last


@part
def enter(step: Step, k: int, r: int, week: Ints, age: Ints, worth: Floats, present: Floats) -> None:
    """Follow a unit entering at each node through its ages; fills worth [n, n + 1] and, if it has rows, present
    [n, n], of one kernel and replicate. Only what lies on or behind the node it entered at is written."""
    steps = week.size
    stays, leaves, far = step.stays[k, r], step.leaves[k, r], step.far[k, r]
    left, late = np.zeros(steps + 2 * _AHEAD), np.zeros(steps + 2 * _AHEAD)
    for p in range(steps):
        count = steps - p
        held = 1.0
        for lag in range(count):
            w, a = week[p + lag], age[lag]
            left[_AHEAD + lag] = held * leaves[w, a]
            late[_AHEAD + lag] = held * far[w, a]
            held *= stays[w, a]
        # A path is one step shorter than the one before.
        left[_AHEAD + count] = 0.0
        late[_AHEAD + count] = 0.0
        if present.shape[0]:
            held = 1.0
            for lag in range(count):
                w, a = week[p + lag], age[lag]
                present[p, p + lag] = held * step.present[k, r, w, a]
                held *= stays[w, a]
        worth[p, p:] = 0.0
        _weigh(left, late, count, worth[p, p:])


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
    left, late = np.empty((stocks, steps + 2 * _AHEAD)), np.empty((stocks, steps + 2 * _AHEAD))
    for r in range(replicates):
        left[:] = 0.0
        late[:] = 0.0
        stays, leaves, far = step.stays[k, r], step.leaves[k, r], step.far[k, r]
        for cell in range(cells):
            if not amounts[r, :, cell].any():
                continue
            held = 1.0
            for q in range(steps):
                w, a = week[q], age[min(cell + q, cells - 1)]
                gone, to_far = held * leaves[w, a], held * far[w, a]
                for m in range(stocks):
                    left[m, _AHEAD + q] += amounts[r, m, cell] * gone
                    late[m, _AHEAD + q] += amounts[r, m, cell] * to_far
                    if present.shape[0]:
                        present[r, m, q] += amounts[r, m, cell] * held * step.present[k, r, w, a]
                held *= stays[w, a]
        for m in range(stocks):
            _weigh(left[m], late[m], steps, worth[r, m])
