"""Reading data that has stopped as of its last day, and going on reading it so until something is recorded."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db.models import Max
from django.utils import timezone

from departments.models import find_company
from pipeline.custody_store import METHOD
from pipeline.models import Event, RecomputeRun, TouchedOpportunity


def last_day_end() -> datetime | None:
    """The last second of the day on which the newest event was recorded; None without events. Never after now."""
    now = timezone.now()
    company = find_company()
    newest = Event.objects.filter(recorded_at__lte=now).aggregate(newest=Max("recorded_at"))["newest"]
    if company is None or newest is None:
        return None
    after = newest.astimezone(company.zone).date() + timedelta(days=1)
    return min(datetime.combine(after, time(), company.zone) - timedelta(seconds=1), now)


def is_pinned_to_last_day() -> bool:
    """Whether the shown run reads stopped data as of its last day, nothing was recorded since, and the rules
    are still those of this release."""
    run = RecomputeRun.objects.filter(status=RecomputeRun.Status.DONE).first()
    if run is None or run.trigger != RecomputeRun.LAST_DAY or run.method != METHOD:
        return False
    return not TouchedOpportunity.objects.filter(pk__gt=run.last_touch).exists()
