"""Where each deal stands as a run knows it, as one table beside the custody tables."""

from __future__ import annotations

import threading

import duckdb

from pipeline.custody_store import custody_cursor
from pipeline.models import RecomputeRun

_NOW = """
CREATE TABLE IF NOT EXISTS deals_now AS
WITH rules AS (
    SELECT stage, limit_seconds,
        coalesce(position >= min(position) FILTER (earns) OVER (PARTITION BY pipeline), false) AS after_earning
    FROM stages
), last AS (
    SELECT opportunity, max(visit) AS visit FROM visits GROUP BY opportunity
), held AS (
    SELECT opportunity, department FROM holds WHERE to_at IS NULL
)
SELECT v.opportunity, v.pipeline, v.stage, v.entered_at, coalesce(v.left_at, v.entered_at) AS changed_at,
    v.amount_out AS amount, department, segment, team, owner, account, source,
    CASE WHEN v.how IN ('lost', 'withdrawn') THEN v.how::VARCHAR
        WHEN v.how = 'finished' OR after_earning THEN 'won' ELSE 'open' END AS state,
    coalesce(v.left_at IS NULL AND $as_of - v.entered_at > limit_seconds, false) AS over_limit,
    CASE WHEN v.left_at IS NULL THEN $as_of - v.entered_at END AS seconds
FROM visits v JOIN last USING (opportunity, visit) JOIN rules USING (stage)
LEFT JOIN held USING (opportunity) JOIN opportunities USING (opportunity)
"""
_making = threading.Lock()


def current_deals_cursor(run: RecomputeRun) -> duckdb.DuckDBPyConnection:
    """A cursor with the table deals_now: where each deal stands; made once per run and process."""
    cursor = custody_cursor(run)
    try:
        cursor.execute("SELECT 1 FROM deals_now LIMIT 0")
    except duckdb.CatalogException:
        with _making:
            # It says IF NOT EXISTS: another thread may have made the table while this one waited.
            cursor.execute(_NOW, {"as_of": int(run.as_of.timestamp())})
    return cursor
