"""The deals at birth: accounts, and for each opportunity who, what, when, how much and from where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from pipeline.generator import company, invented_names, process
from pipeline.generator.rates import Rates
from pipeline.generator.story import Calendar, Story
from pipeline.generator.worktime import DAY_SECONDS, Floats, Ints, WorkTime

_GROWTH_A_YEAR = 0.08
_PRICES_A_YEAR = 0.02
_MONTHS = np.array([1.0, 1.0, 1.02, 1.0, 1.02, 1.0, 0.93, 0.9, 1.05, 1.05, 1.02, 0.9])
_STOCK_SPREAD_DAYS = 3.0
_CUSTOMERS = 0.4  # the first part of the accounts were customers before


@dataclass(frozen=True, slots=True)
class Accounts:
    """One row an account; numbers point into the tables of company and words."""

    segment: Ints
    region: Ints
    industry: Ints
    profile: Ints
    name: Ints  # number of the combination of name words


@dataclass(frozen=True, slots=True)
class Deals:
    """One row an opportunity, in order of creation. Instants are working seconds, money is in cents."""

    first: int  # number of the first one in the whole folder
    created: Floats
    stage: Ints
    account: Ints
    source: Ints
    segment: Ints
    currency: Ints
    team: Ints
    owner: Ints
    earlier_owner: Ints
    reassigned: Floats  # inf: never
    amount: Ints
    close: Ints  # expected close, date ordinal
    product: Ints
    quantity: Ints

    def __len__(self) -> int:
        return len(self.created)


def accounts_of(*, count: int, rng: np.random.Generator) -> Accounts:
    """Accounts with attributes drawn by the weights of the company's tables."""
    names = len(invented_names.FIRST) * len(invented_names.SECOND) * len(invented_names.THIRD)
    return Accounts(
        segment=_draw_weighted(rng, [segment.weight for segment in company.SEGMENTS], count),
        region=_draw_weighted(rng, [region.weight for region in company.REGIONS], count),
        industry=rng.integers(len(company.INDUSTRIES), size=count),
        profile=rng.integers(len(company.PROFILES), size=count),
        name=rng.integers(names, size=count) if count > names else rng.permutation(names)[:count],
    )


def _draw_weighted(rng: np.random.Generator, weights: list[float], count: int) -> Ints:
    edges = np.cumsum(weights) / sum(weights)
    # Rounding may leave the last edge a little below 1.
    return np.minimum(np.searchsorted(edges, rng.random(count), side="right"), len(weights) - 1)


