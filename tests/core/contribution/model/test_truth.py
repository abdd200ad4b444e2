"""The truth itself: the exact solution against deal-by-deal simulation, and against Erlang tables."""

from dataclasses import replace

import numpy as np
import pytest
import scipy

from revenue_health.contribution.validation import simulator, truth
from revenue_health.contribution.validation.company import MODES, Company, company


@pytest.mark.parametrize("shape", [1, 2, 4])
def test_erlang_survival_and_density_are_scipys(shape: int) -> None:
    ages = np.linspace(0.1, 60, 50)
    gamma = scipy.stats.gamma(shape, scale=9.0 / shape)
    assert truth.erlang_survival(ages, shape, 9.0) == pytest.approx(gamma.sf(ages), rel=1e-9)
    assert truth.erlang_density(ages, shape, 9.0) == pytest.approx(gamma.pdf(ages), rel=1e-9)


def played(made: Company, seeds: int) -> tuple[float, float]:
    """Mean simulated revenue and its standard error; deals of equal size, six times as many."""
    many = {name: replace(getattr(made, name), demand=6 * getattr(made, name).demand) for name in ("before", "after")}
    large = replace(made, **many, amount_sigma=1e-9, baseline_days=0)
    won = [
        simulator.period_flows(large, simulator.simulate(large, large.after, np.random.default_rng(seed))).won() / 6
        for seed in range(seeds)
    ]
    return float(np.mean(won)), float(np.std(won) / np.sqrt(seeds))


def check(made: Company, seeds: int) -> None:
    mean, error = played(made, seeds)
    exact = truth.expected_revenue(made, made.after)
    assert error < 0.01 * exact
    assert abs(mean - exact) < 4 * error


def test_the_exact_solution_is_what_simulation_gives() -> None:
    check(company("legal slow, production slow and leaky", 2), 4)


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shape", [1, 2, 4])
@pytest.mark.parametrize("scenario", ["sales at fault", "bad leads", "legal slow, production slow and leaky"])
def test_in_every_mode_and_shape(scenario: str, shape: int, mode: str) -> None:
    check(company(scenario, shape, mode), 30)


def test_true_shares_add_up_and_only_the_guilty_have_one() -> None:
    made = company("legal slow, production slow and leaky", 4)
    shares = truth.true_shares(made)
    gap = truth.expected_revenue(made, made.after) - truth.expected_revenue(made, made.before)
    assert sum(shares.values()) == pytest.approx(gap, rel=1e-9)
    assert {key for key, value in shares.items() if value} == {"legal", "production"}


def test_a_finer_grid_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    made = company("bad leads", 4)
    rough = truth.expected_revenue(made, made.after)
    monkeypatch.setattr(truth, "GRID_DAYS", 0.125)
    assert truth.expected_revenue(made, made.after) == pytest.approx(rough, rel=2e-5)
