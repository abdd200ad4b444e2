"""What was won and what was taken back: the two figures whose difference is revenue, under their own names."""

from __future__ import annotations

from departments.models import Company
from departments.periods import Period
from pipeline.models import RecomputeRun
from pipeline.selectors.leaks import Choice, earned_of

MINOR_UNITS = 100


def earned_json(*, run: RecomputeRun, company: Company, period: Period) -> dict[str, float]:
    """`won` (gross) and `reversed` of a period in units of the reporting currency; won - reversed is its revenue."""
    won, taken_back = earned_of(run=run, company=company, choice=Choice(period=period))
    return {"won": won.amount / MINOR_UNITS, "reversed": taken_back.amount / MINOR_UNITS}
