"""Does a measurable matter? Whether it moves some weeks before a department's own rates do, and how sure that is.

Both series are freed of trend and of their own memory first (a line and two lags, least squares: "prewhitening", Box
and Jenkins 1970): two series that merely drift, or remember, would seem related. What is left is taken by rank, so that
a single odd week decides nothing. The largest correlation over all rates and lags is compared with those after the
measurable's blocks of weeks were shuffled (maximum statistic, Westfall and Young 1993); over all measurables the false
discovery rate is held by Benjamini and Hochberg (1995).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from revenue_health.contribution.core.flows import Floats

MOST_LAG = 8
"""Weeks a measurable may move before a rate."""
FEWEST_WEEKS = 52
MEMORY = 2
BLOCK = 8
"""Weeks shuffled together."""
SHUFFLES = 999
FALSE_DISCOVERIES = 0.1
_CONFIDENCE = 0.9


@dataclass(frozen=True, kw_only=True)
class Association:
    """The strongest association of one measurable: with which rate, moving `lag` weeks before it, its correlation r of
    ranks with an interval that holds for all rates and lags looked at together, and p of the largest of them by
    chance. weeks: so many were compared."""

    rate: str
    lag: int
    r: float
    low: float
    high: float
    p: float
    weeks: int


def strongest(
    measurable: Floats, rates: Mapping[str, Floats], rng: np.random.Generator, shuffles: int = SHUFFLES
) -> Association | None:
    """The strongest association with any of the rates at lags 0..`MOST_LAG`; None with too few weeks.

    measurable, rates: a value a week over the same weeks, NaN where there is none.
    """
    own = whitened(measurable)
    names, columns = [], []
    for name, values in rates.items():
        other = whitened(values)
        both = np.isfinite(own) & np.isfinite(other)
        if both.sum() >= FEWEST_WEEKS:
            for lag in range(MOST_LAG + 1):
                names.append((name, lag))
                columns.append(_earlier(other, lag))
    if not columns:
        return None
    present = np.isfinite(own)
    base = np.where(present, own, 0.0)
    against = np.nan_to_num(np.stack(columns, axis=1))
    # Zero stands for a missing week from here on: it adds nothing to a sum. So does a score that is exactly the middle.
    weights = (against != 0).astype(np.float64)
    correlations = _correlations(base[None], present[None].astype(np.float64), against, weights)[0]
    best = int(np.argmax(np.abs(correlations)))
    order = _shuffled(base.size, rng, shuffles)
    chance = np.abs(_correlations(base[order], present[order].astype(np.float64), against, weights)).max(axis=1)
    # The order as it was is one of the shuffles, so p is never zero.
    p = (1 + int((chance >= abs(correlations[best])).sum())) / (shuffles + 1)
    weeks = int((present & (against[:, best] != 0)).sum())
    low, high = _interval(float(correlations[best]), weeks, len(names))
    rate, lag = names[best]
    return Association(rate=rate, lag=lag, r=float(correlations[best]), low=low, high=high, p=p, weeks=weeks)


def whitened(values: Floats) -> Floats:
    """What a line and the last two weeks do not explain, as normal scores of ranks; NaN where a week or one of the two
    before it is missing, or where nothing varies."""
    size = values.size
    result = np.full(size, np.nan)
    if size <= 4 * MEMORY:
        return result
    past = [np.concatenate([np.full(lag, np.nan), values[:-lag]]) for lag in range(1, MEMORY + 1)]
    design = np.column_stack([np.ones(size), np.linspace(-1, 1, size), *past])
    use = np.isfinite(values) & np.isfinite(design).all(axis=1)
    if use.sum() <= design.shape[1] + 2 or np.ptp(values[use]) == 0:
        return result
    fitted, *_ = np.linalg.lstsq(design[use], values[use], rcond=None)
    left = values[use] - design[use] @ fitted
    result[use] = _scores(left)
    return result


def _scores(values: Floats) -> Floats:
    """Ranks (ties share their mean) spread evenly over -1..1: bounded, so no week weighs much more than another."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    mean_rank = last - (counts - 1) / 2
    return np.asarray(2 * mean_rank[place] / (values.size + 1) - 1)


def _earlier(values: Floats, lag: int) -> Floats:
    """The series moved so that row t holds what came `lag` weeks later."""
    return values if not lag else np.concatenate([values[lag:], np.full(lag, np.nan)])


def _shuffled(size: int, rng: np.random.Generator, count: int) -> np.ndarray:
    """Orders of the weeks with whole blocks exchanged, each from a turned circle so that blocks begin anywhere."""
    starts = np.arange(0, size, BLOCK)
    orders = np.empty((count, size), dtype=np.int64)
    for row in range(count):
        turned = np.roll(np.arange(size), int(rng.integers(size)))
        orders[row] = np.concatenate([turned[start : start + BLOCK] for start in rng.permutation(starts)])
    return orders


def _correlations(rows: Floats, present: Floats, columns: Floats, weights: Floats) -> Floats:
    """Correlation of every row [K, n] with every column [n, M] over the weeks both have, about zero (scores have mean
    zero): sum xy / sqrt(sum x^2 sum y^2)."""
    over = rows @ columns
    under = np.sqrt((rows**2 @ weights) * (present @ columns**2))
    return np.divide(over, under, out=np.zeros_like(over), where=under > 0)


def _interval(r: float, weeks: int, looked: int) -> tuple[float, float]:
    """Fisher's z, wide enough for `looked` correlations at once (Bonferroni)."""
    if weeks <= 4:
        return -1.0, 1.0
    half = _normal_quantile(1 - (1 - _CONFIDENCE) / (2 * looked)) / np.sqrt(weeks - 3)
    # At one, arctanh is infinite.
    z = np.arctanh(np.clip(r, -0.999, 0.999))
    return float(np.tanh(z - half)), float(np.tanh(z + half))


def _normal_quantile(p: float) -> float:
    """Quantile of the normal distribution above one half (Abramowitz and Stegun 26.2.23, error below 4.5e-4)."""
    t = np.sqrt(-2 * np.log(1 - p))
    over = 2.515517 + 0.802853 * t + 0.010328 * t * t
    under = 1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t**3
    return float(t - over / under)


def false_discovery_rates(p: Sequence[float]) -> list[float]:
    """Benjamini-Hochberg (1995) adjusted p-values, in the order given.

    Of all that are at most x, called real, a part of at most x is on average false. None in, none out.
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values)
    ranked = values[order] * values.size / np.arange(1, values.size + 1)
    # An adjusted p is never above that of a larger p: the smallest of all that follow.
    lowest = np.minimum.accumulate(ranked[::-1])[::-1]
    result = np.empty_like(values)
    result[order] = np.minimum(lowest, 1.0)
    return result.tolist()
