"""Hand-on hazards by age of the hold: the baseline's, and the period's own.

A department that changes may work faster at every age (proportional hazards), on another time scale (accelerated
failure time), or in a new pattern altogether, so the period gets its *own* hazard for each age bin, where its exposure
supports one, and leans on the baseline where it does not. Deals that were in somebody's hands when the period began
may still run at the old pace; holds begun before and in the period therefore have separate hazards, told apart by
geometry (a hold older than the period is old) and fitted together as a Poisson mixture by EM.

Sources: piecewise-exponential hazards as Poisson rates: Holford, Biometrics 36 (1980) 299; Laird and Olivier, JASA 76
(1981) 231. Gamma-Poisson shrinkage: Clayton and Kaldor, Biometrics 43 (1987) 671. EM for additive Poisson rates:
Shepp and Vardi, IEEE Trans. Med. Imaging 1 (1982) 113.
"""

from dataclasses import dataclass

import numpy as np

from revenue_health.contribution.core.flows import AGE_BINS, AGE_EDGES, Floats

FASTEST = 24.0
"""Ceiling of a hand-on hazard, per day: a hold that took no measurable time counts as one hour."""
PRIOR_HAND_ONS = 4.0
"""Weight of the fallback in an age bin's hazard, in hand-ons."""
ROUNDS = 12
"""EM rounds. The mixture is mild (few cells hold both kinds), a dozen leaves 1e-4 of the last step."""


@dataclass(frozen=True, kw_only=True)
class PeriodHazards:
    """fresh, old [R, J, A]: hazards per day of holds begun in and before the period; speed [R, J, W]: what each week
    multiplies them with; pace [R, J]: hand-ons over what the baseline's hazards expected (theta)."""

    fresh: Floats
    old: Floats
    speed: Floats
    pace: Floats


def ratio(over: Floats, under: Floats, fallback: Floats | float = 0.0) -> Floats:
    """over / under, the fallback where nothing is under. Never a NaN."""
    safe = np.where(under > 0, under, 1.0)
    return np.where(under > 0, over / safe, fallback)


def capped(hazard: Floats) -> Floats:
    """Hazards per day within 0 and `FASTEST`."""
    return np.clip(hazard, 0.0, FASTEST)


def crude(handed_on: Floats, held: Floats) -> Floats:
    """Hazard per day = hand-ons / exposure, any shape; hand-ons without exposure (zero-length holds) give the ceiling
    `FASTEST`, and nothing at all gives 0."""
    return capped(ratio(handed_on, np.maximum(held, handed_on / FASTEST)))


def smooth(handed_on: Floats, held: Floats, one_deal: Floats) -> Floats:
    """Baseline hazard [..., A]: hand-ons / exposure by age bin, a bin with few events leaning on its neighbours.

    one_deal [..., 1] is the mean amount of a hand-on, which turns amounts into numbers of events. The neighbours' rate
    is a triangular mean over bins; it enters with the weight of `PRIOR_HAND_ONS` events.
    """
    near_on, near_held = handed_on.copy(), held.copy()
    for distance, weight in ((1, 0.5), (2, 0.25), (4, 0.1), (8, 0.01), (15, 0.001)):
        for values, total in ((handed_on, near_on), (held, near_held)):
            total[..., distance:] += weight * values[..., :-distance]
            total[..., :-distance] += weight * values[..., distance:]
    return leaning(handed_on, held, crude(near_on, near_held), one_deal)


def leaning(handed_on: Floats, held: Floats, prior: Floats, one_deal: Floats) -> Floats:
    """Gamma-Poisson posterior mean of a hazard: (H + k) / (E + k / prior), k = `PRIOR_HAND_ONS` mean hand-ons.

    Where the bin has no exposure this is the prior. With a prior of zero the crude rate counts.
    """
    pull = PRIOR_HAND_ONS * one_deal
    exposure = np.maximum(held, handed_on / FASTEST)
    pulled = ratio(handed_on + pull, exposure + ratio(pull, prior))
    return capped(np.where((prior > 0) & (pull > 0), pulled, crude(handed_on, held)))


def fresh_share(step_days: Floats) -> Floats:
    """[W, A]: the part of a (week, age bin) cell where the hold is younger than the period, age < time since start.

    Area of the cell below the diagonal over its area; the open last bin counts as 30 days wide.
    """
    ends = np.cumsum(step_days)
    edges = np.array([*AGE_EDGES[:-1], AGE_EDGES[-2] + 30.0])
    # The area by the midpoints of 64 slices of the week.
    points = (np.arange(64) + 0.5) / 64
    share = np.zeros((step_days.size, AGE_BINS))
    for week, end in enumerate(ends):
        now = end - step_days[week] * points
        within = (now[:, None] - edges[None, :-1]) / np.diff(edges)[None, :]
        share[week] = np.clip(within, 0.0, 1.0).mean(axis=0)
    return share


