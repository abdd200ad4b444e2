"""The track record is made once: forecasts of past quarters as they would have been made, and what came of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime

from departments.models import Company, current_company
from departments.periods import Period
from pipeline.custody_store import METHOD as CUSTODY
from pipeline.custody_store import custody_cursor
from pipeline.models import RecomputeRun, Stage
from pipeline.services.custody_at import custody_at
from revenue_health.contribution.models import PastForecast
from revenue_health.contribution.selectors.comparison.periods import first_day
from revenue_health.contribution.selectors.forecast.history import History
from revenue_health.contribution.selectors.track.past import CutOff, cut_offs, forecast_at_cut_off
from revenue_health.contribution.services import forecasts

METHOD = "forecast-2"
"""Changes when the forecast changes, so that its past is judged by what it is today."""

OTHER_DATA = 0.02
"""Change of a past quarter's revenue, as a part of it, that is no late record any more."""

Progress = Callable[[str, float], None]


def track_record_store(*, run: RecomputeRun, progress: Progress | None = None) -> int:
    """Forecast every past cut-off that is not kept yet, and bring what came up to date; returns how many were made.

    What is made is kept one by one, so that work cut off goes on where it ended. With new rows the run's own forecast
    is kept anew: it learns from them.
    """
    company = current_company()
    first = first_day(run=run, company=company)
    if first is None:
        return 0
    _actuals_refresh(run, company, first)
    missing = _missing(run, company)
    for place, cut in enumerate(missing):
        if progress:
            progress(f"forecast of {cut.period.label}, day {cut.day}", place / len(missing))
        _store(run, company, cut, first)
    if missing:
        forecasts.forecast_store(run=run)
    return len(missing)


def track_record_is_stored(*, run: RecomputeRun, company: Company | None = None) -> bool:
    """Whether every cut-off of the quarters that are over by the run is kept. company: read where none is given."""
    return not _missing(run, company or current_company())


def _missing(run: RecomputeRun, company: Company) -> list[CutOff]:
    first = first_day(run=run, company=company)
    if first is None:
        return []
    stored = set(PastForecast.objects.filter(method=_method()).values_list("period_start", "period_end", "day"))
    cuts = cut_offs(company=company, first=first, today=run.day_in(company.zone))
    return [cut for cut in cuts if (cut.period.start, cut.period.end, cut.day) not in stored]


def _method() -> str:
    """Of custody, of the forecast, and of the company's stages: what past forecasts would have been made with."""
    stages = Stage.objects.order_by("pk").values_list("pk", "pipeline_id", "position", "owner_department_id", "earns")
    return f"{METHOD} {hashlib.sha256(repr((CUSTODY, list(stages))).encode()).hexdigest()[:16]}"


def _store(run: RecomputeRun, company: Company, cut: CutOff, first: date) -> None:
    with custody_at(run=run, as_of=cut.as_of) as cursor:
        forecast = forecast_at_cut_off(cursor=cursor, cut=cut, company=company, first=first)
    PastForecast.objects.update_or_create(
        period_start=cut.period.start,
        period_end=cut.period.end,
        day=cut.day,
        defaults={
            "label": cut.period.label,
            "as_of": datetime.fromtimestamp(cut.as_of, UTC),
            "method": _method(),
            "won_so_far": forecast.won_so_far,
            **forecast.quantiles,
            "peers": forecast.peers,
            "actual": _history(run, company, first).actual(cut.period),
        },
    )


def _actuals_refresh(run: RecomputeRun, company: Company, first: date) -> None:
    """What came of a quarter may be recorded, or corrected, after its end; where much of it changed, other data were
    imported, and what would have been forecast from them is another question."""
    history, changed, other = _history(run, company, first), [], []
    for row in PastForecast.objects.filter(period_end__lt=run.day_in(company.zone)):
        actual = history.actual(Period(start=row.period_start, end=row.period_end, label=row.label))
        if abs(actual - row.actual) > OTHER_DATA * abs(row.actual):
            other.append(row.pk)
        elif actual != row.actual:
            row.actual = actual
            changed.append(row)
    PastForecast.objects.bulk_update(changed, ["actual"])
    PastForecast.objects.filter(pk__in=other).delete()


def _history(run: RecomputeRun, company: Company, first: date) -> History:
    return History(cursor=custody_cursor(run), company=company, first=first)
