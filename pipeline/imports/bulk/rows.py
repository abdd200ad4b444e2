"""From the rows of a large file to rows of its table: what they name becomes ids, and whether anything is wrong.

What exactly is wrong, and on which lines, the ordinary way says: here it is enough that something is.
"""

# ruff: noqa: S608 - statements are put together from names of our own tables and columns only.

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import pyarrow as pa

_BATCH_ROWS = 50_000


@dataclass(frozen=True)
class Written:
    """How rows that are held get into their table of the database."""

    table: str
    columns: tuple[str, ...]
    query: str
    """SQL of these columns; `{batch}` stands for the import."""

    def batches(self, held: duckdb.DuckDBPyConnection, batch: int) -> Iterator[pa.RecordBatch]:
        yield from held.sql(self.query.format(batch=batch)).to_arrow_reader(_BATCH_ROWS)


def _text(*names: str, of: str = "") -> str:
    return ", ".join(f"coalesce({of}{name}, '') AS {name}" for name in names)


def _doubled(table: str) -> str:
    return f"SELECT count(*) <> count(DISTINCT key) FROM {table}"


_ACCOUNT_TEXTS = ("key", "name", "industry", "size", "region", "profile")
_ACCOUNTS = f"""
CREATE TABLE pipeline_account AS
SELECT rowid + 1 + {{after}} AS id, line, {_text(*_ACCOUNT_TEXTS, "merged_into")}, {{batch}}::BIGINT AS batch_id
FROM in_accounts
"""
_DEAL_TEXTS = ("key", "name", "owner", "team", "currency", "segment", "merged_into")
_DEALS = f"""
CREATE TABLE pipeline_opportunity AS
SELECT s.rowid + 1 + {{after}} AS id, s.line, {_text(*_DEAL_TEXTS, of="s.")},
    p.id AS pipeline_id, a.id AS account_id, c.id AS source_id, {{batch}}::BIGINT AS batch_id, s.pipeline,
    ('0x' || md5(s.key)[:7])::INTEGER % 40 AS bucket,
    p.id IS NULL OR (s.account <> '' AND a.id IS NULL) OR (s.source <> '' AND c.id IS NULL) AS wrong
FROM in_opportunities s LEFT JOIN pipeline_pipeline p ON p.key = s.pipeline
    LEFT JOIN pipeline_account a ON a.key = s.account LEFT JOIN pipeline_source c ON c.key = s.source
"""
_EVENTS = """
CREATE TABLE held_event AS
SELECT e.line, o.id AS opportunity_id, e.occurred_at, coalesce(e.recorded_at, e.occurred_at) AS recorded_at,
    s.id AS stage_id, e.stage = 'withdrawn' AND s.id IS NULL AS withdrawn, coalesce(e.amount, 0) AS amount,
    e.expected_close, r.id AS reason_id, coalesce(e.actor, '') AS actor,
    coalesce(e.pipeline <> '', false) AS pipeline_named,
    o.id IS NULL OR (e.pipeline <> '' AND p.id IS NULL) OR (s.id IS NULL AND e.stage NOT IN ('lost', 'withdrawn'))
        OR (e.reason <> '' AND r.id IS NULL) AS wrong
FROM in_events e LEFT JOIN pipeline_opportunity o ON o.key = e.opportunity
    LEFT JOIN pipeline_pipeline p ON p.key = nullif(e.pipeline, '')
    LEFT JOIN pipeline_stage s ON s.pipeline_id = coalesce(p.id, o.pipeline_id) AND s.key = e.stage
    LEFT JOIN pipeline_lossreason r ON r.key = e.reason
ORDER BY o.id, e.occurred_at, e.line
"""
_EVENTS_AS_TRUTH = """
CREATE VIEW pipeline_event AS SELECT *, line AS sequence, {batch}::BIGINT AS batch_id FROM held_event
"""
"""Of events at one instant the line orders as the number within the instant does."""
_HANDOFFS_NAMED = """
FROM in_handoffs s LEFT JOIN departments_department d ON d.key = s.department
    LEFT JOIN pipeline_opportunity o ON o.key = s.opportunity
"""
_EVENTS_NUMBERED = """
SELECT opportunity_id, occurred_at, recorded_at,
    (rowid - max(first) OVER (ROWS UNBOUNDED PRECEDING))::INTEGER AS sequence,
    stage_id, withdrawn, amount, expected_close, reason_id, actor, {batch}::BIGINT AS batch_id
FROM (
    SELECT *, rowid, CASE WHEN opportunity_id = lag(opportunity_id) OVER () AND occurred_at = lag(occurred_at) OVER ()
        THEN 0 ELSE rowid END AS first
    FROM held_event
)
"""
"""Numbered within an instant by how far a row stands from the first of it: neither sorts what is sorted."""

