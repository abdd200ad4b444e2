"""The figures of the weekly review, kept until something they are made of changes.

A board room opens the same page together; what it shows is read once. Whatever people write is noted by triggers, so
the newest note of every kind tells whether anything changed; the figures themselves belong to a run, which never does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.core.cache import cache
from django.db import connection

from departments.formats import language_of_numbers
from pipeline.models import ImportBatch, RecomputeRun
from revenue_health.contribution.models import ForecastSnapshot, ScoreRun
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods

type Json = dict[str, Any]
SECONDS = 60
"""What nobody noted (a changed name, a week that closes by the clock) shows after so long at most."""
_ALSO = (
    (ImportBatch, "finished_at"), (ImportBatch, "undone_at"), (ScoreRun, "finished_at"), (ScoreRun, "registered_at"),
    (ScoreRun, "id"), (ForecastSnapshot, "id"),
)  # fmt: skip


def kept_figures(
    *, run: RecomputeRun, periods: ComparisonPeriods, since: date | None, now: datetime, compute: Callable[[], Json]
) -> Json:
    """What `compute` says of this run, periods and day, read again only after a change. One query."""
    minute = int(now.timestamp()) // SECONDS
    asked = (run.pk, run.as_of, periods.key, since, minute, language_of_numbers(), _newest_notes())
    key = f"review:{hashlib.sha256(repr(asked).encode()).hexdigest()[:32]}"
    found: Json | None = cache.get(key)
    if found is None:
        found = compute()
        cache.set(key, found, SECONDS)
    return found


def _newest_notes() -> tuple[object, ...]:
    """The newest note of each kind of thing that is tracked, and what imports and nights wrote last."""
    tables = sorted(model._meta.db_table for model in apps.get_models() if hasattr(model, "pgh_tracked_model"))
    columns = [(table, "pgh_id") for table in tables]
    columns += [(model._meta.db_table, column) for model, column in _ALSO]
    # Names of our own tables and columns only.
    asked = ", ".join(f'(SELECT max("{column}") FROM "{table}")' for table, column in columns)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}")
        return tuple(cursor.fetchone())
