"""Forecasts of a past quarter, as they would have been made on one of its days: by the model and by simple rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import duckdb
import numpy as np

from departments.models import Company
from departments.periods import Period
from pipeline.selectors.leaks.leaks import calendar_of
from revenue_health.contribution.core.flows import Floats
from revenue_health.contribution.core.forecast import forecast
from revenue_health.contribution.selectors.comparison.periods import DAY, STEP_DAYS
from revenue_health.contribution.selectors.forecast.forecasts import SEED, quantiles_together
from revenue_health.contribution.selectors.forecast.forward import forward_at
from revenue_health.contribution.selectors.forecast.history import History

DAYS = (14, 42, 70)
"""Days of a quarter that are over when its past forecasts were made: early, in the middle, late."""
QUARTERS = 8
"""Past quarters that are forecast on the first day; later ones are added as they end."""
LEAST_HISTORY_DAYS = 150
"""History before a quarter without which nobody would have forecast it: most of two quarters."""


@dataclass(frozen=True, kw_only=True)
class CutOff:
    """A day of a quarter after which nothing is known: `day` days of it are over, `as_of` is the last second known."""

    period: Period
    day: int
    as_of: int


@dataclass(frozen=True, kw_only=True)
class CutOffForecast:
    """The forecast of the whole quarter at a cut-off, in units of the reporting currency: won so far, the quantiles
    by name, and the simple rules by name."""

    won_so_far: float
    quantiles: dict[str, float]
    peers: dict[str, float]


def cut_offs(*, company: Company, first: date, today: date) -> list[CutOff]:
    """Every cut-off of the quarters that are over by `today`, the oldest first. first: day of the first event."""
    calendar, quarters = calendar_of(company), list[Period]()
    period = calendar.previous(calendar.quarter_of(today))
    while len(quarters) < QUARTERS and (period.start - first).days >= LEAST_HISTORY_DAYS:
        quarters.append(period)
        period = calendar.previous(period)
    return [
        CutOff(period=period, day=day, as_of=_last_second(period.start + timedelta(days=day), company))
        for period in reversed(quarters)
        for day in DAYS
    ]


def _last_second(after: date, company: Company) -> int:
    return int(datetime(after.year, after.month, after.day, tzinfo=company.zone).timestamp()) - 1


def forecast_at_cut_off(
    *, cursor: duckdb.DuckDBPyConnection, cut: CutOff, company: Company, first: date
) -> CutOffForecast:
    """The forecast of a cut-off, from custody tables that end there. first: the day of the first event."""
    history = History(cursor=cursor, company=company, first=first)
    start, end = cut.period.instants(company.zone)
    ahead = _steps((end - cut.as_of - 1) / DAY)
    parts = [
        forecast(
            rates=pipeline.rates(ahead),
            deals=pipeline.deals,
            won_so_far=history.earned_by(pipeline.id).between(start, cut.as_of + 1),
            target=None,
            mean_square_size=pipeline.square_size,
            rng=np.random.default_rng(SEED),
            with_path=False,
        )
        for pipeline in forward_at(cursor=cursor, as_of=cut.as_of, company=company, first=first)
    ]
    return CutOffForecast(
        won_so_far=sum(part.won_so_far for part in parts),
        quantiles=quantiles_together(parts),
        peers=history.peers_at(cut.period, cut.as_of + 1),
    )


def _steps(days: float) -> Floats:
    """Lengths in days of the steps that are left: weeks, the last one what remains."""
    weeks = int(days // STEP_DAYS)
    rest = days - weeks * STEP_DAYS
    return np.array([float(STEP_DAYS)] * weeks + ([rest] if rest > 0 else []))
