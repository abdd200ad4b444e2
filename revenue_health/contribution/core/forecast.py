"""Where will we land: R run forward from today's open pipeline, with what is not known about it.

Three kinds of not knowing are kept apart and added as variances or drawn together: how well the rates are known
(jackknife over deals), which of the open deals will be won (each is won or not, and a few are large), and which deals
are still to come (compound Poisson). The open pipeline itself is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from revenue_health.contribution.core import kernels
from revenue_health.contribution.core.backward import Pass, Prepared, march
from revenue_health.contribution.core.flows import AGE_BINS, AGE_EDGES, Floats, FlowArrays, Ints
from revenue_health.contribution.core.intervals import standard_error
from revenue_health.contribution.core.kernels import Grid
from revenue_health.contribution.core.rates import Rates, estimate_rates
from revenue_health.contribution.core.revenue import everyone, revenue

DRAWS = 4_000
"""Simulated outcomes behind the quantiles: 0.8 % standard error of a probability at worst."""
SINGLE_DEALS = 300
"""Largest open deals drawn one by one; the others together, as a normal sum."""


@dataclass(frozen=True, kw_only=True)
class OpenDeals:
    """Today's open deals, one row each: custody position, age of the hold in days, amount."""

    custody: Ints
    age_days: Floats
    amount: Floats

    def stock(self, custodies: int) -> Floats:
        """Amounts by custody and age bin, [J, A]."""
        stock = np.zeros((custodies, AGE_BINS))
        np.add.at(stock, (self.custody, self.age_bin()), self.amount)
        return stock

    def age_bin(self) -> Ints:
        """Age bin of each deal."""
        return np.asarray(np.searchsorted(AGE_EDGES, np.maximum(self.age_days, 0.0), side="right") - 1)


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Open pipeline over what is still missing to the target: needed (from past periods) and had; None if unknown."""

    needed: float | None
    had: float | None


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """Revenue of the whole period, money. probability: of reaching the target; None without one. expected: mean.
    error_of_rates, error_of_deals: standard deviations from not knowing the rates, and from luck with deals."""

    target: float | None
    won_so_far: float
    expected: float
    median: float
    p5: float
    p25: float
    p75: float
    p95: float
    probability: float | None
    error_of_rates: float
    error_of_deals: float
    coverage: Coverage
    reasons: tuple[str, ...]


def forward_rates(*, history: FlowArrays, recent: FlowArrays, step_days: Floats, stock: Floats) -> Rates:
    """Rates to run forward with: those of the recent span (say 13 weeks), where it is thin those of the history.

    step_days [W]: the steps left in the period. stock [J, A]: open amounts today. Holds in progress go on at the
    recent pace; the stock is known, so it is the same in every replicate.
    """
    rates = estimate_rates(baseline=history, period=recent.sum_of_steps()).actual
    steps = step_days.size

    def constant(rate: Floats) -> Floats:
        return np.repeat(rate[..., :1], steps, axis=-1)

    return replace(
        rates,
        step_days=step_days,
        old=rates.fresh,
        speed=constant(rates.speed),
        loss=constant(rates.loss),
        growth=constant(rates.growth),
        demand=constant(rates.demand),
        reversed=constant(rates.reversed),
        opening=np.repeat(stock[None], rates.replicates, axis=0),
    )


def forecast(
    *,
    rates: Rates,
    deals: OpenDeals,
    won_so_far: float,
    target: float | None,
    mean_square_size: float,
    past: Sequence[tuple[float, float]] = (),
    rng: np.random.Generator,
) -> Forecast:
    """Forecast of a period that is partly over.

    rates: from `forward_rates`, over the steps left. mean_square_size: E[amount^2] / E[amount] of new deals (a deal's
    typical size as money sees it). past: of earlier periods at the same week, (open amount then, won from then to the
    end), for the coverage needed. rng: seeded by the caller.
    """
    ahead = revenue((rates,), everyone(rates.layout, 0))[:, 0]
    chance, entry = worth_today(rates)
    from_new = np.einsum("jpw,jw->", rates.demand[0], np.abs(entry)) * mean_square_size
    of_rates = float(standard_error(ahead))
    drawn, of_open = _draw_open(deals, chance, rng)
    spread = np.sqrt(of_rates**2 + max(float(from_new), 0.0))
    totals = won_so_far + float(ahead[0]) + drawn + rng.normal(0.0, 1.0, DRAWS) * spread
    p5, p25, median, p75, p95 = (float(q) for q in np.quantile(totals, [0.05, 0.25, 0.5, 0.75, 0.95]))
    reasons = () if deals.amount.size else ("nothing is open: only new deals can still be won",)
    return Forecast(
        target=target,
        won_so_far=won_so_far,
        expected=won_so_far + float(ahead[0]),
        median=median,
        p5=p5,
        p25=p25,
        p75=p75,
        p95=p95,
        probability=None if target is None else float(np.mean(totals >= target)),
        error_of_rates=of_rates,
        error_of_deals=float(np.sqrt(of_open + max(float(from_new), 0.0))),
        coverage=coverage(rates, deals, won_so_far, target, past),
        reasons=reasons if target is not None else (*reasons, "no plan: no probability of reaching it"),
    )


def worth_today(rates: Rates) -> tuple[Floats, Floats]:
    """Expected revenue per unit open, [J, A] by custody and age bin, and per unit a day entering in a step, [J, W]."""
    whole = rates.whole()
    grid: Grid = kernels.make_grid(whole.step_days)
    shaping = everyone(whole.layout, 0)[:, :-1, 1:]
    prepared = Prepared((whole,), shaping, grid)
    run = Pass(prepared, shaping)
    entry = march(run)[:, :, 0, 0]
    chance = np.zeros((len(whole.layout.custodies), AGE_BINS))
    for custody in prepared.live:
        units = np.eye(AGE_BINS)
        spread = np.stack([kernels.spread_opening(unit[None], whole.old[:, custody], grid)[0] for unit in units])
        start = kernels.opening_paths(spread[None], whole.old[:, custody], whole.speed[:, custody], grid)
        chance[custody] = start.worth[0] @ run.kept[custody][0][0, :, 0] / run.factor[custody][0, 0]
        if custody in run.taken:
            chance[custody] -= [run.lost_from_opening(custody, present[None])[0, 0] for present in start.present[0]]
    return chance, entry


def _draw_open(deals: OpenDeals, chance: Floats, rng: np.random.Generator) -> tuple[Floats, float]:
    """Luck with open deals: draws around their expectation [DRAWS], and its variance. After earning a deal can only
    lose: its chance is negative."""
    odds = chance[deals.custody, deals.age_bin()]
    sign, odds = np.sign(odds), np.clip(np.abs(odds), 0.0, 1.0)
    variance = deals.amount**2 * odds * (1 - odds)
    order = np.argsort(-variance)
    single, rest = order[:SINGLE_DEALS], order[SINGLE_DEALS:]
    won = rng.random((DRAWS, single.size)) < odds[single]
    luck = ((won - odds[single]) * (sign * deals.amount)[single]).sum(axis=1)
    luck += rng.normal(0.0, 1.0, DRAWS) * np.sqrt(variance[rest].sum())
    return luck, float(variance.sum())


def coverage(
    rates: Rates,
    deals: OpenDeals,
    won_so_far: float,
    target: float | None,
    past: Sequence[tuple[float, float]],
) -> Coverage:
    """Coverage needed = 1 / share of the pipeline open at this week that past periods still won; had = open now /
    still missing. Only what has not earned yet is pipeline. None where there is no past, or nothing is missing."""
    opened, won = sum(pair[0] for pair in past), sum(pair[1] for pair in past)
    before = ~rates.layout.after_earning[rates.layout.stage_of]
    open_now = float(deals.amount[before[deals.custody]].sum())
    missing = 0.0 if target is None else target - won_so_far
    return Coverage(needed=opened / won if won > 0 else None, had=open_now / missing if missing > 0 else None)
