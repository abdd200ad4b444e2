"""Where will we land: R run forward from today's open pipeline, with what is not known about it.

Three kinds of not knowing are kept apart and added as variances or drawn together: how well the rates are known
(jackknife over deals), which of the open deals will be won (each is won or not, and a few are large), and which deals
are still to come (compound Poisson). The open pipeline itself is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from departments.translation import gettext_noop
from revenue_health.contribution.core.flows import AGE_BINS, AGE_EDGES, Floats, FlowArrays, Ints
from revenue_health.contribution.core.intervals import replicated, standard_error
from revenue_health.contribution.core.model.hazards import ratio
from revenue_health.contribution.core.model.rates import Rates, estimate_rates
from revenue_health.contribution.core.model.revenue import everyone, revenue
from revenue_health.contribution.core.solver import kernels
from revenue_health.contribution.core.solver.backward import Prepared, backward

DRAWS = 4_000
"""Simulated outcomes behind the quantiles: 0.8 % standard error of a probability at worst."""
SINGLE_DEALS = 300
"""Largest open deals drawn one by one; the others together, as a normal sum."""
CERTAIN = 1e-9
"""Odds below which an earned deal is not lost any more: what rounding leaves of none."""


@dataclass(frozen=True, kw_only=True)
class OpenDeals:
    """Today's open deals and those that stand finished, one row each: custody position, age of the hold in days,
    amount."""

    custody: Ints
    age_days: Floats
    amount: Floats

    def stock(self, custodies: int) -> Floats:
        """Amounts by custody and age bin, [J, A]; custodies: J."""
        stock = np.zeros((custodies, AGE_BINS))
        np.add.at(stock, (self.custody, self.age_bin()), self.amount)
        return stock

    def age_bin(self) -> Ints:
        """Age bin of each deal, int[deals], by `AGE_EDGES`."""
        return np.asarray(np.searchsorted(AGE_EDGES, np.maximum(self.age_days, 0.0), side="right") - 1)


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Open pipeline over what is still missing to the target: needed (from past periods) and had; None if unknown."""

    needed: float | None
    had: float | None


NO_LOSSES = gettext_noop("no loss is recorded: the forecast counts every open deal as won in the end")
QUANTILES = {"p5": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95}


@dataclass(frozen=True, kw_only=True)
class Band:
    """Revenue of the period up to the end of one step ahead, money: `days` from today."""

    days: float
    p5: float
    p25: float
    median: float
    p75: float
    p95: float


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """Revenue of the whole period, money. probability: of reaching the target; None without one. expected: mean.
    error_of_rates, error_of_deals: standard deviations from not knowing the rates, and from luck with deals.
    path: the same after each step on the way, from the same draws; its last band is that of the whole period."""

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
    path: tuple[Band, ...] = ()


def forward_rates(*, history: FlowArrays, recent: FlowArrays, step_days: Floats, stock: Floats) -> Rates:
    """Rates to run forward with: those of the recent span (say 13 weeks), where it is thin those of the history.

    step_days [W]: the steps left in the period. stock [J, A]: open amounts today. Holds in progress go on at the
    recent pace; the stock is known, so it is the same in every replicate. What was taken back where nothing is held
    (so that no hazard says it) is not taken back day by day, whether or not anything is won, but as a part of every win
    to come.
    """
    pair = estimate_rates(baseline=history, period=recent.sum_of_steps())
    rates = _less_taken_back(pair.actual, _share_taken_back(history, pair.baseline))
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
        reversed=np.zeros((*rates.reversed.shape[:2], steps)),
        opening=np.repeat(stock[None], rates.replicates, axis=0),
    )


def _share_taken_back(history: FlowArrays, rates: Rates) -> Floats:
    """Of what was won in the history, the share that was taken back where no hazard says so: [R], from 0 to 1."""
    layout = history.layout
    wins = np.maximum(layout.earning_move, 0.0)
    won = np.einsum("rjk,jk->r", replicated(history.routed.sum(axis=1)), wins)
    won += replicated(history.entered.sum(axis=1))[:, layout.entry_earns].sum(axis=(1, 2))
    taken_back = rates.reversed[..., 0].sum(axis=1) * history.days
    return np.clip(ratio(taken_back, won), 0.0, 1.0)


def _less_taken_back(rates: Rates, share: Floats) -> Rates:
    """The rates with this share of every win leaving the books without having earned."""
    layout, stays = rates.layout, 1 - share[:, None, None]
    routing, demand = rates.routing.copy(), rates.demand.copy()
    won = np.where(layout.earning_move > 0, routing, 0.0)
    routing -= won * (1 - stays)
    routing[:, :, -1] += (won * (1 - stays)).sum(axis=2)
    demand[:, layout.entry_earns] *= stays[..., None]
    return replace(rates, routing=routing, demand=demand)