ACCOUNTS = Written(
    "pipeline_account",
    ("id", *_ACCOUNT_TEXTS, "merged_into", "batch_id"),
    f"SELECT id, {', '.join(_ACCOUNT_TEXTS)}, merged_into, batch_id FROM pipeline_account",
)
_DEAL_COLUMNS = ("id", *_DEAL_TEXTS, "pipeline_id", "account_id", "source_id", "batch_id")
DEALS = Written("pipeline_opportunity", _DEAL_COLUMNS, f"SELECT {', '.join(_DEAL_COLUMNS)} FROM pipeline_opportunity")
EVENTS = Written(
    "pipeline_event",
    ("opportunity_id", "occurred_at", "recorded_at", "sequence", "stage_id", "withdrawn", "amount", "expected_close",
     "reason_id", "actor", "batch_id"),
    _EVENTS_NUMBERED,
)  # fmt: skip
HANDOFFS = Written(
    "pipeline_handoff",
    ("key", "kind", "outcome", "assignee", "requested_at", "started_at", "completed_at", "due_at", "department_id",
     "opportunity_id", "batch_id"),
    f"SELECT {_text('key', 'kind', 'outcome', 'assignee', of='s.')}, s.requested_at, s.started_at, s.completed_at,"
    f" s.due_at, d.id AS department_id, o.id AS opportunity_id, {{batch}}::BIGINT AS batch_id {_HANDOFFS_NAMED}",
)  # fmt: skip


def accounts_prepare(held: duckdb.DuckDBPyConnection, batch: int, after: int) -> bool:
    """Make `pipeline_account` of the rows read, with ids after `after`; whether all of it is right."""
    held.execute(_ACCOUNTS.format(batch=batch, after=after))
    held.execute("DROP TABLE in_accounts")
    held.execute("CREATE VIEW in_accounts AS SELECT * FROM pipeline_account")
    # Deals of merged accounts go to others: that is for the ordinary way.
    return _none(held, _doubled("pipeline_account"), "SELECT max(merged_into) <> '' FROM pipeline_account")


def deals_prepare(held: duckdb.DuckDBPyConnection, batch: int, after: int) -> bool:
    """The same of deals."""
    held.execute(_DEALS.format(batch=batch, after=after))
    held.execute("DROP TABLE in_opportunities")
    held.execute("CREATE VIEW in_opportunities AS SELECT * FROM pipeline_opportunity")
    held.execute("CREATE TABLE matched_pipeline_opportunity (id BIGINT, differs BOOLEAN)")
    return _none(
        held,
        "SELECT bool_or(wrong) FROM pipeline_opportunity",
        _doubled("pipeline_opportunity"),
        "SELECT count(*) > 0 FROM pipeline_opportunity WHERE merged_into <> ''"
        " AND merged_into NOT IN (SELECT key FROM pipeline_opportunity)",
    )


def events_prepare(held: duckdb.DuckDBPyConnection, batch: int, after: int) -> bool:
    """The same of events, in the order of deal and time, so that a deal's history lies together on disk."""
    held.execute(_EVENTS)
    held.execute("DROP TABLE in_events")
    held.execute(_EVENTS_AS_TRUTH.format(batch=batch))
    held.execute("CREATE VIEW matched_events AS SELECT * FROM pipeline_event")
    held.execute("CREATE VIEW event_deals AS SELECT id FROM pipeline_opportunity")
    held.execute(
        "CREATE VIEW in_events AS SELECT o.key AS opportunity, e.line, e.amount"
        " FROM held_event e JOIN pipeline_opportunity o ON o.id = e.opportunity_id"
    )
    return _none(held, "SELECT bool_or(wrong) FROM held_event")


def dates_in_order(held: duckdb.DuckDBPyConnection, lines: list[int], zone: str) -> bool:
    """Whether no date without a time (lines of events) stands after an instant of the same deal and day, before which
    it would come (`order_check` of a folder)."""
    held.register("dates_alone", pa.table({"line": pa.array(lines, pa.int64())}))
    day = "({event}.occurred_at AT TIME ZONE $zone)::DATE"
    query = (
        "SELECT count(*) FROM held_event e JOIN dates_alone USING (line) JOIN held_event o"
        " ON o.opportunity_id = e.opportunity_id AND o.line < e.line AND o.occurred_at > e.occurred_at"
        f" AND {day.format(event='o')} = {day.format(event='e')}"
    )
    wrong = held.execute(query, {"zone": zone}).fetchall()
    held.unregister("dates_alone")
    return wrong == [(0,)]


def handoffs_prepare(held: duckdb.DuckDBPyConnection, batch: int, after: int) -> bool:
    """Whether all hand-offs are right; they stay as they are."""
    return _none(
        held,
        _doubled("in_handoffs"),
        f"SELECT count(*) > 0 {_HANDOFFS_NAMED} WHERE d.id IS NULL OR o.id IS NULL",
    )


def _none(held: duckdb.DuckDBPyConnection, *queries: str) -> bool:
    """Whether none of these conditions holds."""
    return not any(held.execute(query).fetchall()[0][0] for query in queries)
