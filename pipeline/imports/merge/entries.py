"""Entries of scorecards from a file: what a file changes in a closed week is marked, and what was reported is kept."""

# ruff: noqa: S608 - statements are put together from names of our own tables and columns only.

from __future__ import annotations

from django.db import connection
from django.utils import timezone

from pipeline.imports.folder.staging import StagedFile
from pipeline.imports.merge.merge import Outcome, file_merge

_PRESERVED_COLUMNS = ("version", "changed_after_close", "reported_value")
_CHANGED = (
    "pipeline_importchange c WHERE c.batch_id = %s AND c.\"table\" = 'departments_entry' AND c.before IS NOT NULL"
    ' AND c."row" = e.id'
)
# The same instant as departments.scorecards.core.closing.CloseRule.closes_at.
_CLOSES = (
    "(SELECT (e.week + 7 + week_close_weekday::int + week_close_time) AT TIME ZONE time_zone FROM departments_company)"
)
_REPORTED = (
    "CASE WHEN e.changed_after_close THEN e.reported_value"
    " WHEN CASE WHEN jsonb_exists(c.before, 'entered_at') THEN (c.before->>'entered_at')::timestamptz"
    f" ELSE e.entered_at END >= {_CLOSES} THEN NULL"
    " ELSE (c.before->>'value')::numeric END"
)


def entries_merge(staged: StagedFile, batch: int) -> Outcome:
    """Like any file; then each changed entry gets a new version, so that an open page does not overwrite it."""
    outcome = file_merge(staged, batch)
    if outcome.changed:
        before = ", ".join(f"'{column}', e.{column}" for column in _PRESERVED_COLUMNS)
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE pipeline_importchange c SET before = c.before || jsonb_build_object({before})"
                " FROM departments_entry e WHERE c.batch_id = %s AND c.\"table\" = 'departments_entry'"
                ' AND c.before IS NOT NULL AND c."row" = e.id',
                [batch],
            )
            cursor.execute(f"UPDATE departments_entry e SET version = e.version + 1 FROM {_CHANGED}", [batch])
            cursor.execute(
                "WITH kept AS (SELECT e.id, was.reported, e.value IS DISTINCT FROM was.reported AS differs"
                f" FROM departments_entry e, LATERAL (SELECT {_REPORTED} AS reported FROM {_CHANGED}) was"
                f" WHERE {_CLOSES} <= %s AND was.reported IS NOT NULL)"
                " UPDATE departments_entry e SET changed_after_close = k.differs,"
                " reported_value = CASE WHEN k.differs THEN k.reported END FROM kept k WHERE k.id = e.id",
                [batch, timezone.now()],
            )
    return outcome