def on_another_scale(base: Floats, scale: Floats) -> Floats:
    """Accelerated failure time: hazard s * base(s * age), averaged over each bin. base [..., A], scale [..., 1]."""
    widths = np.diff(np.array([*AGE_EDGES[:-1], AGE_EDGES[-2] + 30.0]))
    sums = np.concatenate([np.zeros((*base.shape[:-1], 1)), np.cumsum(base * widths, axis=-1)], axis=-1)
    edges = np.array([*AGE_EDGES[:-1], AGE_EDGES[-2] + 30.0])
    stretched = np.minimum(edges * scale, 1e6)
    index = np.clip(np.searchsorted(edges, stretched, side="right") - 1, 0, AGE_BINS - 1)
    before = np.take_along_axis(sums, index, axis=-1) + np.take_along_axis(base, index, axis=-1) * (
        stretched - edges[index]
    )
    return capped(np.diff(before, axis=-1) / widths)


def fitted_scale(handed_on: Floats, held: Floats, base: Floats) -> Floats:
    """The time scale [..., 1] at which the stretched baseline expects as many hand-ons as were seen.

    handed_on, held, base [..., A]: amounts, amount-days and hazards by age bin. 2 is twice as fast; between 1/16 and
    16, by bisection to a part of 2e-5.
    """
    low, high = np.full((*base.shape[:-1], 1), 1 / 16), np.full((*base.shape[:-1], 1), 16.0)
    seen = handed_on.sum(axis=-1, keepdims=True)
    for _ in range(18):
        middle = np.sqrt(low * high)
        too_fast = (on_another_scale(base, middle) * held).sum(axis=-1, keepdims=True) > seen
        low, high = np.where(too_fast, low, middle), np.where(too_fast, middle, high)
    return np.asarray(np.sqrt(low * high))


def _fit(handed_on: Floats, held: Floats, hazard: Floats, one_deal: Floats) -> Floats:
    """Poisson log-likelihood of hazards, in events, [..., 1]."""
    expected = hazard * held
    gain = np.where(handed_on > 0, handed_on * np.log(np.maximum(expected, 1e-12)), 0.0) - expected
    return ratio(gain.sum(axis=-1, keepdims=True), one_deal, 0.0)


def period_prior(handed_on: Floats, held: Floats, base: Floats, one_deal: Floats) -> Floats:
    """What the period's hazards lean on, [..., A]: the baseline made faster and the baseline on another time scale,
    blended by how well each explains the period (likelihood weights)."""
    seen = handed_on.sum(axis=-1, keepdims=True)
    expected = (base * held).sum(axis=-1, keepdims=True)
    faster = capped(base * ratio(seen, expected, 1.0))
    scale = np.where(seen > 0, fitted_scale(handed_on, held, base), 1.0)
    stretched = on_another_scale(base, scale)
    lead = _fit(handed_on, held, stretched, one_deal) - _fit(handed_on, held, faster, one_deal)
    # Clipped, because beyond this the exponential overflows and the weight is 0 or 1 anyway.
    weight = 1 / (1 + np.exp(-np.clip(lead, -50, 50)))
    return np.asarray(weight * stretched + (1 - weight) * faster)


def period_hazards(
    handed_on: Floats, held: Floats, base: Floats, one_deal: Floats, step_days: Floats, pull: float
) -> PeriodHazards:
    """Fit the period's own hazards. handed_on, held [R, W, J, A]; base [R, J, A]; one_deal [R, J, 1].

    pull: weight of a mean week in a week's own speed (0.3: a late change shows late, an empty week stays at the mean).
    Without exposure in the period the baseline's hazards hold and every speed is 1.
    """
    share = fresh_share(step_days)[None, :, None, :]
    total_on, total_held = handed_on.sum(axis=1), held.sum(axis=1)
    prior = period_prior(total_on, total_held, base, one_deal)
    fresh, old = prior.copy(), prior.copy()
    held_fresh, held_old = held * share, held * (1 - share)
    sum_fresh, sum_old = held_fresh.sum(axis=1), held_old.sum(axis=1)
    for _ in range(ROUNDS):
        both = fresh[:, None] * share + old[:, None] * (1 - share)
        # Each cell's hand-ons go to fresh and old holds in proportion to what either is expected to give (EM).
        per_rate = ratio(handed_on, both)
        on_fresh, on_old = fresh * (per_rate * share).sum(axis=1), old * (per_rate * (1 - share)).sum(axis=1)
        fresh = leaning(on_fresh, sum_fresh, prior, one_deal)
        # Old holds began at the baseline's pace, so they lean on that and not on the period's.
        old = leaning(on_old, sum_old, base, one_deal)
    empty = (total_held.sum(axis=-1, keepdims=True) <= 0) & (total_on.sum(axis=-1, keepdims=True) <= 0)
    fresh, old = np.where(empty, base, fresh), np.where(empty, base, old)
    expected = (held_fresh * fresh[:, None] + held_old * old[:, None]).sum(axis=-1)
    seen = handed_on.sum(axis=-1)
    mean = expected.mean(axis=1, keepdims=True)
    speed = ratio(seen + pull * mean, expected + pull * mean, 1.0)
    pace = ratio(total_on.sum(axis=-1), (base * total_held).sum(axis=-1), 1.0)
    return PeriodHazards(fresh=fresh, old=old, speed=np.moveaxis(speed, 1, 2), pace=pace)
