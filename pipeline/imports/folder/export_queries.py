"""The truth as the rows of a company folder: one query a file, in an order that depends on the content alone.

Small tables keep the order they were made in, which people chose; large ones are ordered by their keys. Loading
an export into an empty database and exporting again gives the same bytes.
"""

# ruff: noqa: S608 - statements are put together from names of our own tables and columns only.

from __future__ import annotations


def _instant_sql(column: str) -> str:
    """ISO 8601 in UTC; parts of a second only where there are any."""
    utc = f"{column} AT TIME ZONE 'UTC'"
    return (
        f"CASE WHEN date_trunc('second', {column}) = {column} THEN to_char({utc}, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
        f' ELSE to_char({utc}, \'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\') END'
    )


def _text(column: str) -> str:
    """Nothing, rather than a pair of quotes, for an empty text."""
    return f"nullif({column}, '')"


def _number_sql(column: str) -> str:
    return f"trim_scale({column})::text"


def head_name(head: str, account: str) -> str:
    """What pages call a head: by the account (`User.display_name`) where there is one, else as it was written."""
    full = f"btrim({account}.first_name || ' ' || {account}.last_name)"
    return f"coalesce(nullif({full}, ''), {account}.username, {head}.name)"


_QUERIES: dict[str, str] = {
    "company.csv": (
        "SELECT name, reporting_currency, time_zone, fiscal_year_start_month{fiscal} FROM departments_company"
    ),
    "departments.csv": (
        f"SELECT key, name, kind, {_text('head_email')} AS head_email FROM departments_department ORDER BY id"
    ),
    # As pages call them: somebody with an account by the name of the account.
    "heads.csv": (
        f"SELECT d.key AS department, {head_name('h', 'u')} AS name, h.since, h.until"
        " FROM departments_departmenthead h JOIN departments_department d ON d.id = h.department_id"
        " LEFT JOIN departments_user u ON u.id = h.account_id ORDER BY d.id, h.since NULLS FIRST"
    ),
    "pipelines.csv": "SELECT key, name FROM pipeline_pipeline ORDER BY id",
    "stages.csv": (
        "SELECT p.key AS pipeline, s.key, s.name, s.position, d.key AS owner_department, s.earns::int AS earns,"
        f" {_number_sql('s.time_limit_days')} AS time_limit_days, {_instant_sql('o.since')} AS owner_since"
        " FROM pipeline_stage s JOIN pipeline_pipeline p ON p.id = s.pipeline_id"
        " JOIN (SELECT id AS stage_id, owner_department_id AS department_id, NULL::timestamptz AS since"
        " FROM pipeline_stage UNION ALL SELECT stage_id, department_id, since FROM pipeline_stageowner) o"
        " ON o.stage_id = s.id JOIN departments_department d ON d.id = o.department_id"
        " ORDER BY p.id, s.position, o.since NULLS FIRST"
    ),
    "loss_reasons.csv": (
        "SELECT r.key, r.name, d.key AS department FROM pipeline_lossreason r"
        " JOIN departments_department d ON d.id = r.department_id ORDER BY r.id"
    ),
    "sources.csv": (
        "SELECT s.key, s.name, d.key AS department FROM pipeline_source s"
        " JOIN departments_department d ON d.id = s.department_id ORDER BY s.id"
    ),
    "rates.csv": (
        f"SELECT currency, date, {_number_sql('rate')} AS rate FROM pipeline_exchangerate ORDER BY currency, date"
    ),
    "accounts.csv": (
        f"SELECT key, name, {_text('industry')} AS industry, {_text('size')} AS size, {_text('region')} AS region,"
        f" {_text('profile')} AS profile, {_text('merged_into')} AS merged_into"
        ' FROM pipeline_account ORDER BY key COLLATE "C"'
    ),
    "opportunities.csv": (
        f"SELECT o.key, {_text('o.name')} AS name, p.key AS pipeline, a.key AS account, {_text('o.owner')} AS owner,"
        f" {_text('o.team')} AS team, s.key AS source, o.currency, {_text('o.segment')} AS segment,"
        f" {_text('o.merged_into')} AS merged_into"
        " FROM pipeline_opportunity o JOIN pipeline_pipeline p ON p.id = o.pipeline_id"
        " LEFT JOIN pipeline_account a ON a.id = o.account_id LEFT JOIN pipeline_source s ON s.id = o.source_id"
        ' ORDER BY o.key COLLATE "C"'
    ),
    "events.csv": (
        f"SELECT o.key AS opportunity, {_instant_sql('e.occurred_at')} AS occurred_at,"
        f" {_instant_sql('e.recorded_at')} AS recorded_at,"
        " coalesce(s.key, CASE WHEN e.withdrawn THEN 'withdrawn' ELSE 'lost' END) AS stage,"
        # At a loss or withdrawal zero is "as it was", which the file says by an empty field.
        " CASE WHEN e.stage_id IS NOT NULL OR e.amount <> 0 THEN e.amount END AS amount,"
        f" e.expected_close, r.key AS reason, {_text('e.actor')} AS actor{{pipeline}} FROM pipeline_event e"
        " JOIN pipeline_opportunity o ON o.id = e.opportunity_id LEFT JOIN pipeline_stage s ON s.id = e.stage_id"
        " LEFT JOIN pipeline_lossreason r ON r.id = e.reason_id{moved}"
        ' ORDER BY o.key COLLATE "C", e.occurred_at, e.sequence'
    ),
    "handoffs.csv": (
        f"SELECT h.key, o.key AS opportunity, d.key AS department, {_text('h.kind')} AS kind,"
        f" {_instant_sql('h.requested_at')} AS requested_at, {_instant_sql('h.started_at')} AS started_at,"
        f" {_instant_sql('h.completed_at')} AS completed_at, {_instant_sql('h.due_at')} AS due_at,"
        f" {_text('h.outcome')} AS outcome, {_text('h.assignee')} AS assignee FROM pipeline_handoff h"
        " JOIN pipeline_opportunity o ON o.id = h.opportunity_id"
        " JOIN departments_department d ON d.id = h.department_id"
        ' ORDER BY h.key COLLATE "C"'
    ),
    "plan.csv": (
        "SELECT p.key AS pipeline, t.period_start, t.period_end, t.target, t.expectation,"
        f" {_text('t.segment')} AS segment FROM pipeline_plantarget t JOIN pipeline_pipeline p ON p.id = t.pipeline_id"
        ' ORDER BY p.id, t.period_start, t.period_end, t.segment COLLATE "C"'
    ),
    "measurables.csv": (
        f"SELECT m.key, d.key AS department, m.name, {_text('m.unit')} AS unit, g.rule AS goal_rule,"
        f" {_number_sql('g.goal')} AS goal, {_number_sql('g.goal_high')} AS goal_high, g.effective_from, m.source"
        " FROM departments_measurable m JOIN departments_department d ON d.id = m.department_id"
        " LEFT JOIN departments_goal g ON g.measurable_id = m.id ORDER BY m.id, g.effective_from"
    ),
    "entries.csv": (
        f"SELECT m.key AS measurable, e.week, {_number_sql('e.value')} AS value, {_text('e.note')} AS note,"
        f" {_instant_sql('e.entered_at')} AS entered_at"
        " FROM departments_entry e JOIN departments_measurable m ON m.id = e.measurable_id ORDER BY m.id, e.week"
    ),
}
FILES = tuple(_QUERIES)
ELSEWHERE = (
    "SELECT e.opportunity_id FROM pipeline_event e JOIN pipeline_opportunity o ON o.id = e.opportunity_id"
    " JOIN pipeline_stage s ON s.id = e.stage_id WHERE s.pipeline_id <> o.pipeline_id"
)
"""The deals with an event in another pipeline than their own, a row for each such event."""
MOVES = f"SELECT EXISTS (SELECT 1 FROM pipeline_pipeline OFFSET 1) AND EXISTS ({ELSEWHERE})"
"""Whether any deal went to another pipeline."""
FISCAL = (
    "SELECT EXISTS (SELECT 1 FROM departments_company"
    " WHERE fiscal_periods <> 'months' OR fiscal_year_named_after <> 'end')"
)
"""Whether the fiscal year is anything but calendar months named after the year in which they end."""
HEADS = "SELECT EXISTS (SELECT 1 FROM departments_departmenthead)"
"""Whether anybody is on record as a head; without, there is no heads.csv."""
_FISCAL_COLUMNS = ", fiscal_periods, fiscal_year_end_weekday, fiscal_year_end_rule, fiscal_year_named_after"


def queries(*, moves: bool, fiscal: bool, heads: bool) -> dict[str, str]:
    """The query of each file. moves: whether events name their pipeline, which those of deals that went to another do;
    a company without moves has no such column. fiscal: whether company.csv says more of the fiscal year than the month
    in which it starts. heads: whether there is a file of them."""
    pipeline = ", CASE WHEN moved.opportunity_id IS NOT NULL THEN p.key END AS pipeline" if moves else ""
    joins = (
        f" LEFT JOIN ({ELSEWHERE} GROUP BY 1) moved ON moved.opportunity_id = o.id"
        " LEFT JOIN pipeline_pipeline p ON p.id = s.pipeline_id"
        if moves
        else ""
    )
    written = _QUERIES | {
        "company.csv": _QUERIES["company.csv"].format(fiscal=_FISCAL_COLUMNS if fiscal else ""),
        "events.csv": _QUERIES["events.csv"].format(pipeline=pipeline, moved=joins),
    }
    return {name: query for name, query in written.items() if heads or name != "heads.csv"}
