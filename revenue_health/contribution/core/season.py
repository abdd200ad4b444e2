"""The shape of a quarter: in which of its weeks a company hands on, loses and takes in more than in others.

Many companies close at the end of a quarter. Rates of the last thirteen weeks hold one whole quarter, so they are right
on average and wrong in every week. The shape is the ratio of what was seen in a week of the quarter, over the quarters
of a year, to what rates without a shape expect, shrunk to 1 by as much as it could be chance: empirical Bayes with the
variance between weeks by the method of moments (DerSimonian and Laird, Controlled Clinical Trials 7 (1986) 177) and
noise as large as the quarters themselves differ from one another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from revenue_health.contribution.core.flows import Floats, Ints
from revenue_health.contribution.core.model.hazards import capped, ratio
from revenue_health.contribution.core.model.rates import Rates

WEEKS = 13
"""Weeks of a quarter; its last days count with the last one."""
_LEAST, _MOST = 0.3, 3.0


@dataclass(frozen=True, kw_only=True)
class Season:
    """Factors by week of the quarter, one on average. handed_on, lost [S, WEEKS] by stage; entered [WEEKS]."""

    handed_on: Floats
    lost: Floats
    entered: Floats

    def of(self, rates: Rates, weeks: Ints) -> Rates:
        """The rates of steps in these weeks of the quarter, int[W] from 0."""
        stages = rates.layout.stage_of
        return replace(
            rates,
            speed=rates.speed * self.handed_on[stages][None, :, weeks],
            loss=capped(rates.loss * self.lost[None, :, None, weeks]),
            demand=rates.demand * self.entered[None, None, None, weeks],
        )


def shape(seen: Floats, expected: Floats) -> Floats:
    """Factors [..., P] by week of the quarter. seen, expected [..., Q, P]: counts by quarter and week, as they were and
    as rates without a shape expect them. All ones with less than two quarters, or where nothing stands out."""
    known = expected.sum(axis=-1, keepdims=True)
    # A quarter with more of everything says nothing about its weeks.
    expected = expected * ratio(seen.sum(axis=-1, keepdims=True), known, 1.0)
    total_seen, total = seen.sum(axis=-2), expected.sum(axis=-2)
    found = ratio(total_seen, total, 1.0)
    noise = ratio(_dispersion(seen, expected, found), total, np.inf)
    between = _between(found, total, noise)
    shrunk = 1 + (found - 1) * np.where(between > 0, between / (between + noise), 0.0)
    shrunk = np.clip(shrunk, _LEAST, _MOST)
    mean = ratio((shrunk * total).sum(axis=-1, keepdims=True), total.sum(axis=-1, keepdims=True), 1.0)
    return np.asarray(shrunk / mean)


def _dispersion(seen: Floats, expected: Floats, found: Floats) -> Floats:
    """Chi-square a degree of freedom [..., 1] of the quarters around their common shape, at least 1 (chance alone);
    infinite with less than two quarters: one quarter cannot say what recurs."""
    fitted = expected * found[..., None, :]
    chi = ratio((seen - fitted) ** 2, fitted).sum(axis=(-1, -2))
    used = (fitted > 0).sum(axis=(-1, -2))
    quarters = (expected.sum(axis=-1) > 0).sum(axis=-1)
    free = used - (fitted > 0).any(axis=-2).sum(axis=-1) - quarters + 1
    return np.asarray(np.where((quarters > 1) & (free > 0), np.maximum(chi / np.maximum(free, 1), 1.0), np.inf))[
        ..., None
    ]


def _between(found: Floats, weight: Floats, noise: Floats) -> Floats:
    """Variance between weeks beyond noise, [..., 1]."""
    precision = np.where(np.isfinite(noise) & (weight > 0), 1 / np.where(np.isfinite(noise), noise, 1.0), 0.0)
    total = precision.sum(axis=-1, keepdims=True)
    centre = ratio((precision * found).sum(axis=-1, keepdims=True), total, 1.0)
    spread = (precision * (found - centre) ** 2).sum(axis=-1, keepdims=True)
    free = np.maximum((precision > 0).sum(axis=-1, keepdims=True) - 1, 0)
    scale = total - ratio((precision**2).sum(axis=-1, keepdims=True), total)
    return np.maximum(ratio(spread - free, scale), 0.0)
