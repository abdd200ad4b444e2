"""The period's hazards under each idea of what a change does to holds in progress (`options.Fit`)."""

import numpy as np

from revenue_health.contribution.core.flows import AGE_BINS, Floats
from revenue_health.contribution.core.model import hazards
from revenue_health.contribution.core.model.hazards import PeriodHazards, ratio
from revenue_health.contribution.core.model.options import Fit


def baseline_hazards(fit: Fit, handed_on: Floats, held: Floats, one_deal: Floats) -> Floats:
    """Hand-on hazard per day [R, J, A] by age of the hold, of a span's amounts and amount-days [R, J, A].

    one_deal [R, J, 1]: mean amount of a hand-on. Memoryless: one hazard for all ages.
    """
    if fit is Fit.MEMORYLESS:
        return _one_for_all(handed_on, held)
    return hazards.smooth(handed_on, held, one_deal)


def _one_for_all(handed_on: Floats, held: Floats) -> Floats:
    flat = hazards.crude(handed_on.sum(axis=-1, keepdims=True), held.sum(axis=-1, keepdims=True))
    return np.repeat(flat, AGE_BINS, axis=-1)


def period_hazards(
    fit: Fit, handed_on: Floats, held: Floats, base: Floats, one_deal: Floats, step_days: Floats, pull: float
) -> PeriodHazards:
    """The period's hazards under one idea of holds in progress; arguments as of `hazards.period_hazards`."""
    if fit is Fit.MIXTURE:
        return hazards.period_hazards(handed_on, held, base, one_deal, step_days, pull)
    total_on, total_held = handed_on.sum(axis=1), held.sum(axis=1)
    idle = (total_held.sum(axis=-1, keepdims=True) <= 0) & (total_on.sum(axis=-1, keepdims=True) <= 0)
    fresh, old = _fitted(fit, total_on, total_held, base, one_deal)
    fresh, old = np.where(idle, base, fresh), np.where(idle, base, old)
    share = hazards.fresh_share(step_days)[None, :, None, :]
    expected = (held * (share * fresh[:, None] + (1 - share) * old[:, None])).sum(axis=-1)
    mean = expected.mean(axis=1, keepdims=True)
    speed = ratio(handed_on.sum(axis=-1) + pull * mean, expected + pull * mean, 1.0)
    pace = ratio(total_on.sum(axis=-1), (base * total_held).sum(axis=-1), 1.0)
    return PeriodHazards(fresh=fresh, old=old, speed=np.moveaxis(speed, 1, 2), pace=pace)


def _fitted(fit: Fit, on: Floats, held: Floats, base: Floats, one_deal: Floats) -> tuple[Floats, Floats]:
    """Hazards [R, J, A] of holds begun in the period and before it, of the sums over the period."""
    if fit is Fit.MEMORYLESS:
        flat = _one_for_all(on, held)
        return flat, flat
    if fit is Fit.HAZARD:
        fresh = hazards.leaning(on, held, hazards.period_prior(on, held, base, one_deal), one_deal)
        return fresh, fresh
    seen = on.sum(axis=-1, keepdims=True) > 0
    scale = np.where(seen, hazards.fitted_scale(on, held, base), 1.0)
    # A hold of age u begun at the old pace has done u days of work when the pace changes: from there it goes on at it.
    return hazards.on_another_scale(base, scale), hazards.capped(base * scale)
