"""Did it work? Weekly values before a promise against those after it was due, with an interval that knows that a week
is like the one before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FEWEST_BEFORE, FEWEST_AFTER = 8, 4
"""Fewer weeks than these say nothing."""
_T_95 = (
    (1, 6.314), (2, 2.920), (3, 2.353), (4, 2.132), (5, 2.015), (6, 1.943), (8, 1.860), (10, 1.812), (15, 1.753),
    (20, 1.725), (30, 1.697), (60, 1.671), (120, 1.658),
)  # fmt: skip
"""95th percentile of Student's t by degrees of freedom (standard tables; tests compare with scipy)."""


@dataclass(frozen=True, kw_only=True)
class BeforeAfter:
    """Means before and after in the measurable's unit, their difference with its 90 % interval, weeks behind each, and
    the correlation of neighbouring weeks that the interval allows for."""

    before: float
    after: float
    change: float
    low: float
    high: float
    weeks_before: int
    weeks_after: int
    autocorrelation: float

    @property
    def certain(self) -> bool:
        """Whether the whole interval lies on one side of zero."""
        return self.low > 0 or self.high < 0


def compare_before_after(before: Sequence[float], after: Sequence[float]) -> BeforeAfter | None:
    """The difference of the means; None with too few weeks to say anything.

    Deviations from the two means are taken as one AR(1) process: their first autocorrelation r (bias corrected,
    Kendall 1954; never below zero) makes the variance of a mean of n weeks larger by 1 + 2 sum (1 - k/n) r^k, and the
    degrees of freedom smaller by the same factor. With r = 0 this is Student's t-test of two samples.
    """
    earlier, later = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    if earlier.size < FEWEST_BEFORE or later.size < FEWEST_AFTER:
        return None
    rest = (earlier - earlier.mean(), later - later.mean())
    r = _autocorrelation(rest)
    swell = [_variance_inflation(part.size, r) for part in rest]
    total = earlier.size + later.size
    effective = earlier.size / swell[0] + later.size / swell[1]
    # Deviations from a mean of correlated weeks are smaller than those from the truth.
    freedom = total - swell[0] - swell[1]
    variance = float(sum((part**2).sum() for part in rest)) / max(freedom, 1.0)
    error = float(np.sqrt(variance * (swell[0] / earlier.size + swell[1] / later.size)))
    half = t_95(max(effective - 2, 1.0)) * error
    change = float(later.mean() - earlier.mean())
    return BeforeAfter(
        before=float(earlier.mean()),
        after=float(later.mean()),
        change=change,
        low=change - half,
        high=change + half,
        weeks_before=earlier.size,
        weeks_after=later.size,
        autocorrelation=r,
    )


def _autocorrelation(parts: Sequence[np.ndarray]) -> float:
    power = float(sum((part**2).sum() for part in parts))
    if power <= 0:
        return 0.0
    size = sum(part.size for part in parts)
    raw = float(sum((part[1:] * part[:-1]).sum() for part in parts)) / power
    return float(np.clip(raw + (1 + 3 * raw) / size, 0.0, 0.95)) if raw > 0 else 0.0


def _variance_inflation(size: int, r: float) -> float:
    """How much autocorrelation inflates the variance of a mean of `size` weeks, compared with independent weeks."""
    lags = np.arange(1, size)
    return float(1 + 2 * ((1 - lags / size) * r**lags).sum())


def t_95(degrees: float) -> float:
    """95th percentile of Student's t, linear in 1 / degrees between the table's entries."""
    inverse = [0.0, *(1 / degree for degree, _ in reversed(_T_95))]
    values = [1.645, *(value for _, value in reversed(_T_95))]
    return float(np.interp(1 / degrees, inverse, values))
