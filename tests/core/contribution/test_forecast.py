"""The forecast: calibrated on simulated quarters, plain when nothing is open."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from revenue_health.contribution.core.forecast import Forecast, OpenDeals, forecast, forward_rates, worth_today
from revenue_health.contribution.core.model.revenue import everyone, revenue
from revenue_health.contribution.validation import simulator
from revenue_health.contribution.validation.company import company

TODAY = 49.0


@cache
def halfway(seed: int, target: float | None = 14e6, empty: bool = False) -> tuple[Forecast, float]:
    """A forecast on day 49 of a quarter, and how it ended."""
    simulated = company("nothing changed", 2)
    history = simulator.simulate(simulated, simulated.after, np.random.default_rng(seed))
    here = (history.begin < TODAY) & (history.end >= TODAY) & (not empty)
    deals = OpenDeals(
        custody=history.custody[here],
        age_days=TODAY - history.begin[here],
        amount=history.amount[history.deal[here]],
    )
    recent = simulator.flows(history, np.full(7, 7.0), 0.0, (0.0,)).in_fewer_buckets(10)
    rates = forward_rates(
        history=simulator.baseline_flows(simulated, history).in_fewer_buckets(10),
        recent=recent,
        step_days=np.full(6, 7.0),
        stock=deals.stock(len(simulated.layout.custodies)),
    )
    outcome = forecast(
        rates=rates,
        deals=deals,
        won_so_far=recent.won(),
        target=target,
        mean_square_size=float((history.amount**2).mean() / history.amount.mean()),
        past=((4e7, 8e6), (4.2e7, 8.2e6)),
        rng=np.random.default_rng(0),
    )
    return outcome, simulator.period_flows(simulated, history).won()


def test_quantiles_are_in_order_and_the_probability_fits_them() -> None:
    outcome, _ = halfway(1)
    assert outcome.p5 < outcome.p25 < outcome.median < outcome.p75 < outcome.p95
    assert halfway(1, outcome.median)[0].probability == pytest.approx(0.5, abs=0.01)
    assert halfway(1, outcome.p95)[0].probability == pytest.approx(0.05, abs=0.01)


def test_the_same_seed_gives_the_same_forecast() -> None:
    assert halfway(1)[0] == halfway.__wrapped__(1)[0]


@pytest.mark.slow
def test_nine_in_ten_quarters_end_within_the_band() -> None:
    inside = [outcome.p5 <= end <= outcome.p95 for outcome, end in map(halfway, range(24))]
    assert 0.72 <= np.mean(inside) <= 1.0
    away = np.array([(end - outcome.median) / end for outcome, end in map(halfway, range(24))])
    assert abs(away.mean()) < 0.02


def test_the_band_holds_a_few_quarters() -> None:
    ends = [(outcome, end) for outcome, end in map(halfway, range(4))]
    assert sum(outcome.p5 <= end <= outcome.p95 for outcome, end in ends) >= 2
    assert abs(np.mean([(end - outcome.median) / end for outcome, end in ends])) < 0.06


def test_coverage_needed_and_had() -> None:
    outcome, _ = halfway(1)
    assert outcome.coverage.needed == pytest.approx(8.2e7 / 16.2e6)
    assert outcome.coverage.had is not None
    assert outcome.coverage.had > 1


def test_without_a_plan_there_is_no_probability() -> None:
    outcome, _ = halfway(1, None)
    assert outcome.probability is None
    assert outcome.coverage.had is None
    assert "no plan" in outcome.reasons[-1]


def test_with_nothing_open_only_new_deals_count() -> None:
    outcome, _ = halfway(1, 14e6, True)
    assert outcome.reasons == ("nothing is open: only new deals can still be won",)
    assert outcome.won_so_far < outcome.median < halfway(1)[0].p5


@pytest.mark.parametrize("churns", [False, True])
def test_what_is_won_is_taken_back_only_where_earned_deals_are_ever_lost(churns: bool) -> None:
    """However unsure the rates: of three deals that nobody ever loses after the win, none is lost in a bad draw."""
    simulated = company("nothing changed", 2)
    history = simulator.simulate(simulated, simulated.after, np.random.default_rng(1))
    recent = simulator.period_flows(simulated, history).in_fewer_buckets(10)
    layout = simulated.layout
    last = int(np.flatnonzero(layout.after_earning[layout.stage_of])[-1])
    deals = OpenDeals(custody=np.full(3, last), age_days=np.array([5.0, 20.0, 40.0]), amount=np.full(3, 1e6))
    rates = forward_rates(
        history=simulator.baseline_flows(simulated, history).in_fewer_buckets(10),
        recent=recent,
        step_days=np.full(6, 7.0),
        stock=deals.stock(len(layout.custodies)),
    )
    loss = rates.loss.copy()
    loss[:, layout.after_earning] = 0.001 if churns else 0.0
    unsure = rates.demand * np.random.default_rng(2).lognormal(0.0, 2.0, (rates.replicates, 1, 1, 1))
    outcome = forecast(
        rates=replace(rates, loss=loss, demand=unsure, growth=0 * rates.growth),
        deals=deals,
        won_so_far=3e6,
        target=None,
        mean_square_size=1e5,
        rng=np.random.default_rng(0),
    )
    assert outcome.error_of_rates > 3e6
    assert (outcome.p5 >= outcome.won_so_far) is not churns


def test_the_worth_of_each_open_deal_sums_to_the_same_revenue() -> None:
    simulated = company("nothing changed", 2)
    history = simulator.simulate(simulated, simulated.after, np.random.default_rng(1))
    base, recent = simulator.baseline_flows(simulated, history), simulator.period_flows(simulated, history)
    stock = recent.opening.sum(axis=0)
    rates = forward_rates(history=base, recent=recent, step_days=np.full(6, 7.0), stock=stock)
    chance, entry = worth_today(rates)
    total = (chance * stock).sum() + np.einsum("jpw,jw->", rates.demand[0], entry)
    assert total == pytest.approx(revenue((rates,), everyone(rates.layout, 0))[0, 0], rel=1e-6)


def test_the_path_ends_in_the_forecast_and_opens_like_a_fan() -> None:
    outcome, _ = halfway(1)
    last = outcome.path[-1]
    assert [band.days for band in outcome.path] == [7, 14, 21, 28, 35, 42]
    assert (last.p5, last.p25, last.median, last.p75, last.p95) == (
        outcome.p5,
        outcome.p25,
        outcome.median,
        outcome.p75,
        outcome.p95,
    )
    widths = [band.p95 - band.p5 for band in outcome.path]
    assert widths == sorted(widths)
    medians = [outcome.won_so_far, *(band.median for band in outcome.path)]
    assert medians == sorted(medians)


def test_a_week_ahead_is_the_forecast_of_a_period_that_ends_then() -> None:
    simulated = company("nothing changed", 2)
    history = simulator.simulate(simulated, simulated.after, np.random.default_rng(1))
    base, recent = simulator.baseline_flows(simulated, history), simulator.period_flows(simulated, history)
    rates = forward_rates(history=base, recent=recent, step_days=np.full(6, 7.0), stock=recent.opening.sum(axis=0))
    short = forward_rates(history=base, recent=recent, step_days=np.full(2, 7.0), stock=recent.opening.sum(axis=0))
    cut = rates.first_steps(2)
    np.testing.assert_allclose(
        revenue((cut,), everyone(cut.layout, 0)), revenue((short,), everyone(short.layout, 0)), rtol=1e-12
    )
