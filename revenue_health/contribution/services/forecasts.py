"""Forecasts kept each night, and compared with what came when the period has ended."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from departments.models import current_company
from departments.periods import Period
from pipeline.models import RecomputeRun
from revenue_health.contribution.models import ForecastSnapshot
from revenue_health.contribution.selectors.comparison.periods import (
    ComparisonError,
    ComparisonPeriods,
    comparison_periods,
)
from revenue_health.contribution.selectors.comparison.scores import running_periods
from revenue_health.contribution.selectors.forecast.forecast_json import forecast_json, what_if_json
from revenue_health.contribution.selectors.forecast.forecasts import company_forecast
from revenue_health.contribution.selectors.forecast.whatif import company_what_if
from revenue_health.contribution.selectors.model_input import cached_flows

_QUANTILES = ("median", "p5", "p25", "p75", "p95", "probability", "target")


def forecast_store(*, run: RecomputeRun) -> ForecastSnapshot | None:
    """Store what is forecast for the running quarter on this run; done twice it replaces the same row."""
    company = current_company()
    try:
        periods = comparison_periods(run=run, company=company)
        forecast = company_forecast(run=run, company=company, periods=periods)
        outcome = company_what_if(run=run, company=company, periods=periods, promises=(), base=forecast.median)
    except ComparisonError:
        return None  # nothing is known yet, so nothing can be expected
    row, _ = ForecastSnapshot.objects.update_or_create(
        run=run,
        period_start=periods.period.start,
        period_end=periods.period.end,
        defaults={
            "label": periods.period.label,
            "as_of": run.as_of,
            **{name: getattr(forecast, name) for name in _QUANTILES},
            # As things are: where the what-if page starts, without a model to wait for.
            "figures": forecast_json(forecast) | {"what_if": what_if_json(*outcome, periods=periods, company=company)},
        },
    )
    return row


def forecasts_close(*, run: RecomputeRun) -> int:
    """Fill in the actual revenue of periods that are over; returns how many forecasts got theirs."""
    closed = 0
    for periods, snapshots in _ended(run):
        actual = sum(
            group.period.won() for flows in cached_flows(run=run, periods=periods) for group in flows.groups.values()
        )
        closed += snapshots.update(actual=actual)
    return closed


def forecast_is_stored(*, run: RecomputeRun) -> bool:
    """Whether a run's forecast is stored, or nothing is known yet that could be forecast."""
    return ForecastSnapshot.objects.filter(run=run).exists() or running_periods(run=run) is None


def forecasts_are_closed(*, run: RecomputeRun) -> bool:
    """Whether every forecast of a period that is over has its actual revenue."""
    return not any(_ended(run))


def _ended(run: RecomputeRun) -> Iterator[tuple[ComparisonPeriods, QuerySet[ForecastSnapshot]]]:
    """Periods that are over by a run, with their forecasts without actual revenue."""
    company = current_company()
    today = run.day_in(company.zone)
    waiting = ForecastSnapshot.objects.filter(actual=None, period_end__lt=today)
    # order_by() without columns, because those of the model's own order would make the rows distinct.
    for label, start, end in waiting.values_list("label", "period_start", "period_end").distinct().order_by():
        period = Period(start=start, end=end, label=label)
        try:
            periods = comparison_periods(run=run, company=company, period=period)
        except ComparisonError:
            continue  # the history of that period has been taken out since
        yield periods, waiting.filter(period_start=start, period_end=end)
