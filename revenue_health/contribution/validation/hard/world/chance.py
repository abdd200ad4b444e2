"""All chance of a company, drawn once: worlds that differ in who changed share it, deal by deal.

A deal that would only exist in some worlds is drawn for all of them, with the number that decides whether it comes.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from revenue_health.contribution.validation.hard.world.clocks import Floats, factor_of
from revenue_health.contribution.validation.hard.world.company import (
    DEALS_A_DAY,
    LOSSES,
    PERIOD_DAYS,
    REVISION_MEAN,
    REVISION_SD,
    SOURCES,
    STEPS,
    Change,
    Kind,
)

type Ints = NDArray[np.int64]
MOST_CAUSES = max(len(causes) for causes in LOSSES.values())
_PARTS = np.array([DEALS_A_DAY[source] for source in SOURCES]) / sum(DEALS_A_DAY.values())
OLDEST_CUSTOMER = 3_500.0
"""Days before the history began on which the first of the old customers was won."""


@dataclass(frozen=True, kw_only=True)
class Chance:
    """Numbers of N possible deals, in order of entry.

    entered [N]: day; source [N]: index into SOURCES; comes [N]: uniform, see `present`. size [N]: amount before any
    change. revision [N]: relative change of the amount at the win. work [N, steps]: of mean 1. needs [N, steps]:
    uniform, whether the deal needs the step. risk [N, stages' steps + 1, causes]: exponentials; the last row is the
    customer's. hardiness [N]: factor on all loss hazards before the win. lie, lie_to, log [N]: uniforms of the books.
    customer_since: days on which old customers were won; customer_size, customer_risk [M, causes], customer_source
    theirs.
    """

    entered: Floats
    source: Ints
    comes: Floats
    most: Floats
    size: Floats
    revision: Floats
    work: Floats
    needs: Floats
    risk: Floats
    hardiness: Floats
    lie: Floats
    lie_to: Floats
    log: Floats
    customer_since: Floats
    customer_size: Floats
    customer_risk: Floats
    customer_source: Ints

    @cached_property
    def deals(self) -> int:
        """N, those that never come included."""
        return self.entered.size

    def present(self, changes: tuple[Change, ...]) -> NDArray[np.bool_]:
        """bool[N]: which deals come in a world."""
        level = np.ones(self.deals)
        for number, source in enumerate(SOURCES):
            own = self.source == number
            level[own] = factor_of(demand_of(changes, source), self.entered[own])
        return np.asarray(self.comes * self.most < level)


def demand_of(changes: tuple[Change, ...], source: str) -> tuple[Change, ...]:
    """The changes of demand that concern a source."""
    return tuple(change for change in changes if change.what == "demand" and change.source in ("", source))


def draw_chance(kind: Kind, rng: np.random.Generator, *, history: float) -> Chance:
    """Everything that is random in a company of a kind whose deals begin `history` days before day 0."""
    entered, source, most = _entries(kind, rng, history)
    count, steps, causes = entered.size, len(STEPS), MOST_CAUSES
    old = rng.poisson(kind.old_customers * kind.scale)
    shape = kind.frailty
    return Chance(
        entered=entered,
        source=source,
        comes=rng.uniform(size=count),
        most=most,
        size=_amounts(kind, rng, count),
        revision=np.exp(rng.normal(REVISION_MEAN, REVISION_SD, count)),
        work=rng.standard_gamma(2.0, (count, steps)) / 2.0,
        needs=rng.uniform(size=(count, steps)),
        risk=rng.standard_exponential((count, steps + 1, causes)),
        hardiness=rng.gamma(shape, 1 / shape, count) if shape else np.ones(count),
        lie=rng.uniform(size=count),
        lie_to=rng.uniform(size=count),
        log=rng.uniform(size=count),
        customer_since=-history - np.sort(rng.uniform(0, OLDEST_CUSTOMER, old)),
        customer_size=_amounts(kind, rng, old),
        customer_risk=rng.standard_exponential((old, causes)),
        customer_source=rng.choice(len(SOURCES), old, p=_PARTS),
    )


def _entries(kind: Kind, rng: np.random.Generator, history: float) -> tuple[Floats, Ints, Floats]:
    """Days of entry, sources, and by how much more deals were drawn than come ordinarily."""
    days, sources, most = [], [], []
    for number, source in enumerate(SOURCES):
        factors = [change.factor for change in demand_of(kind.changes, source)]
        # As many as come in the world with most of them; `present` thins them out for the others.
        ceiling = float(np.prod([max(factor, 1.0) for factor in factors]))
        count = rng.poisson(DEALS_A_DAY[source] * kind.scale * ceiling * (history + PERIOD_DAYS))
        days.append(rng.uniform(-history, PERIOD_DAYS, count))
        sources.append(np.full(count, number))
        most.append(np.full(count, ceiling))
    day = np.concatenate(days)
    order = np.argsort(day, kind="stable")
    return day[order], np.concatenate(sources)[order], np.concatenate(most)[order]


def _amounts(kind: Kind, rng: np.random.Generator, count: int) -> Floats:
    sd = kind.amount_sd
    # With this mean of the logarithm, spread does not change the mean amount.
    return np.asarray(kind.amount_mean * np.exp(rng.normal(-sd * sd / 2, sd, count)))
