"""Events into the truth. They are only ever added: what is new is what the truth does not hold as often as the file.

An event is the same event when opportunity, instant, stage, amount, expected close, reason and actor agree; two
equal rows are two events. Events of one deal at one instant are numbered in the order of the file, after those
that are there already.
"""

# ruff: noqa: S608 - statements are put together from names of our own tables and columns only.

from __future__ import annotations

from typing import Any

from django.db import connection

from pipeline.imports.folder.staging import StagedFile
from pipeline.imports.merge.merge import Outcome

_IDENTITY = "opportunity_id, occurred_at, stage_id, withdrawn, amount, expected_close, reason_id, actor"


def events_merge(staged: StagedFile, batch: int) -> Outcome:
    """Add the events that are new; leaves the ids of their deals in the table `event_deals`."""
    with connection.cursor() as cursor:
        _match(cursor, staged)
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pipeline_event)")
        known_before = _scalar(cursor)
        cursor.execute("SELECT EXISTS (SELECT 1 FROM matched_events WHERE amount IS NULL)")
        if _scalar(cursor):
            _fill_amounts(cursor)
        new = "matched_events"
        if known_before:
            _keep_new(cursor)
            new = "new_events"
        cursor.execute(f"SELECT count(*) FROM {new}")
        added = int(_scalar(cursor))
        cursor.execute(_insert_sql(new, known_before=bool(known_before)), [batch])
        cursor.execute(
            f"CREATE TEMP TABLE event_deals ON COMMIT DROP AS SELECT DISTINCT opportunity_id AS id FROM {new}"
        )
    return Outcome(new=added, unchanged=staged.read - added)


def _scalar(cursor: Any) -> Any:
    row = cursor.fetchone()
    assert row is not None
    return row[0]


def _match(cursor: Any, staged: StagedFile) -> None:
    """Keys become ids; an event that does not say when it was recorded was recorded when it happened."""

    def column_or(column: str, otherwise: str) -> str:
        return f"e.{column}" if column in staged.columns else otherwise

    named, pipeline_join, pipeline = "false", "", "o.pipeline_id"
    if "pipeline" in staged.columns:
        named, pipeline = "e.pipeline <> ''", "coalesce(p.id, o.pipeline_id)"
        pipeline_join = "LEFT JOIN pipeline_pipeline p ON p.key = e.pipeline "
    reason_join = "LEFT JOIN pipeline_lossreason r ON r.key = e.reason" if "reason" in staged.columns else ""
    cursor.execute(
        "CREATE TEMP TABLE matched_events ON COMMIT DROP AS"
        " SELECT e.line, o.id AS opportunity_id, e.occurred_at,"
        f" coalesce({column_or('recorded_at', 'NULL')}, e.occurred_at) AS recorded_at,"
        f" {column_or('recorded_at', 'NULL')} IS NULL AS recorded_assumed, s.id AS stage_id,"
        " e.stage = 'withdrawn' AND s.id IS NULL AS withdrawn, e.amount,"
        f" {column_or('expected_close', 'NULL')}::date AS expected_close,"
        f" {'r.id' if reason_join else 'NULL'}::bigint AS reason_id,"
        f" coalesce({column_or('actor', 'NULL')}, '')::varchar(128) AS actor,"
        f" coalesce({named}, false) AS pipeline_named"
        " FROM in_events e JOIN pipeline_opportunity o ON o.key = e.opportunity"
        f" {pipeline_join}LEFT JOIN pipeline_stage s ON s.pipeline_id = {pipeline} AND s.key = e.stage " + reason_join
    )
    cursor.execute("ANALYZE matched_events")


def _fill_amounts(cursor: Any) -> None:
    """A lost or withdrawn row without amount is the stored one that is equal in everything else; a new one has zero,
    which at these means "as it was", so that an earlier amount may still come in later."""
    cursor.execute(
        "UPDATE matched_events m SET amount = k.amount FROM (SELECT DISTINCT ON (m.line) m.line, e.amount"
        " FROM matched_events m JOIN pipeline_event e ON e.opportunity_id = m.opportunity_id"
        " AND e.occurred_at = m.occurred_at AND e.stage_id IS NULL AND e.withdrawn = m.withdrawn AND e.actor = m.actor"
        " AND e.reason_id IS NOT DISTINCT FROM m.reason_id"
        " AND e.expected_close IS NOT DISTINCT FROM m.expected_close"
        " WHERE m.amount IS NULL ORDER BY m.line, e.sequence) k WHERE k.line = m.line"
    )
    cursor.execute("UPDATE matched_events SET amount = 0 WHERE amount IS NULL")


def _keep_new(cursor: Any) -> None:
    """Of equal events in the file, as many are known as the truth holds; the rest is new."""
    cursor.execute(
        "CREATE TEMP TABLE new_events ON COMMIT DROP AS"
        " WITH known AS ("
        f"   SELECT {_IDENTITY}, count(*) AS times FROM pipeline_event"
        "   WHERE opportunity_id IN (SELECT opportunity_id FROM matched_events)"
        f"   GROUP BY {_IDENTITY}),"
        f" numbered AS (SELECT m.*, row_number() OVER (PARTITION BY {_IDENTITY} ORDER BY line) AS nth"
        "   FROM matched_events m)"
        " SELECT n.* FROM numbered n LEFT JOIN known k"
        " ON k.opportunity_id = n.opportunity_id AND k.occurred_at = n.occurred_at AND k.amount = n.amount"
        " AND k.withdrawn = n.withdrawn"
        # Coalesced, because a join on IS NOT DISTINCT FROM cannot be hashed; these three follow the three above.
        " AND coalesce(k.stage_id, 0) = coalesce(n.stage_id, 0) AND coalesce(k.reason_id, 0) = coalesce(n.reason_id, 0)"
        " AND coalesce(k.expected_close, '-infinity') = coalesce(n.expected_close, '-infinity') AND k.actor = n.actor"
        " WHERE n.nth > coalesce(k.times, 0)"
    )
    cursor.execute("ANALYZE new_events")


def _insert_sql(new: str, *, known_before: bool) -> str:
    """In order of deal and time, so that a deal's history lies together on disk."""
    base = (
        "coalesce((SELECT max(k.sequence) + 1 FROM pipeline_event k"
        " WHERE k.opportunity_id = n.opportunity_id AND k.occurred_at = n.occurred_at), 0)"
        if known_before
        else "0"
    )
    return (
        "INSERT INTO pipeline_event (opportunity_id, occurred_at, recorded_at, sequence, stage_id, withdrawn, amount,"
        " expected_close, reason_id, actor, batch_id)"
        f" SELECT opportunity_id, occurred_at, recorded_at, {base} + row_number() OVER same - 1, stage_id, withdrawn,"
        f" amount, expected_close, reason_id, actor, %s FROM {new} n"
        " WINDOW same AS (PARTITION BY opportunity_id, occurred_at ORDER BY line)"
        " ORDER BY opportunity_id, occurred_at, line"
    )