@dataclass(frozen=True, slots=True)
class Demand:
    """When deals are created: cumulative demand by working day, the opening stock first."""

    days: Floats  # working seconds
    cumulative: Floats
    stock: float

    @classmethod
    def of(cls, *, story: Story, calendar: Calendar, worktime: WorkTime) -> Demand:
        """Demand grows with the years and breathes with the seasons; better marketing brings more."""
        count = round(worktime.cutoff / DAY_SECONDS)
        day = np.arange(count)
        month = np.array([d.month for d in map(date.fromordinal, worktime.ordinals[:count].tolist())])
        marketing = sum(source.weight for source in company.SOURCES if source.department == "marketing")
        boost = 1 + (story.marketing_demand - 1) * marketing * (1 - process.RENEWAL_SHARE)
        rate = (1 + _GROWTH_A_YEAR) ** (day / 252) * _MONTHS[month - 1]
        rate = np.where(day * DAY_SECONDS >= worktime.at(calendar.decline), rate * boost, rate)
        stock = min(0.5, rate[:60].mean() * process.STOCK_DAYS / (rate.sum() + rate[:60].mean() * process.STOCK_DAYS))
        cumulative = np.concatenate([[0.0], np.cumsum(rate) / rate.sum()])
        return cls(
            np.arange(count + 1, dtype=np.float64) * DAY_SECONDS,
            np.asarray(stock + (1 - stock) * cumulative, dtype=np.float64),
            float(stock),
        )

    def created(self, place: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Creation of deals by their sorted place in (0, 1) among all, and which are opening stock."""
        stock = place < self.stock
        created = np.interp(place, self.cumulative, self.days)
        created[stock] = place[stock] / self.stock * _STOCK_SPREAD_DAYS * DAY_SECONDS
        # An event at the cutoff would not be written, and its deal have none.
        return np.floor(np.minimum(created, self.days[-1] - 60)), stock


def deals_of(
    *, first: int, count: int, total: int, demand: Demand, accounts: Accounts, rates: Rates, story: Story,
    calendar: Calendar, worktime: WorkTime, rng: np.random.Generator,
) -> Deals:  # fmt: skip
    """The opportunities `first` to `first + count` of `total`: a slice of time, so keys grow with time."""
    created, stock = demand.created((first + np.sort(rng.random(count)) * count) / total)
    renewal = rng.random(count) < process.RENEWAL_SHARE
    better = created >= worktime.at(calendar.decline)
    source = np.where(renewal, company.RENEWAL_SOURCE, _sources(rng, better, story))
    customers = max(1, int(len(accounts.segment) * _CUSTOMERS))
    account = np.where(renewal, rng.integers(customers, size=count), rng.integers(len(accounts.segment), size=count))
    segment, region = accounts.segment[account], accounts.region[account]
    currency = np.array([company.CURRENCIES.index(r.currency) for r in company.REGIONS])[region]
    team = np.array([r.team for r in company.REGIONS])[region]
    seat = rng.integers(len(company.REPS[0]), size=count)
    # From 1 on, so that it is never the same seat.
    earlier = (seat + rng.integers(1, len(company.REPS[0]), size=count)) % len(company.REPS[0])
    moved = rng.random(count) < process.REASSIGNED
    reassigned = np.where(moved, created + rng.exponential(12 * DAY_SECONDS, count), np.inf)
    euros = _euros(rng, segment, renewal, created)
    tens = np.rint(euros / rates.at(worktime.day_index(created), currency) / 10)
    return Deals(
        first=first, created=created, stage=_first_stages(rng, source, renewal, stock), account=account, source=source,
        segment=segment, currency=currency, team=team, owner=team * len(company.REPS[0]) + seat,
        earlier_owner=team * len(company.REPS[0]) + np.where(moved & (reassigned < worktime.cutoff), earlier, seat),
        reassigned=reassigned, amount=tens.astype(np.int64) * 1000,
        close=worktime.ordinal(created + rng.gamma(6.0, process.EXPECTED_DAYS / 6, count) * DAY_SECONDS),
        product=np.where(renewal, rng.integers(len(invented_names.RENEWALS), size=count),
                         rng.integers(len(invented_names.PRODUCTS), size=count)),
        quantity=rng.integers(len(invented_names.QUANTITIES), size=count),
    )  # fmt: skip


def _sources(rng: np.random.Generator, better: npt.NDArray[np.bool_], story: Story) -> Ints:
    """Source of new business; from the decline on marketing has its better part of it."""
    usual = [source.weight for source in company.SOURCES]
    boosted = [s.weight * (story.marketing_demand if s.department == "marketing" else 1.0) for s in company.SOURCES]
    place = rng.random(len(better))
    edges = [np.cumsum(weights) / sum(weights) for weights in (usual, boosted)]
    sampled = np.where(
        better, np.searchsorted(edges[1], place, side="right"), np.searchsorted(edges[0], place, side="right")
    )
    # Renewals, last in the list, have no weight here; rounding must not draw them.
    return np.minimum(sampled, company.RENEWAL_SOURCE - 1)


def _first_stages(
    rng: np.random.Generator, source: Ints, renewal: npt.NDArray[np.bool_], stock: npt.NDArray[np.bool_]
) -> Ints:
    """Lead or qualified by source, or the first of the renewals; deals taken over are anywhere on their way."""
    as_lead = rng.random(len(source)) < np.array([s.lead for s in company.SOURCES])[source]
    stage = np.where(renewal, process.RENEWAL_START, np.where(as_lead, process.LEAD, process.QUALIFIED))
    for pipeline, of_pipeline in (("new", ~renewal), ("renewal", renewal)):
        numbers = [n for n, kind in enumerate(process.STAGES) if kind.pipeline == pipeline]
        start = _draw_weighted(rng, [process.STAGES[n].stock for n in numbers], len(source)) + numbers[0]
        stage = np.where(stock & of_pipeline, start, stage)
    return stage


def _euros(rng: np.random.Generator, segment: Ints, renewal: npt.NDArray[np.bool_], created: Floats) -> Floats:
    """Log-normal around the segment's median, growing with prices; renewals are a part of it."""
    median = np.array([s.median_amount for s in company.SEGMENTS])[segment]
    growth = (1 + _PRICES_A_YEAR) ** (created / DAY_SECONDS / 252)
    part = np.where(renewal, company.RENEWAL_AMOUNT_FACTOR, 1.0)
    return np.asarray(
        np.maximum(median * growth * part * np.exp(rng.normal(0, company.AMOUNT_SIGMA, len(segment))), 500)
    )