def forecast(
    *,
    rates: Rates,
    deals: OpenDeals,
    won_so_far: float,
    target: float | None,
    mean_square_size: float,
    past: Sequence[tuple[float, float]] = (),
    rng: np.random.Generator,
    with_path: bool = True,
) -> Forecast:
    """Forecast of a period that is partly over.

    rates: from `forward_rates`, over the steps left. mean_square_size: E[amount^2] / E[amount] of new deals (a deal's
    typical size as money sees it). past: of earlier periods at the same week, (open amount then, won from then to the
    end), for the coverage needed. rng: seeded by the caller. with_path: without it only the end is computed; its
    figures are the same.
    """
    steps = rates.step_days.size
    counts = range(1, steps + 1) if with_path else (steps,)
    ends = [_end(rates.first_steps(count), deals, mean_square_size) for count in counts]
    after = rates.layout.after_earning[rates.layout.stage_of]
    whole, totals = ends[-1], [won_so_far + draws for draws in _draw(ends, deals, after, rng)]
    days = np.cumsum(rates.step_days)[-len(ends) :]
    path = tuple(_band(float(day), draws) for day, draws in zip(days, totals, strict=True))
    last = path[-1]
    reasons = (
        () if (~after[deals.custody]).any() else (gettext_noop("nothing is open: only new deals can still be won"),)
    )
    return Forecast(
        target=target,
        won_so_far=won_so_far,
        expected=won_so_far + whole.ahead,
        **{name: getattr(last, name) for name in QUANTILES},
        probability=None if target is None else float(np.mean(totals[-1] >= target)),
        error_of_rates=whole.of_rates,
        error_of_deals=float(np.sqrt(whole.variance(deals).sum() + whole.from_new)),
        coverage=coverage(rates, deals, won_so_far, target, past),
        reasons=reasons if target is not None else (*reasons, gettext_noop("no plan: no probability of reaching it")),
        path=path,
    )


@dataclass(frozen=True, kw_only=True)
class _End:
    """What is known of the revenue up to the end of one step: its mean, the error of the rates, the variance from
    deals still to come, and each open deal's odds to have been won by then (to be lost, where it has earned)."""

    ahead: float
    of_rates: float
    from_new: float
    odds: Floats
    sign: Floats

    def variance(self, deals: OpenDeals) -> Floats:
        return np.asarray(deals.amount**2 * self.odds * (1 - self.odds))


def _end(rates: Rates, deals: OpenDeals, mean_square_size: float) -> _End:
    """R of the steps up to here is the same function over a shorter period."""
    ahead = revenue((rates,), everyone(rates.layout, 0))[:, 0]
    chance, entry = worth_today(rates)
    from_new = np.einsum("jpw,jw->", rates.demand[0], np.abs(entry)) * mean_square_size
    # After earning a deal can only lose: its chance is negative.
    odds = chance[deals.custody, deals.age_bin()]
    return _End(
        ahead=float(ahead[0]),
        of_rates=float(standard_error(ahead)),
        from_new=max(float(from_new), 0.0),
        odds=np.clip(np.abs(odds), 0.0, 1.0),
        sign=np.sign(odds),
    )


def _band(days: float, draws: Floats) -> Band:
    quantiles = np.quantile(draws, list(QUANTILES.values()))
    return Band(days=days, **{name: float(value) for name, value in zip(QUANTILES, quantiles, strict=True)})


def worth_today(rates: Rates) -> tuple[Floats, Floats]:
    """Expected revenue per unit open, [J, A] by custody and age bin, and per unit a day entering in a step, [J, W].

    Of the whole without replicates, up to the end of the last step. A unit that has not earned is worth the odds
    that it will, from 0 to 1 but for growth; one that stands earned can only grow, or be lost (below zero).
    """
    whole = rates.whole()
    grid = kernels.make_grid(whole.step_days)

    def spread(custody: int) -> Floats:
        """A unit in each age bin, [1, A, cells]."""
        hazard = np.repeat(whole.old[:, custody], AGE_BINS, axis=0)
        return kernels.spread_opening(np.eye(AGE_BINS), hazard, grid)[None]

    shaping = everyone(whole.layout, 0)[:, :-1, 1:]
    prepared = Prepared((whole,), shaping, grid, spread)
    worth = backward(prepared, shaping)
    chance = np.zeros((len(whole.layout.custodies), AGE_BINS))
    entry = np.zeros((chance.shape[0], grid.week_days.size))
    chance[prepared.live], entry[prepared.live] = worth.opening[0, 0], worth.entry[0, 0]
    return chance, entry


def _draw(
    ends: Sequence[_End], deals: OpenDeals, after_earning: NDArray[np.bool_], rng: np.random.Generator
) -> list[Floats]:
    """Draws [DRAWS] of the revenue still to come up to each end, every draw one future: a deal won by one week stays
    won in the next. The deals that matter most by the last end are drawn one by one, the others as a normal sum; none
    takes back more than stands earned today and can still be lost."""
    order = np.argsort(-ends[-1].variance(deals))
    single, rest = order[:SINGLE_DEALS], order[SINGLE_DEALS:]
    fate = rng.random((DRAWS, single.size))
    of_rest, of_unknown = rng.normal(0.0, 1.0, DRAWS), rng.normal(0.0, 1.0, DRAWS)
    draws = []
    for end in ends:
        odds, size = end.odds[single], (end.sign * deals.amount)[single]
        surprise = ((fate < odds) - odds) @ size
        surprise += of_rest * np.sqrt(end.variance(deals)[rest].sum())
        ahead = end.ahead + surprise + of_unknown * np.sqrt(end.of_rates**2 + end.from_new)
        can_be_lost = after_earning[deals.custody] & (end.sign < 0) & (end.odds > CERTAIN)
        least = -float(deals.amount[can_be_lost].sum())
        # The floor is never above the mean, or the draws would no longer be around it.
        draws.append(np.maximum(ahead, min(least, end.ahead)))
    return draws


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
