"""One choice at a time is the same R as that of the coalitions."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revenue_health.contribution.core.capacity import limits_of
from revenue_health.contribution.core.model.rates import Rates, estimate_rates
from revenue_health.contribution.core.model.revenue import everyone, revenue
from revenue_health.contribution.core.sensitivity import Change, Lever, apply_changes
from revenue_health.contribution.core.solver.single_scenario import SingleScenario
from tests.core.contribution.companies import by_chance, simulated


def same(found: np.ndarray, rates: Rates) -> None:
    reference = revenue((rates,), everyone(rates.layout, 0))[:, 0]
    np.testing.assert_allclose(found, reference, rtol=1e-8, atol=1e-6)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_it_is_the_revenue_of_everybody(seed: int) -> None:
    pair = estimate_rates(baseline=by_chance(seed), period=by_chance(seed + 1))
    kept = SingleScenario(pair.actual)
    same(kept.before, pair.actual)
    same(
        kept.revenue(replace(pair.baseline, opening=pair.actual.opening)),
        replace(pair.baseline, opening=pair.actual.opening),
    )


@pytest.mark.parametrize("lever", list(Lever))
def test_of_a_changed_lever_it_is_the_same_revenue_too(lever: Lever) -> None:
    baseline, period = simulated("legal slow, production slow and leaky")
    rates = estimate_rates(baseline=baseline, period=period).actual
    relative = lever != Lever.LIMIT_DAYS
    who = "marketing" if lever == Lever.DEMAND else "legal"
    change = Change(stage="", department=who, lever=lever, value=-0.4 if relative else 6.0, relative=relative)
    kept = SingleScenario(rates)
    limits = limits_of(before=baseline, now=period, rates=rates)
    changed = apply_changes(rates, [change], limits)
    same(kept.revenue(changed), changed)
    same(kept.revenue(rates), rates)
