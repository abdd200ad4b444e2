"""What was won and what was taken back: the two figures whose difference is revenue, under their own names."""

from __future__ import annotations

from dataclasses import dataclass

from departments.models import Company
from departments.periods import Period
from pipeline.models import RecomputeRun
from pipeline.selectors.leaks.leaks import DealFilter, earned_of
from revenue_health.contribution.core.comparison import MINOR_UNITS


@dataclass(frozen=True, kw_only=True)
class Earned:
    """Revenue of a period before (`won`) and apart from what was taken back (`reversed`), in units of the reporting
    currency; won - reversed is its net revenue."""

    won: float
    reversed: float


def earned_amounts(*, run: RecomputeRun, company: Company, period: Period) -> Earned:
    """What was earned in the period, and what was taken back in it."""
    won, taken_back = earned_of(run=run, company=company, deal_filter=DealFilter(period=period))
    return Earned(won=won.amount / MINOR_UNITS, reversed=taken_back.amount / MINOR_UNITS)
