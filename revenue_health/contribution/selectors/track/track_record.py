"""The track record as pages and packs read it: nothing is computed but sums over kept rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from departments.models import Company
from pipeline.models import RecomputeRun
from revenue_health.contribution.core.track.record import PastForecast, Quantiles, as_told, held
from revenue_health.contribution.core.track.summary import Summary, summary
from revenue_health.contribution.selectors.forecast.correction import past_forecasts

NAMES = {
    "run_rate": "Run-rate",
    "recent_rest": "Mean rest of the last four quarters",
    "last_year": "Last year × growth",
    "pipeline": "Stage-weighted pipeline",
}
"""What the simple rules are called, in the order of pages."""


@dataclass(frozen=True, kw_only=True)
class Placebo:
    """The verdict that a past quarter would have got on a department; share in units of the reporting currency."""

    period: str
    department: str
    share: float
    verdict: str


@dataclass(frozen=True, kw_only=True)
class TrackRecord:
    """Past forecasts as they would have been told, the oldest first, and how good they were: over all, and by day of
    the quarter. whole: None where there are none yet. placebo: verdicts that past quarters would have got."""

    forecasts: tuple[tuple[PastForecast, Quantiles], ...]
    whole: Summary | None
    days: dict[int, Summary]
    placebo: tuple[Placebo, ...]
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


def placebo_rows(run: RecomputeRun) -> list[Placebo]:
    """Verdicts that the company's own earlier quarters would have got, one row a department and quarter. Empty while
    no run has tried them."""
    return []


def false_alarm_rate(placebo: Sequence[Placebo]) -> float | None:
    """Part of the tried verdicts that name somebody; None where none was tried."""
    if not placebo:
        return None
    return sum(row.verdict in ("contributes", "contaminates") for row in placebo) / len(placebo)
