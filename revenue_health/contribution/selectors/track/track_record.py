"""The track record as pages, packs and `track_record --json` read it: nothing is computed but sums over kept rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from departments.json_types import Json
from departments.models import Company
from pipeline.models import RecomputeRun
from revenue_health.contribution.core.track.record import PastForecast, Quantiles, as_told, held
from revenue_health.contribution.core.track.summary import Summary, summary
from revenue_health.contribution.selectors.comparison.contributions_json import number
from revenue_health.contribution.selectors.forecast.correction import day_of, past_forecasts

NAMES = {
    "run_rate": "Run-rate",
    "recent_rest": "Mean rest of the last four quarters",
    "last_year": "Last year × growth",
    "pipeline": "Stage-weighted pipeline",
}
"""What the simple rules are called, in the order of pages."""


@dataclass(frozen=True, kw_only=True)
class TrackRecord:
    """Past forecasts as they would have been told, the oldest first, and how good they were: over all, and by day of
    the quarter. whole: None where there are none yet. placebo: verdicts that past quarters would have got."""

    forecasts: tuple[tuple[PastForecast, Quantiles], ...]
    whole: Summary | None
    days: dict[int, Summary]
    placebo: tuple[Json, ...]
    false_alarm_rate: float | None
    nine_in_ten: bool


def track_record(*, run: RecomputeRun, company: Company) -> TrackRecord:
    """Everything that is known by a run of how good the forecast and the verdicts are in this company."""
    end = run.as_of.timestamp() + 1
    past = [one for one in past_forecasts(company=company) if one.ended <= end]
    days = {day: found for day in sorted({one.day for one in past}) if (found := summary(past, day=day))}
    placebo = placebo_rows(run)
    return TrackRecord(
        forecasts=tuple(zip(past, as_told(past), strict=True)),
        whole=summary(past),
        days=days,
        placebo=tuple(placebo),
        false_alarm_rate=false_alarm_rate(placebo),
        nine_in_ten=held(past).about_nine_in_ten,
    )


def placebo_rows(run: RecomputeRun) -> list[Json]:
    """Verdicts that the company's own earlier quarters would have got, one row a department and quarter: period,
    department, share, verdict. Empty while no run has tried them."""
    return []


def false_alarm_rate(placebo: Sequence[Json]) -> float | None:
    """Part of the tried verdicts that name somebody; None where none was tried."""
    if not placebo:
        return None
    return sum(row["verdict"] in ("contributes", "contaminates") for row in placebo) / len(placebo)


def track_record_json(record: TrackRecord, company: Company) -> Json:
    """As `track_record --json` prints it; errors, biases and coverages are parts of one."""
    return {
        "forecasts": [_forecast_json(one, told, company) for one, told in record.forecasts],
        "summary": None if record.whole is None else _summary_json(record.whole),
        "by_day": {str(day): _summary_json(found) for day, found in record.days.items()},
        "nine_in_ten": record.nine_in_ten,
        "placebo": list(record.placebo),
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
