"""The leak register of a period: as the newest figures have it, or as an earlier week read it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.utils import timezone

from departments.periods import Period
from revenue_health.contribution.core.comparison import MINOR_UNITS
from revenue_health.contribution.models import Leak, LeakChange, LeakSighting
from revenue_health.contribution.selectors.register.leak_costs import YOUNG_DAYS
from revenue_health.contribution.selectors.register.rows import LeakRow, rows_of_leaks, top_leaks

MOST_READ = 50


def leaks_of_quarter(quarter: Period, *, most: int) -> list[LeakRow]:
    """The largest leaks seen by the last reading of a quarter, with amount, age, status and owner as they were then;
    nothing where it was never read. The register reads a quarter from its fifth week to the fourth of the next one; a
    week keeps its last reading, so it counts by its last day.
    """
    young = timedelta(days=YOUNG_DAYS - 6)
    read = LeakSighting.objects.filter(week__gte=quarter.start + young, week__lte=quarter.end + young)
    newest = read.order_by("-week").values_list("week", flat=True).first()
    if newest is None:
        return []
    seen = read.filter(week=newest, state=LeakSighting.State.SEEN).order_by("-amount", "leak_id")[:most]
    sightings = {sighting.leak_id: sighting for sighting in seen}
    rows = {row.id: row for row in rows_of_leaks(Leak.objects.filter(pk__in=sightings))}
    return [_as_read(rows[leak], sighting) for leak, sighting in sightings.items()]


def reads_leaks_of(period: Period) -> bool:
    """Whether the register is read for spans of this kind: quarters."""
    return "-Q" in period.label


def leaks_of_period(period: Period, *, over: bool) -> list[LeakRow]:
    """The largest leaks of the newest figures, or of the last reading where the period is over; none of a span that the
    register is not read for."""
    if not reads_leaks_of(period):
        return []
    return leaks_of_quarter(period, most=MOST_READ) if over else top_leaks(most=MOST_READ)


def _as_read(row: LeakRow, sighting: LeakSighting) -> LeakRow:
    until = timezone.make_aware(datetime.combine(sighting.week + timedelta(days=7), datetime.min.time()))
    last_change = {
        change.what: change.after
        for change in LeakChange.objects.filter(leak=row.id, at__lt=until).order_by("at", "pk")
    }
    return replace(
        row,
        amount=round(sighting.amount * MINOR_UNITS),
        low=round(sighting.low * MINOR_UNITS),
        high=round(sighting.high * MINOR_UNITS),
        read=sighting.week,
        weeks=max((sighting.week - row.first_seen).days // 7 + 1, 1),
        status=last_change.get("status", Leak.Status.NEW),
        owner=last_change.get("owner", ""),
    )
