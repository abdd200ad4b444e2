"""The forecast as it is published: the model's own, corrected by what its past forecasts teach."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from statistics import NormalDist

import numpy as np

from departments.models import Company
from departments.periods import Period
from revenue_health.contribution.core.forecast import QUANTILES, Band
from revenue_health.contribution.core.track.record import Correction, PastForecast, Quantiles
from revenue_health.contribution.models import PastForecast as Row


def past_forecasts(*, company: Company) -> list[PastForecast]:
    """Every kept past forecast, the oldest first."""
    return [_past(row, company) for row in Row.objects.all()]


def _past(row: Row, company: Company) -> PastForecast:
    period = Period(start=row.period_start, end=row.period_end, label=row.label)
    return PastForecast(
        label=row.label,
        day=row.day,
        as_of=row.as_of.timestamp(),
        ended=float(period.instants(company.zone)[1]),
        won_so_far=row.won_so_far,
        model=Quantiles(p5=row.p5, p25=row.p25, median=row.median, p75=row.p75, p95=row.p95),
        peers=row.peers,
        actual=row.actual,
    )


def day_of(past: PastForecast, company: Company) -> str:
    """The last day that was known, as an ISO date in the company's time zone."""
    return datetime.fromtimestamp(past.as_of, company.zone).date().isoformat()


def corrected_path(
    path: Sequence[Band], *, correction: Correction, peers: dict[str, float], won_so_far: float
) -> tuple[Band, ...]:
    """Every band of the way, corrected as the whole period is; what leads away from the model grows with what is
    still to come, so that the path leaves from what is won and its last band is the forecast."""
    if not path:
        return ()
    last = _quantiles(path[-1])
    shift = correction.corrected(last, peers, won_so_far=won_so_far).median - last.median
    ahead = last.median - won_so_far
    bands = []
    for number, band in enumerate(path):
        own = _quantiles(band)
        part = (band.median - won_so_far) / ahead if ahead else (number + 1) / len(path)
        corrected = correction.widened(own, middle=own.median + shift * part, won_so_far=won_so_far)
        bands.append(Band(days=band.days, **{name: getattr(corrected, name) for name in QUANTILES}))
    return tuple(bands)


def _quantiles(band: Band) -> Quantiles:
    return Quantiles(**{name: getattr(band, name) for name in QUANTILES})


def chance_to_reach(published: Band, target: float | None) -> float | None:
    """Probability of a period that ends in this band to reach the target: normal scores between and beyond the
    quantiles; None without a target."""
    if target is None:
        return None
    amounts = np.array([getattr(published, name) for name in QUANTILES])
    scores = np.array([NormalDist().inv_cdf(share) for share in QUANTILES.values()])
    if amounts[-1] <= amounts[0]:
        return float(target <= amounts[0])
    place = int(np.clip(np.searchsorted(amounts, target) - 1, 0, amounts.size - 2))
    rise = amounts[place + 1] - amounts[place]
    part = (target - amounts[place]) / rise if rise > 0 else 0.0
    return 1 - NormalDist().cdf(float(scores[place] + part * (scores[place + 1] - scores[place])))
