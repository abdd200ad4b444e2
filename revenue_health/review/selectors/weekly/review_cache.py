"""The weekly review, cached until something it is made of changes.

A board room opens the same page together; what it shows is read once. Whatever people write is noted by triggers, so
the newest note of every kind tells whether anything changed; the figures themselves belong to a run, which never does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.apps import apps
from django.db import connection
from django.utils.translation import get_language

from departments.day_formats import style_of_days
from departments.formats import language_of_numbers
from pipeline.models import ImportBatch, RecomputeRun
from pipeline.run_cache import cached
from revenue_health.contribution.models import ForecastSnapshot, ScoreRun
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.verdict_words import verdict_words
from revenue_health.review.core.weekly_review import WeeklyReview

type Notes = tuple[object, ...]
SECONDS = 60
"""What nobody noted (a changed name, a week that closes by the clock) shows after so long at most."""
_ALSO = ((ImportBatch, "finished_at"), (ImportBatch, "undone_at"))
_REWRITTEN = (ScoreRun, ForecastSnapshot)
"""What a night writes more than once: gates after the first figures, a forecast again once its past is known."""


def cached_review(
    *,
    run: RecomputeRun,
    notes: Notes,
    periods: ComparisonPeriods,
    since: date | None,
    now: datetime,
    compute: Callable[[], WeeklyReview],
) -> WeeklyReview:
    """What `compute` says of this run, these periods and this day, read again only after a change of `notes`."""
    minute = int(now.timestamp()) // SECONDS
    style = (get_language(), language_of_numbers(), style_of_days(), verdict_words())
    state = (periods.key, since, minute, style, notes)
    return cached(run, "review", compute, of=state, seconds=SECONDS)


def newest_notes() -> Notes:
    """The newest note of each kind of thing that is tracked, and what imports and nights wrote last. One query."""
    tables = sorted(model._meta.db_table for model in apps.get_models() if hasattr(model, "pgh_tracked_model"))
    columns = [(table, "pgh_id") for table in tables]
    columns += [(model._meta.db_table, column) for model, column in _ALSO]
    # Names of our own tables and columns only.
    parts = [f'(SELECT max("{column}") FROM "{table}")' for table, column in columns]  # noqa: S608 - names of our own tables
    # The transaction that wrote each row, summed: it changes with every row that is written again, in whatever order.
    parts += [f'(SELECT sum(xmin::text::bigint) FROM "{model._meta.db_table}")' for model in _REWRITTEN]  # noqa: S608 - names of our own tables
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}")
        return tuple(cursor.fetchone())
