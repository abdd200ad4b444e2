"""The weekly review, cached until something it is made of changes.

A board room opens the same page together; what it shows is read once. Whatever people write is noted by triggers, so
the newest note of every kind tells whether anything changed; the figures themselves belong to a run, which never does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.apps import apps
from django.db import connection

from departments.day_formats import style_of_days
from departments.formats import language_of_numbers
from pipeline.models import ImportBatch, RecomputeRun
from pipeline.run_cache import cached
from revenue_health.contribution.models import ForecastSnapshot, ScoreRun
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.review.core.weekly_review import WeeklyReview

SECONDS = 60
"""What nobody noted (a changed name, a week that closes by the clock) shows after so long at most."""
_ALSO = (
    (ImportBatch, "finished_at"), (ImportBatch, "undone_at"), (ScoreRun, "finished_at"), (ScoreRun, "registered_at"),
    (ScoreRun, "id"), (ForecastSnapshot, "id"),
)  # fmt: skip


def cached_review(
    *,
    run: RecomputeRun,
    periods: ComparisonPeriods,
    since: date | None,
    now: datetime,
    compute: Callable[[], WeeklyReview],
) -> WeeklyReview:
    """What `compute` says of this run, these periods and this day, read again only after a change. One query."""
    minute = int(now.timestamp()) // SECONDS
    state = (periods.key, since, minute, language_of_numbers(), style_of_days(), _newest_notes())
    return cached(run, "review", compute, of=state, seconds=SECONDS)


def _newest_notes() -> tuple[object, ...]:
    """The newest note of each kind of thing that is tracked, and what imports and nights wrote last."""
    tables = sorted(model._meta.db_table for model in apps.get_models() if hasattr(model, "pgh_tracked_model"))
    columns = [(table, "pgh_id") for table in tables]
    columns += [(model._meta.db_table, column) for model, column in _ALSO]
    # Names of our own tables and columns only.
    newest = ", ".join(f'(SELECT max("{column}") FROM "{table}")' for table, column in columns)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {newest}")
        return tuple(cursor.fetchone())
