"""Deals that go from one pipeline to another, in the truth as it would be: each event says where it happened."""

# ruff: noqa: S608 - statements are put together from names of our own tables and columns only.

from __future__ import annotations

from departments.translation import gettext_noop
from pipeline.imports.folder.checks import MOST_OF_A_KIND, query, query_large, table_of_query
from pipeline.imports.folder.staging import Staging
from pipeline.imports.problems import Problem


def begun_elsewhere(deals: str) -> str:
    """SQL of deals whose first event is in a stage of another pipeline than theirs, in which they begin.

    deals: SQL of the ids to look at. Columns: id, key, pipeline (theirs), there (the first event's), occurred_at,
    stage_id, batch_id (of the event).
    """
    return f"""
SELECT o.id, o.key, p.key AS pipeline, q.key AS there, f.occurred_at, f.stage_id, f.batch_id FROM (
    SELECT DISTINCT ON (opportunity_id) opportunity_id, occurred_at, stage_id, batch_id FROM pipeline_event
    WHERE opportunity_id IN ({deals}) ORDER BY opportunity_id, occurred_at, sequence
) f JOIN pipeline_opportunity o ON o.id = f.opportunity_id JOIN pipeline_stage s ON s.id = f.stage_id
JOIN pipeline_pipeline p ON p.id = o.pipeline_id JOIN pipeline_pipeline q ON q.id = s.pipeline_id
WHERE s.pipeline_id <> o.pipeline_id"""


_NAMELESS = f"""
SELECT m.line, o.key, p.key, max(q.key), max(e.occurred_at)::date::text
FROM matched_events m JOIN moved_deals d ON d.id = m.opportunity_id JOIN pipeline_opportunity o ON o.id = d.id
JOIN pipeline_pipeline p ON p.id = o.pipeline_id
JOIN pipeline_event e ON e.opportunity_id = d.id JOIN pipeline_stage s ON s.id = e.stage_id
JOIN pipeline_pipeline q ON q.id = s.pipeline_id
WHERE NOT m.pipeline_named AND m.stage_id IS NOT NULL AND m.line IN (SELECT line FROM {{added}})
    AND s.pipeline_id <> o.pipeline_id AND (e.occurred_at < m.occurred_at OR (e.occurred_at = m.occurred_at
        AND EXISTS (SELECT 1 FROM matched_events b WHERE b.opportunity_id = m.opportunity_id
            AND b.occurred_at = m.occurred_at AND b.stage_id = e.stage_id AND b.line < m.line)))
GROUP BY m.line, o.key, p.key ORDER BY m.line LIMIT {MOST_OF_A_KIND}"""


def pipelines_check(staging: Staging) -> None:
    """Refuse a deal that does not begin in its own pipeline, at the line that says so; and an event after a move that
    does not say in which pipeline it happened, since it would silently take the deal back."""
    if query_large(staging, "SELECT count(*) FROM pipeline_pipeline")[0][0] < 2:
        return
    events, deals = "events.csv" in staging.files, "opportunities.csv" in staging.files
    touched = " UNION ".join(
        [*(["SELECT id FROM event_deals"] if events else []),
         *(["SELECT id FROM matched_pipeline_opportunity WHERE differs"] if deals else [])]
    )  # fmt: skip
    table_of_query(
        staging,
        "moved_deals",
        "SELECT DISTINCT o.id FROM pipeline_opportunity o"
        " JOIN pipeline_event e ON e.opportunity_id = o.id JOIN pipeline_stage s ON s.id = e.stage_id"
        f" WHERE s.pipeline_id <> o.pipeline_id AND o.id IN ({touched})",
    )
    if not query_large(staging, "SELECT EXISTS (SELECT 1 FROM moved_deals)")[0][0]:
        return
    if not _add_begun_elsewhere(staging, events=events, deals=deals) and events:
        _add_nameless(staging)


def _add_begun_elsewhere(staging: Staging, *, events: bool, deals: bool) -> int:
    """How many deals begin elsewhere, each a problem."""
    line_of_event = (
        "SELECT min(m.line) FROM matched_events m WHERE m.opportunity_id = b.id AND m.occurred_at = b.occurred_at"
        " AND m.stage_id = b.stage_id"
        if events
        else "NULL::bigint"
    )
    line_of_deal = "SELECT min(i.line) FROM in_opportunities i WHERE i.key = b.key" if deals else "NULL::bigint"
    rows = query_large(
        staging,
        f"SELECT b.key, b.pipeline, b.there, ({line_of_event}), ({line_of_deal})"
        f" FROM ({begun_elsewhere('SELECT id FROM moved_deals')}) b ORDER BY 4, 5, 1 LIMIT {MOST_OF_A_KIND}",
    )
    for key, pipeline, there, line, line_of_its_own in rows:
        if line is not None:
            reason = gettext_noop(
                "is where the first event of opportunity {key} is; it begins in its own pipeline, {pipeline}"
            ).format(key=key, pipeline=pipeline)
            file, at, value = "events.csv", line, there
        else:
            reason = gettext_noop(
                "is not {there}, the pipeline of its first event; a deal moves with an event, not here"
            ).format(there=there)
            file, at, value = "opportunities.csv", line_of_its_own or 1, pipeline
        staging.problems.add(Problem(file=file, line=at, column="pipeline", value=str(value), reason=reason))
    return len(rows)


def _add_nameless(staging: Staging) -> None:
    # Without events before it, all of the file is new.
    known_before = staging.held is None and query("SELECT to_regclass('pg_temp.new_events') IS NOT NULL")[0][0]
    rows = query_large(staging, _NAMELESS.format(added="new_events" if known_before else "matched_events"))
    for line, key, pipeline, there, day in rows:
        reason = gettext_noop(
            "is empty, but opportunity {key} was in pipeline {there} on {day}; write the pipeline of this "
            "event, {pipeline} or another"
        ).format(key=key, there=there, day=day, pipeline=pipeline)
        staging.problems.add(Problem(file="events.csv", line=line, column="pipeline", value="", reason=reason))
