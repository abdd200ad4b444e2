"""What can be promised: every lever that exists, with its value today and in the year before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from departments.models import Company
from pipeline.models import RecomputeRun
from pipeline.run_cache import cached
from revenue_health.contribution.core.capacity import Limit, Limits, earlier_part, limits_of
from revenue_health.contribution.core.flows import MARKET
from revenue_health.contribution.core.model import hazards
from revenue_health.contribution.core.model.rates import RatePair, Rates, estimate_rates
from revenue_health.contribution.core.sensitivity import Lever, mean_hold
from revenue_health.contribution.selectors.forecast.forward import forward_of

LONGEST_HOLD = 400.0
"""A mean hold beyond this many days is one that never ends: no wait can be promised of it."""


@dataclass(frozen=True, kw_only=True)
class Promisable:
    """One lever at one (stage, department), in the unit `whatif --set` takes: days of a hold, amount lost or gained
    per amount-day, amount a day, deals handed on a day. today: the last quarter; baseline: the last year (of deals
    handed on, what of it lies before the last quarter); None where undefined. limited: it hands on no more than that
    however long its queue is.
    """

    pipeline: str
    stage: str
    department: str
    lever: Lever
    today: float | None
    baseline: float | None
    limited: bool = False

    @property
    def key(self) -> str:
        """How a promise on it begins."""
        return f"{self.pipeline}/{self.stage}:{self.department}:{self.lever}"


def levers_of(*, run: RecomputeRun, company: Company) -> list[Promisable]:
    """All levers in order of pipeline, stage, department."""

    def compute() -> list[Promisable]:
        levers: list[Promisable] = []
        for pipeline in forward_of(run=run, company=company):
            pair = estimate_rates(baseline=pipeline.history, period=pipeline.recent.sum_of_steps())
            pair = RatePair(baseline=pair.baseline.whole(), actual=pair.actual.whole())
            history, recent = pipeline.history.in_fewer_buckets(1), pipeline.recent.in_fewer_buckets(1)
            limits = limits_of(before=earlier_part(history, recent), now=recent, rates=pair.actual)
            levers += _of_pipeline(pipeline.key, pair, limits)
        return levers

    return cached(run, "levers", compute)


def _of_pipeline(pipeline: str, pair: RatePair, limits: Limits) -> Iterator[Promisable]:
    layout = pair.actual.layout
    for stage, name in enumerate(layout.stages):
        for player, department in enumerate(layout.players):
            if department == MARKET:  # it promises nothing
                continue
            for lever, read in _READ.items():
                today, baseline = read(pair.actual, stage, player), read(pair.baseline, stage, player)
                if today or baseline:
                    yield Promisable(
                        pipeline=pipeline,
                        stage=name,
                        department=department,
                        lever=lever,
                        today=today,
                        baseline=baseline,
                    )
            if limit := limits.places.get((name, department)):
                yield _hands_on(pipeline, name, limit)


def _hands_on(pipeline: str, stage: str, limit: Limit) -> Promisable:
    before = float(limit.before[0])
    return Promisable(
        pipeline=pipeline,
        stage=stage,
        department=limit.department,
        lever=Lever.HANDS_ON,
        today=float(limit.most[0]),
        baseline=before if before > 0 else None,
        limited=limit.at_most is not None,
    )


def _first(rates: Rates, stage: int, player: int) -> int | None:
    """The custody of a department's first turn: later turns change in proportion."""
    here = (rates.layout.stage_of == stage) & (rates.layout.player_of == player)
    custodies = np.flatnonzero(here)
    return int(custodies[0]) if custodies.size else None


def _wait(rates: Rates, stage: int, player: int) -> float | None:
    custody = _first(rates, stage, player)
    if custody is None or not rates.fresh[0, custody].any():
        return None
    days = float(mean_hold(hazards.capped(rates.fresh[0, custody] * rates.speed[0, custody].mean())))
    return days if days <= LONGEST_HOLD else None


def _loss(rates: Rates, stage: int, player: int) -> float | None:
    return float(rates.loss[0, stage, player].mean())


def _demand(rates: Rates, stage: int, player: int) -> float | None:
    here = rates.layout.stage_of == stage
    return float(rates.demand[0, here, player].sum(axis=0).mean())


def _value(rates: Rates, stage: int, player: int) -> float | None:
    custody = _first(rates, stage, player)
    return None if custody is None else float(rates.growth[0, custody, player].mean())


_READ = {Lever.WAIT_DAYS: _wait, Lever.LOSS_RATE: _loss, Lever.DEMAND: _demand, Lever.VALUE: _value}
