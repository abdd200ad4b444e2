"""Does it matter: rarely said where nothing is there, however the series drift and remember; found where it is."""

from __future__ import annotations

import numpy as np
import pytest
import scipy

from revenue_health.contribution.core.association import (
    FEWEST_WEEKS,
    _interval,
    _normal_quantile,
    _scores,
    false_discovery_rates,
    strongest,
    whitened,
)

WEEKS = 150


def series(rng: np.random.Generator, kind: str, size: int = WEEKS) -> np.ndarray:
    noise = rng.standard_t(4, size)
    if kind == "noise":
        return noise
    if kind == "walk":
        return np.cumsum(noise)
    values = np.zeros(size)
    for at in range(1, size):
        values[at] = 0.7 * values[at - 1] + noise[at]
    return values + np.linspace(0, 8, size) if kind == "trend" else values


@pytest.mark.parametrize("kind", ["noise", "memory", "trend", "walk"])
def test_it_is_said_by_chance_no_more_often_than_stated(kind: str) -> None:
    rng = np.random.default_rng(17)
    times = 200
    said = 0
    for _ in range(times):
        rates = {name: series(rng, kind) for name in ("wait", "loss", "demand")}
        found = strongest(series(rng, kind), rates, rng, shuffles=99)
        assert found
        said += found.p <= 0.1
    # One in ten is stated; three standard errors more are 0.165.
    assert said / times <= 0.165


@pytest.mark.parametrize("lag", [0, 3, 8])
def test_a_planted_association_is_found_at_its_lag(lag: int) -> None:
    rng = np.random.default_rng(23)
    shocks = rng.normal(size=WEEKS + 8)
    leads = np.cumsum(shocks[8:]) * 0.3 + rng.normal(size=WEEKS) * 0.2 + np.linspace(0, 5, WEEKS)
    follows = np.zeros(WEEKS)
    for at in range(1, WEEKS):
        follows[at] = 0.5 * follows[at - 1] + shocks[8 + at - lag] + rng.normal() * 0.5
    found = strongest(leads, {"loss": series(rng, "memory"), "wait": follows}, rng)
    assert found
    assert (found.rate, found.lag) == ("wait", lag)
    assert found.p <= 0.002
    assert 0 < found.low < found.r < found.high


def test_two_trends_are_no_association() -> None:
    rng = np.random.default_rng(29)
    line = np.linspace(0, 50, WEEKS)
    found = strongest(line + rng.normal(size=WEEKS), {"wait": line + rng.normal(size=WEEKS)}, rng)
    assert found
    assert found.p > 0.05


def test_too_few_weeks_say_nothing_and_gaps_do_no_harm() -> None:
    rng = np.random.default_rng(31)
    short = rng.normal(size=FEWEST_WEEKS - 1)
    assert strongest(short, {"wait": short}, rng) is None
    values = rng.normal(size=WEEKS)
    values[rng.random(WEEKS) < 0.05] = np.nan
    found = strongest(values, {"wait": values + 0.3 * rng.normal(size=WEEKS)}, rng)
    assert found
    assert (found.lag, found.p) == (0, 0.001)
    assert found.weeks < WEEKS


def test_a_measurable_that_never_moves_has_no_association() -> None:
    rng = np.random.default_rng(1)
    assert strongest(np.full(WEEKS, 3.0), {"wait": rng.normal(size=WEEKS)}, rng) is None


def test_whitening_is_least_squares_as_numpy_and_scipy_have_it() -> None:
    rng = np.random.default_rng(37)
    values = series(rng, "trend")
    design = np.column_stack([np.ones(148), np.linspace(-1, 1, WEEKS)[2:], values[1:-1], values[:-2]])
    left = values[2:] - design @ np.linalg.solve(design.T @ design, design.T @ values[2:])
    np.testing.assert_allclose(whitened(values)[2:], 2 * scipy.stats.rankdata(left) / 149 - 1, atol=1e-12)


def test_ranks_with_ties_are_scipys() -> None:
    values = np.array([3.0, 1.0, 3.0, 2.0])
    np.testing.assert_allclose(_scores(values), 2 * scipy.stats.rankdata(values) / 5 - 1)


def test_benjamini_hochberg_is_scipys() -> None:
    p = [0.01, 0.04, 0.03, 0.2, 0.9, 0.001]
    np.testing.assert_allclose(false_discovery_rates(p), scipy.stats.false_discovery_control(p))
    assert false_discovery_rates([]) == []


@pytest.mark.parametrize("p", [0.95, 0.99, 0.998])
def test_the_normal_quantile_is_scipys(p: float) -> None:
    assert _normal_quantile(p) == pytest.approx(scipy.stats.norm.ppf(p), abs=5e-4)


def test_the_interval_of_one_correlation_is_fishers() -> None:
    low, high = _interval(0.4, 103, 1)
    half = scipy.stats.norm.ppf(0.95) / 10
    assert (low, high) == pytest.approx((np.tanh(np.arctanh(0.4) - half), np.tanh(np.arctanh(0.4) + half)), abs=1e-3)
