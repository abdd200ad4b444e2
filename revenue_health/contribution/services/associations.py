"""Does a measurable matter? Each night, every measurable against its department's own weekly rates."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import numpy as np
from django.db.models import QuerySet

from departments.models import Department, Entry, Measurable, current_company
from pipeline.core.measured import FIGURES, MeasuredSource, figures_measured
from pipeline.custody_store import custody_cursor
from pipeline.models import RecomputeRun
from pipeline.services.recompute.measured import whole_weeks
from revenue_health.contribution.core.association import Association, false_discovery_rates, strongest
from revenue_health.contribution.models import MeasurableAssociation

MOST_WEEKS = 208
SEED = 1970
RATES = {"waiting": "mean_hold_days", "losses": "lost_amount", "demand": "leads"}
# A measurable that counts a rate itself would only find itself.
_SAME = {
    "waiting": ("median_hold_days", "p90_hold_days", "mean_hold_days", "queue", "overdue_handoffs", "on_time_share"),
    "losses": ("lost_amount", "lost_count", "churn", "churn_caused"),
    "demand": ("leads", "accepted_leads", "entered_amount"),
}


def associations_compute(*, run: RecomputeRun) -> int:
    """Compare and keep, one row a measurable; done twice it replaces the same rows. Returns how many."""
    weeks, starts = whole_weeks(run, current_company())
    # One edge more than there are weeks.
    weeks, starts = weeks[-MOST_WEEKS:], starts[-MOST_WEEKS - 1 :]
    if not weeks:
        return 0
    rates, rng = _rates(run, starts), np.random.default_rng(SEED)
    # In order of pk: all shuffles are drawn from one generator, so another order would give other figures.
    measurables = list(_measurables())
    values = _values(measurables, weeks)
    strongest_by_measurable = {
        measurable.pk: strongest(values[measurable.pk], _others(measurable, rates[measurable.department_id]), rng)
        for measurable in measurables
    }
    return _keep(run, strongest_by_measurable)


def associations_are_stored(*, run: RecomputeRun) -> bool:
    """Whether a run has its rows, or none to write: no whole week, or no measurable of an internal department."""
    if MeasurableAssociation.objects.filter(run=run).exists() or not _measurables().exists():
        return True
    return not whole_weeks(run, current_company())[0]


def _measurables() -> QuerySet[Measurable]:
    return Measurable.objects.filter(archived=False, department__kind=Department.Kind.INTERNAL).order_by("pk")


def _rates(run: RecomputeRun, starts: list[int]) -> dict[int, dict[str, np.ndarray]]:
    """Weekly waiting, losses and demand of every internal department."""
    internal = list(Department.objects.filter(kind=Department.Kind.INTERNAL).values_list("pk", flat=True))
    sources = [
        MeasuredSource(source=f"{pk}:{rate}", figure=FIGURES[name], department=pk)
        for pk in internal
        for rate, name in RATES.items()
    ]
    series = figures_measured(custody_cursor(run), sources=sources, starts=starts)
    return {
        pk: {
            rate: np.array([np.nan if value is None else float(value) for value in series[f"{pk}:{rate}"]])
            for rate in RATES
        }
        for pk in internal
    }


def _others(measurable: Measurable, rates: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The rates it is not counted from itself, and that ever vary."""
    figure = measurable.source.split(":")[0]
    return {
        name: values
        for name, values in rates.items()
        if figure not in _SAME[name] and np.unique(values[np.isfinite(values)]).size > 1
    }


def _values(measurables: list[Measurable], weeks: list[date]) -> dict[int, np.ndarray]:
    place = {week: index for index, week in enumerate(weeks)}
    values_of = {measurable.pk: np.full(len(weeks), np.nan) for measurable in measurables}
    rows = Entry.objects.filter(measurable__in=values_of, week__gte=weeks[0], value__isnull=False)
    for pk, week, value in rows.values_list("measurable_id", "week", "value"):
        if week in place:
            values_of[pk][place[week]] = float(value or 0)
    return values_of


def _keep(run: RecomputeRun, associations: dict[int, Association | None]) -> int:
    computed = {pk: association for pk, association in associations.items() if association is not None}
    adjusted = dict(
        zip(computed, false_discovery_rates([association.p for association in computed.values()]), strict=True)
    )
    rows = [
        MeasurableAssociation(run=run, measurable_id=pk)
        if association is None
        else MeasurableAssociation(run=run, measurable_id=pk, **asdict(association), q=adjusted[pk])
        for pk, association in associations.items()
    ]
    MeasurableAssociation.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["run", "measurable"],
        update_fields=["rate", "lag", "r", "low", "high", "p", "q", "weeks"],
    )
    return len(rows)
