"""Hand-offs at times at which their deal was not there to be handed."""

from __future__ import annotations

from departments.formats import counted
from departments.translation import gettext_noop
from pipeline.imports.folder.checks import query, query_large
from pipeline.imports.folder.staging import Staging

_FINISHING = """
SELECT s.id FROM pipeline_stage s
WHERE s.position = (SELECT max(t.position) FROM pipeline_stage t WHERE t.pipeline_id = s.pipeline_id)
    AND EXISTS (SELECT FROM pipeline_stage t WHERE t.pipeline_id = s.pipeline_id AND t.earns)"""
"""The last stage of a pipeline that earns takes deals off the books, as `stage_rules` of custody has it."""
_OUTSIDE = """
WITH deals AS (
    SELECT DISTINCT o.id, o.key FROM in_handoffs i JOIN pipeline_opportunity o ON o.key = i.opportunity
),
ends AS (
    SELECT e.opportunity_id AS id, min(e.occurred_at) AS begun, max(e.occurred_at) AS last,
        (array_agg(e.stage_id ORDER BY e.occurred_at DESC, e.sequence DESC))[1] AS stage
    FROM pipeline_event e WHERE e.opportunity_id IN (SELECT id FROM deals) GROUP BY e.opportunity_id
),
placed AS (
    SELECT i.line, i.key, d.key AS deal, i.completed_at <= e.begun AS before,
        i.requested_at > e.last AND ({closed}) AS after,
        i.requested_at < e.begun AND (i.completed_at IS NULL OR i.completed_at > e.begun) AS early
    FROM in_handoffs i JOIN deals d ON d.key = i.opportunity JOIN ends e ON e.id = d.id
)
SELECT kind, count(*), (array_agg(deal ORDER BY line))[1], (array_agg(key ORDER BY line))[1]
FROM (
    SELECT line, key, deal, CASE WHEN before THEN 'before' WHEN after THEN 'after' WHEN early THEN 'early' END AS kind
    FROM placed
) AS named
WHERE kind IS NOT NULL GROUP BY kind"""
_SENTENCES = {
    "before": gettext_noop(
        "handoffs.csv: {handoffs} over before the first event of their deal (the first: {key} of deal “{deal}”). They "
        "are listed, but nobody holds a deal that has not begun: no time of theirs counts. Check their dates."
    ),
    "early": gettext_noop(
        "handoffs.csv: {handoffs} requested before the first event of their deal (the first: {key} of deal “{deal}”). "
        "They hold it from its first event on; the time before does not count. Check their dates."
    ),
    "after": gettext_noop(
        "handoffs.csv: {handoffs} requested after their deal was closed (the first: {key} of deal “{deal}”). They are "
        "listed, but hold no deal: no time of theirs counts. Check their dates unless that is work after the sale."
    ),
}


def lives_notes(staging: Staging) -> list[str]:
    """A sentence for each way in which hand-offs of the file lie outside their deal's life: how many, and the first."""
    finishing = ", ".join(str(int(pk)) for (pk,) in query(_FINISHING))
    closed = "e.stage IS NULL" + (f" OR e.stage IN ({finishing})" if finishing else "")
    rows = {kind: rest for kind, *rest in query_large(staging, _OUTSIDE.format(closed=closed))}
    return [
        sentence.format(
            handoffs=counted(rows[kind][0], "hand-off is", "hand-offs are"), deal=rows[kind][1], key=rows[kind][2]
        )
        for kind, sentence in _SENTENCES.items()
        if kind in rows
    ]
