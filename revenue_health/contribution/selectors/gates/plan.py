"""What the gates compare beside the comparison itself: earlier quarters, other baselines, other days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings

from departments.models import Company
from departments.periods import Period, PeriodError
from departments.translation import gettext_noop
from pipeline.models import RecomputeRun
from pipeline.selectors.leaks.leaks import calendar_of
from revenue_health.contribution.core.gates.evidence import EvidencePlan
from revenue_health.contribution.selectors.comparison.periods import (
    LAST_YEAR,
    ComparisonError,
    ComparisonPeriods,
    comparison_periods,
)
from revenue_health.contribution.selectors.comparison.scores import last_periods, running_periods

WEEKS_DAYS = 91
"""Thirteen weeks: a quarter that does not know where quarters begin."""


def evidence_plan(
    *, run: RecomputeRun, company: Company, periods: ComparisonPeriods
) -> EvidencePlan[ComparisonPeriods]:
    """The comparisons behind a comparison's gates; those for which there is too little history are left out."""
    others = [
        (name, comparison)
        for name, comparison in _others(run, company, periods)
        if comparison.key != periods.key and comparison.baseline is not None
    ]
    return EvidencePlan(
        comparison=periods, quarters=tuple(reversed(list(_quarters(run, company, periods)))), others=tuple(others)
    )


def read_together(
    *, run: RecomputeRun, company: Company, plan: EvidencePlan[ComparisonPeriods]
) -> list[ComparisonPeriods]:
    """What is read in one go for a plan's gates: where the night judges the comparison, everything behind the running
    and the last quarter, most of which they have in common."""
    nightly = judged_nightly(run=run)
    if plan.comparison.key not in {each.key for each in nightly}:
        return plan.compared
    return [each for periods in nightly for each in evidence_plan(run=run, company=company, periods=periods).compared]


def judged_nightly(*, run: RecomputeRun) -> list[ComparisonPeriods]:
    """The comparisons of the running and the last quarter, as far as there are any."""
    return [each for each in (running_periods(run=run), last_periods(run=run)) if each is not None]


def _quarters(
    run: RecomputeRun, company: Company, periods: ComparisonPeriods
) -> Iterator[tuple[str, ComparisonPeriods]]:
    """Quarters before the period, the newest first, as far as each has a baseline of its own."""
    calendar = calendar_of(company)
    quarter = calendar.quarter_of(periods.period.start - timedelta(days=1))
    for _ in range(settings.GATE_QUARTERS):
        comparison = _comparison(run, company, quarter, None)
        if comparison is None or comparison.baseline is None:
            return
        yield quarter.label, comparison
        quarter = calendar.previous(quarter)


def _others(run: RecomputeRun, company: Company, periods: ComparisonPeriods) -> Iterator[tuple[str, ComparisonPeriods]]:
    last = periods.period.start - timedelta(days=1)
    calendar = calendar_of(company)
    for name, quarters in (("four", 4), ("eight", 8)):
        first = calendar.quarter_of(last)
        for _ in range(quarters - 1):
            first = calendar.previous(first)
        baseline = Period(start=first.start, end=last, label=f"{first.start}..{last}")
        if comparison := _comparison(run, company, periods.period, baseline):
            yield gettext_noop("against the {name} quarters before").format(name=name), comparison
    if comparison := _comparison(run, company, periods.period, LAST_YEAR):
        yield gettext_noop("against the same days a year before"), comparison
    end = min(periods.period.end, periods.today)
    weeks = Period(start=end - timedelta(days=WEEKS_DAYS - 1), end=end, label="13 weeks")
    if comparison := _comparison(run, company, weeks, None):
        yield gettext_noop("over the last 13 weeks"), comparison


def _comparison(
    run: RecomputeRun, company: Company, period: Period, baseline: str | Period | None
) -> ComparisonPeriods | None:
    try:
        return comparison_periods(run=run, company=company, period=period, baseline=baseline)
    except (ComparisonError, PeriodError):
        return None
