"""Hazards by age: against a Poisson regression (statsmodels) and known curves."""

import numpy as np
import pytest

from revenue_health.contribution.core.flows import AGE_BINS
from revenue_health.contribution.core.model import hazards
from tests.core.contribution.companies import simulated


def poisson(events: np.ndarray, exposure: np.ndarray, design: np.ndarray) -> np.ndarray:
    import statsmodels.api as sm  # here: it takes a second, also of a worker that only collects

    model = sm.GLM(events, design, family=sm.families.Poisson(), offset=np.log(exposure))
    return np.exp(model.fit(tol=1e-12).params)


def test_hazards_by_age_are_those_of_a_poisson_regression() -> None:
    _, period = simulated("nothing changed")
    held, handed_on = period.held[:, :, 1].sum(axis=0), period.handed_on[:, :, 1].sum(axis=0)
    row, age = np.nonzero(held)
    some = np.flatnonzero(handed_on.sum(axis=0))
    here = np.isin(age, some)
    row, age = row[here], age[here]
    expected = poisson(handed_on[row, age] / 1e4, held[row, age] / 1e4, np.eye(AGE_BINS)[age][:, some])
    assert hazards.crude(handed_on.sum(axis=0), held.sum(axis=0))[some] == pytest.approx(expected, rel=1e-6)


def test_the_pace_is_the_intercept_of_a_poisson_regression_with_offset() -> None:
    baseline, period = simulated("sales at fault")
    base = hazards.crude(baseline.handed_on.sum(axis=(0, 1)), baseline.held.sum(axis=(0, 1)))[None]
    on, held = period.handed_on.sum(axis=0)[None], period.held.sum(axis=0)[None]
    one_deal = np.full((1, base.shape[1], 1), 1e4)
    found = hazards.period_hazards(on, held, base, one_deal, period.step_days, 0.3).pace[0, 1]
    exposure = (held[0, :, 1] * base[0, 1]).ravel()
    some = exposure > 0
    expected = poisson(on[0, :, 1].ravel()[some] / 1e4, exposure[some] / 1e4, np.ones((some.sum(), 1)))
    assert found == pytest.approx(expected[0], rel=1e-6)


def test_exposure_that_is_large_leaves_the_crude_rate() -> None:
    held, on = np.full((1, AGE_BINS), 1e9), np.linspace(1e7, 1e8, AGE_BINS)[None]
    assert hazards.smooth(on, held, np.ones((1, 1))) == pytest.approx(on / held, rel=1e-5)


def test_a_bin_without_exposure_takes_its_neighbours_rate() -> None:
    held, on = np.full((1, AGE_BINS), 1e6), np.full((1, AGE_BINS), 1e5)
    held[0, 7] = on[0, 7] = 0.0
    assert hazards.smooth(on, held, np.ones((1, 1)))[0, 7] == pytest.approx(0.1)


def test_instant_hand_ons_have_the_ceiling_as_hazard() -> None:
    assert hazards.crude(np.array([5.0]), np.array([0.0])) == [hazards.FASTEST]


def test_nothing_at_all_is_a_hazard_of_zero() -> None:
    none = np.zeros((1, AGE_BINS))
    assert hazards.smooth(none, none, np.ones((1, 1))).tolist() == none.tolist()


def test_another_time_scale_doubles_a_constant_hazard() -> None:
    base, scale = np.full((1, AGE_BINS), 0.1), np.full((1, 1), 2.0)
    assert hazards.on_another_scale(base, scale) == pytest.approx(0.2)


def test_the_fitted_scale_is_found_again() -> None:
    base = np.linspace(0.01, 0.3, AGE_BINS)[None]
    truth = hazards.on_another_scale(base, np.full((1, 1), 0.6))
    held = np.full((1, AGE_BINS), 100.0)
    assert hazards.fitted_scale(truth * held, held, base)[0, 0] == pytest.approx(0.6, rel=1e-4)


def test_holds_from_before_the_period_are_told_apart() -> None:
    """Old holds keep 0.05 a day, fresh ones run at 0.2: both are found from sums by week and age."""
    days = np.full(13, 7.0)
    share = hazards.fresh_share(days)[None, :, None, :]
    held = np.full((1, 13, 1, AGE_BINS), 1e6)
    on = held * (share * 0.2 + (1 - share) * 0.05)
    base = np.full((1, 1, AGE_BINS), 0.05)
    found = hazards.period_hazards(on, held, base, np.ones((1, 1, 1)), days, 0.3)
    assert found.fresh[0, 0, :12] == pytest.approx(0.2, rel=0.02)
    assert found.old[0, 0, 4:12] == pytest.approx(0.05, rel=0.05)
