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
    """As `track_record --json` prints it; errors, biases and coverages are parts of one."""
    return {
        "forecasts": [_forecast_json(one, told, company) for one, told in record.forecasts],
        "summary": None if record.whole is None else _summary_json(record.whole),
        "by_day": {str(day): _summary_json(found) for day, found in record.days.items()},
        "nine_in_ten": record.nine_in_ten,
        "placebo": [asdict(row) for row in record.placebo],
        "false_alarm_rate": record.false_alarm_rate,
    }


def _forecast_json(one: PastForecast, told: Quantiles, company: Company) -> Json:
    return {
        "period": one.label,
        "day": one.day,
        "as_of": day_of(one, company),
        "won_so_far": number(one.won_so_far),
        **{name: number(getattr(told, name)) for name in ("median", "p5", "p25", "p75", "p95")},
        "model_median": number(one.said.median),
        "actual": number(one.actual),
        "naive": {name: number(amount) for name, amount in one.peers.items()},
    }


def _summary_json(found: Summary) -> Json:
    return {
        "forecasts": found.told.forecasts,
        "median_error": found.told.error,
        "bias": found.told.bias,
        "coverage50": found.coverage_50,
        "coverage90": found.coverage_90,
        "model_error": found.model.error,
        "naive": {name: one.error for name, one in found.naive.items()},
        "naive_bias": {name: one.bias for name, one in found.naive.items()},
        "naive_forecasts": {name: one.forecasts for name, one in found.naive.items()},
        "best_naive": found.best_naive,
    }
