"""The track record as JSON: what `track_record --json` prints and packs freeze."""

from __future__ import annotations

from dataclasses import asdict

from departments.json_types import Json
from departments.models import Company
from revenue_health.contribution.core.track.record import PastForecast, Quantiles
from revenue_health.contribution.core.track.summary import Summary
from revenue_health.contribution.selectors.comparison.contributions_json import number
from revenue_health.contribution.selectors.forecast.correction import day_of
from revenue_health.contribution.selectors.track.track_record import TrackRecord


def track_record_json(record: TrackRecord, company: Company) -> Json:
    """As `track_record --json` prints it; errors, biases and coverages are parts of forecast."""
    return {
        "forecasts": [_forecast_json(forecast, published, company) for forecast, published in record.forecasts],
        "summary": None if record.whole is None else _summary_json(record.whole),
        "by_day": {str(day): _summary_json(summary) for day, summary in record.days.items()},
        "nine_in_ten": record.nine_in_ten,
        "placebo": [asdict(row) for row in record.placebo.rows],
        "false_alarm_rate": record.placebo.false_alarm_rate,
    }


def _forecast_json(forecast: PastForecast, published: Quantiles, company: Company) -> Json:
    return {
        "period": forecast.label,
        "day": forecast.day,
        "as_of": day_of(forecast, company),
        "won_so_far": number(forecast.won_so_far),
        **{name: number(getattr(published, name)) for name in ("median", "p5", "p25", "p75", "p95")},
        "model_median": number(forecast.model.median),
        "actual": number(forecast.actual),
        "naive": {name: number(amount) for name, amount in forecast.peers.items()},
    }


def _summary_json(summary: Summary) -> Json:
    return {
        "forecasts": summary.published.forecasts,
        "median_error": summary.published.error,
        "bias": summary.published.bias,
        "coverage50": summary.coverage_50,
        "coverage90": summary.coverage_90,
        "model_error": summary.model.error,
        "naive": {name: rule.error for name, rule in summary.naive.items()},
        "naive_bias": {name: rule.bias for name, rule in summary.naive.items()},
        "naive_forecasts": {name: rule.forecasts for name, rule in summary.naive.items()},
        "best_naive": summary.best_naive,
    }
