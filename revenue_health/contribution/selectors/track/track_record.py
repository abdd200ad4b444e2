"""The track record as pages and packs read it: nothing is computed but sums over kept rows."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop

from departments.models import Company
from pipeline.models import RecomputeRun
from revenue_health.contribution.core.track.record import PastForecast, Quantiles, as_published, range_hits
from revenue_health.contribution.core.track.summary import Summary, summary
from revenue_health.contribution.selectors.forecast.correction import past_forecasts
from revenue_health.contribution.selectors.track.placebo import PlaceboRecord, placebo_record

NAMES = {
    "run_rate": gettext_noop("Run-rate"),
    "recent_rest": gettext_noop("Mean rest of the last four quarters"),
    "last_year": gettext_noop("Last year × growth"),
    "pipeline": gettext_noop("Stage-weighted pipeline"),
}
"""What the simple rules are called, in the order of pages."""


@dataclass(frozen=True, kw_only=True)
class TrackRecord:
    """Past forecasts as they would have been published, the oldest first, and how good they were: over all, and by day
    of the quarter. whole: None where there are none yet. placebo: verdicts that past quarters would have got."""

    forecasts: tuple[tuple[PastForecast, Quantiles], ...]
    whole: Summary | None
    days: dict[int, Summary]
    placebo: PlaceboRecord
    nine_in_ten: bool


def track_record(*, run: RecomputeRun, company: Company) -> TrackRecord:
    """Everything that is known by a run of how good the forecast and the verdicts are in this company."""
    end = run.as_of.timestamp() + 1
    past = [forecast for forecast in past_forecasts(company=company) if forecast.ended <= end]
    days = {day: of_day for day in sorted({forecast.day for forecast in past}) if (of_day := summary(past, day=day))}
    return TrackRecord(
        forecasts=tuple(zip(past, as_published(past), strict=True)),
        whole=summary(past),
        days=days,
        placebo=placebo_record(run),
        nine_in_ten=range_hits(past).about_nine_in_ten,
    )
