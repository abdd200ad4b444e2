"""The stored forecast of the night, and how earlier ones did. Nothing is computed here, so pages do not wait."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from pipeline.models import RecomputeRun
from revenue_health.contribution.models import ForecastSnapshot
from revenue_health.contribution.selectors.forecast.forecast_json import calibration


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Forecasts of one finished period: how many, how many held what came, and the first of them. Amounts in units."""

    period: str
    forecasts: int
    inside_50: int
    inside_90: int
    first_median: float
    first_as_of: str
    actual: float


def forecast_snapshot(*, run: RecomputeRun) -> ForecastSnapshot | None:
    """The snapshot of a run that has everything the page shows; None until a worker has made it."""
    snapshot = ForecastSnapshot.objects.filter(run=run).order_by("-period_end").first()
    return snapshot if snapshot is not None and snapshot.figures.get("path") else None


def calibrations() -> list[Calibration]:
    """By finished period, the newest first."""
    periods = []
    for label, rows in groupby(calibration(), key=lambda row: row["period"]):
        every = list(rows)
        periods.append(
            Calibration(
                period=label,
                forecasts=len(every),
                inside_50=sum(row["inside_50"] for row in every),
                inside_90=sum(row["inside_90"] for row in every),
                first_median=every[0]["median"],
                first_as_of=every[0]["as_of"],
                actual=every[0]["actual"],
            )
        )
    return periods[::-1]
