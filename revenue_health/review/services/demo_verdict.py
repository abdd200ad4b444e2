"""What somebody of the demo company tried out: two scenarios that can be compared."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from departments.models import User, find_company
from pipeline.selectors.data.runs import latest_run
from revenue_health.contribution.selectors.comparison.periods import ComparisonError, comparison_periods
from revenue_health.contribution.selectors.forecast.whatif import PromiseError
from revenue_health.review.models import Scenario
from revenue_health.review.selectors.forecast.promises import outcome_of
from revenue_health.review.services.scenarios import scenario_save

TRIED = (
    ("Legal back to its old pace", ("contract:legal:wait_days=4",)),
    ("Legal and Production keep their limits", ("contract:legal:limit_days=8", "slot:production:limit_days=14")),
)
"""Names and promises; one that fits nothing in the company is left out."""


def demo_verdict_create(*, as_of: date, seed: int) -> int:
    """Save the scenarios as the CEO, once; returns how many there are now. The same company gives the same ones."""
    run, company = latest_run(), find_company()
    user = User.objects.filter(username="ceo").first()
    if run is None or company is None or user is None or Scenario.objects.exists():
        return Scenario.objects.count()
    for name, promises in TRIED:
        try:
            periods = comparison_periods(run=run, company=company)
            result = outcome_of(run=run, company=company, periods=periods, texts=promises)
        except (ComparisonError, PromiseError):
            continue
        scenario_save(name=name, promises=promises, result=result, run=run, user=user, now=timezone.now())
    return Scenario.objects.count()
