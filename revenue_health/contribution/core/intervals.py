"""Intervals by the delete-a-group jackknife over buckets of deals.

Replicate 0 is everything; replicate r is everything but bucket r, scaled up by B / (B - 1). Whatever happens within a
deal (size, repeated holds, several causes) stays within its bucket, so the spread between replicates respects it.
Source: Kott, Journal of Official Statistics 17 (2001) 521, the unweighted case.
"""

from dataclasses import dataclass

import numpy as np

from revenue_health.contribution.core.flows import Floats

CAUTION = 1.08
"""Widening of every interval. On simulated companies the plain jackknife covered 89 % of true shares, and judged about
nine in a hundred departments that had changed nothing; a page shows many departments side by side, so the intervals
err on the side of "cannot tell" (docs/method.md has the measured coverage)."""
_T_95 = {
    1: 6.314, 2: 2.920, 3: 2.353, 4: 2.132, 5: 2.015, 6: 1.943, 7: 1.895, 8: 1.860, 9: 1.833, 10: 1.812,
    12: 1.782, 15: 1.753, 20: 1.725, 25: 1.708, 30: 1.697, 39: 1.685, 60: 1.671, 120: 1.658,
}  # fmt: skip
"""95th percentile of Student's t by degrees of freedom (standard tables; tests compare with scipy)."""


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A value with its 90 % interval and standard error, all in the value's unit."""

    value: float
    low: float
    high: float
    standard_error: float


def replicated(values: Floats) -> Floats:
    """Sums [1 + B, ...] of values [B, ...]: everything, then everything but one bucket, times B / (B - 1).

    values: by bucket on the first axis, in any unit. A single bucket has no replicates: the sum alone, [1, ...].
    """
    total = values.sum(axis=0, keepdims=True)
    buckets = values.shape[0]
    if buckets < 2:
        return np.asarray(total)
    return np.concatenate([total, (total - values) * (buckets / (buckets - 1))])


def standard_error(replicates: Floats, buckets: int | None = None) -> Floats:
    """Jackknife standard error of statistics [1 + B, ...], replicate 0 being the whole; zero without replicates.

    sqrt((B - 1) / B * sum of squared distances from the whole). buckets: B, where only some of its replicates were
    computed; their mean square then stands for all.
    """
    count = replicates.shape[0] - 1
    if count < 1:
        return np.zeros(replicates.shape[1:])
    away = replicates[1:] - replicates[:1]
    return np.asarray(np.sqrt(((buckets or count) - 1) / count * (away**2).sum(axis=0)))


def t_95(degrees: int) -> float:
    """95th percentile of Student's t: half the width of a 90 % interval in standard errors.

    Linear in 1 / degrees between the table's entries, 1.645 for many; infinite below one degree.
    """
    if degrees < 1:
        return float("inf")
    table = sorted(_T_95)
    inverse = [1 / degree for degree in reversed(table)]
    values = [_T_95[degree] for degree in reversed(table)]
    return float(np.interp(1 / degrees, [0.0, *inverse], [1.645, *values]))


def interval(replicates: Floats, sampling_error: float = 0.0, buckets: int | None = None) -> Interval:
    """90 % interval of one statistic [1 + B]: value +- `CAUTION` t(B - 1) standard errors. One bucket: no width known.

    sampling_error: of a statistic that was itself sampled (orders of many players); added as a variance. buckets: see
    `standard_error`.
    """
    value, error = float(replicates[0]), float(np.hypot(standard_error(replicates, buckets), sampling_error))
    half = CAUTION * t_95(max(replicates.shape[0] - 2, 1)) * error
    return Interval(value=value, low=value - half, high=value + half, standard_error=error)
