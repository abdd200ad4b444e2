"""Checks that need all rows merged, still inside the transaction: any finding rolls everything back."""

# ruff: noqa: S608 - statements are put together from names of our own tables and columns only.

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection
from django.utils import timezone

from departments.formats import counted
from departments.translation import gettext_noop
from pipeline.imports.folder.checks import MOST_OF_A_KIND, query, query_large
from pipeline.imports.folder.order import order_check_known
from pipeline.imports.folder.staging import Staging
from pipeline.imports.merge.entry_notes import beyond_limits_notes, weeks_to_come_notes
from pipeline.imports.merge.hindsight import hindsight_notes
from pipeline.imports.merge.owners import heads_check
from pipeline.imports.merge.pipelines import pipelines_check
from pipeline.imports.merge.plausibility import sums_check, unusual_notes
from pipeline.imports.merge.withdrawn import merged_accounts_check, merged_accounts_notes, merged_check, withdrawn_check
from pipeline.imports.problems import Problem
from pipeline.models.deals import WORDS_INDEXES

_MUCH = 50_000
_MANY = 2_000
"""New rows of a file from which on the planner is told of them; to count them costs less than to guess wrongly."""
_TABLES = {"accounts.csv": "account", "opportunities.csv": "opportunity", "events.csv": "event",
           "handoffs.csv": "handoff"}  # fmt: skip

WITHOUT_RATE = (
    "WITH company AS (SELECT reporting_currency AS money, time_zone AS zone FROM departments_company),"
    " first AS (SELECT o.id, o.key, o.currency, min(e.occurred_at AT TIME ZONE c.zone)::date AS day"
    "   FROM company c JOIN pipeline_opportunity o ON o.currency <> c.money"
    "   JOIN pipeline_event e ON e.opportunity_id = o.id GROUP BY o.id, o.key, o.currency),"
    " oldest AS (SELECT currency, min(date) AS day FROM pipeline_exchangerate GROUP BY currency),"
    " bad AS (SELECT f.* FROM first f LEFT JOIN oldest r ON r.currency = f.currency"
    "   WHERE r.day IS NULL OR r.day > f.day)"
)
"""Common table `bad`: deals whose currency has no rate on or before the day of their first event."""


def truth_check(staging: Staging, batch: int, *, deals_checked: bool = False) -> None:
    """Rates, pipelines and positions of the truth as it would be; `deals_checked`: but for `deals_check`."""
    names = set(staging.files)
    if not deals_checked:
        deals_check(staging)
    if "stages.csv" in names:
        _positions(staging)
    if "heads.csv" in names:
        heads_check(staging)
    if "events.csv" in names:
        order_check_known(staging, batch)
    _add_notes(staging, batch)
    unusual_notes(staging)


def deals_check(staging: Staging) -> None:
    """What asks accounts, deals and events alone, wherever they are, and the structure they name."""
    names = set(staging.files)
    if names & {"company.csv", "opportunities.csv", "events.csv"}:
        _check_rates(staging)
    if names & {"opportunities.csv", "events.csv"}:
        pipelines_check(staging)
    if "events.csv" in names:
        withdrawn_check(staging)
    merged_check(staging)
    if "accounts.csv" in names:
        merged_accounts_check(staging)
    sums_check(staging)
    if names & {"events.csv", "opportunities.csv", "accounts.csv"}:
        staging.hindsight = hindsight_notes(staging)


def analyze_new(file: str, new: int) -> None:
    """Tell the planner of a file's new rows while they are the transaction's own. A vacuum that runs meanwhile sees the
    pages they fill and none of them, and by its count every join of them would be a loop within a loop."""
    if new >= _MANY and file in _TABLES:
        _analyze(file)


def _analyze(file: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE pipeline_{_TABLES[file]}")


def analyze_after_import(new_rows: Mapping[str, int]) -> None:
    """After a large import (rows by file), update the planner's statistics instead of waiting for autovacuum."""
    for name in _TABLES:
        if new_rows.get(name, 0) >= _MUCH:
            _analyze(name)
    if new_rows.get("opportunities.csv", 0) >= _MUCH:
        # The index keeps new words in an unsorted pending list, which every search has to scan.
        query("SELECT gin_clean_pending_list(name::regclass) FROM unnest(%s::text[]) AS name", [list(WORDS_INDEXES)])


def _lines_sql(staging: Staging, file: str) -> str:
    """SQL of the lines of a file by opportunity key, or of none."""
    column = {"opportunities.csv": "key", "events.csv": "opportunity"}[file]
    if file not in staging.files:
        return "SELECT NULL::text AS key, NULL::bigint AS line WHERE false"
    return f'SELECT "{column}" AS key, min(line) AS line FROM in_{file.removesuffix(".csv")} GROUP BY 1'


def _check_rates(staging: Staging) -> None:
    """Money in another currency needs a rate on or before the day (of the company) of the deal's first event."""
    if not query_large(staging, WITHOUT_RATE + " SELECT EXISTS (SELECT 1 FROM bad)")[0][0]:
        return
    rows = query_large(
        staging,
        WITHOUT_RATE + " SELECT b.key, b.currency, b.day, o.line, e.line FROM bad b"
        f" LEFT JOIN ({_lines_sql(staging, 'opportunities.csv')}) o ON o.key = b.key"
        f" LEFT JOIN ({_lines_sql(staging, 'events.csv')}) e ON e.key = b.key ORDER BY o.line, e.line"
        f" LIMIT {MOST_OF_A_KIND}",
    )
    for key, currency, day, line, event_line in rows:
        why = gettext_noop("has no rate on or before {day}, the day of the first event of opportunity {key}").format(
            day=day, key=key
        )
        file, at = (
            ("opportunities.csv", line) if line else ("events.csv", event_line) if event_line else ("rates.csv", 0)
        )
        column = "occurred_at" if file == "events.csv" else "currency"
        staging.problems.add(Problem(file=file, line=at, column=column, value=str(currency), reason=why))


def _positions(staging: Staging) -> None:
    rows = query(
        "SELECT i.line, i.position, other.key FROM in_stages i JOIN pipeline_pipeline p ON p.key = i.pipeline"
        " JOIN pipeline_stage other ON other.pipeline_id = p.id AND other.position = i.position AND other.key <> i.key"
        # Of two rows of the file with one position the second is wrong.
        " WHERE NOT EXISTS (SELECT 1 FROM in_stages j"
        "   WHERE j.pipeline = i.pipeline AND j.key = other.key AND j.line > i.line)"
        " ORDER BY i.line"
    )
    for line, position, other in rows:
        why = gettext_noop("is the position of stage {other} too").format(other=other)
        staging.problems.add(Problem(file="stages.csv", line=line, column="position", value=str(position), reason=why))


def _currencies_changed(batch: int) -> list[str]:
    """Deals whose amounts so far are in another currency from now on, since a deal has one."""
    rows = query(
        "SELECT o.key, c.before->>'currency', o.currency FROM pipeline_importchange c"
        ' JOIN pipeline_opportunity o ON o.id = c."row" WHERE c.batch_id = %s AND c."table" = \'pipeline_opportunity\''
        " AND c.before->>'currency' <> o.currency ORDER BY 1",
        [batch],
    )
    if not rows:
        return []
    listed = ", ".join(f"{key}: {old}, {new}" for key, old, new in rows[:5])
    note = gettext_noop(
        "opportunities.csv: {count:,} deals have another currency than before ({listed}); all their amounts, also the "
        "earlier ones, count in the new one."
    )
    return [note.format(count=len(rows), listed=listed)]


def _without_events(staging: Staging) -> list[str]:
    """Deals of which nothing is known to have happened: no figure counts them."""
    silent = (
        "FROM in_opportunities i JOIN pipeline_opportunity o ON o.key = i.key"
        " WHERE NOT EXISTS (SELECT 1 FROM pipeline_event e WHERE e.opportunity_id = o.id)"
    )
    ((count,),) = query_large(staging, f"SELECT count(*) {silent}")
    if not count:
        return []
    keys = [f"“{key}”" for (key,) in query_large(staging, f"SELECT i.key {silent} ORDER BY i.line LIMIT 20")]
    note = gettext_noop("opportunities.csv: {deals} no event, so no figure counts them: {listed}.")
    more = f" and {count - len(keys):,} more" if count > len(keys) else ""
    return [note.format(deals=counted(count, "deal has", "deals have"), listed=", ".join(keys) + more)]


def _add_notes(staging: Staging, batch: int) -> None:
    """Add notes about what was assumed, left out, or looks unusual."""
    for name, staged in staging.files.items():
        if staged.unknown:
            more = f" and {len(staged.unknown) - 20:,} more" if len(staged.unknown) > 20 else ""
            listed = ", ".join(staged.unknown[:20]) + more
            staging.notes.append(
                gettext_noop(
                    "{name}: columns left out because the format has no column of that name: {listed}."
                ).format(name=name, listed=listed)
            )
        if staged.dates_alone:
            staging.notes.append(
                gettext_noop(
                    "{name}: {dates_alone:,} rows give a date without a time; it counts as the start of that day in "
                    "the company's time zone ({zone})."
                ).format(name=name, dates_alone=staged.dates_alone, zone=staging.zone)
            )
    if "opportunities.csv" in staging.files:
        staging.notes += _currencies_changed(batch)
        staging.notes += _without_events(staging)
    if "events.csv" in staging.files:
        now = timezone.now()
        ((future, unknown, silent),) = query_large(
            staging,
            "SELECT count(*) FILTER (WHERE occurred_at > %s),"
            " count(*) FILTER (WHERE occurred_at <= %s AND recorded_at > %s),"
            " count(*) FILTER (WHERE batch_id = %s AND recorded_at = occurred_at"
            " AND occurred_at < (SELECT max(started_at) FROM pipeline_importbatch"
            " WHERE id < %s AND status = 'done')) FROM pipeline_event WHERE batch_id = %s",
            [now, now, now, batch, batch, batch],
        )
        if future:
            staging.notes.append(
                gettext_noop("events.csv: {future:,} events lie in the future; they count from their day on.").format(
                    future=future
                )
            )
        if unknown:
            staging.notes.append(
                gettext_noop(
                    "events.csv: {unknown:,} events have happened and say they will be recorded in the future; they "
                    "count from then on."
                ).format(unknown=unknown)
            )
        if silent:
            staging.notes.append(
                gettext_noop(
                    "events.csv: {silent:,} events happened before the last import and say they were recorded at "
                    "once; figures as known on past dates change with them."
                ).format(silent=silent)
            )
    staging.notes += staging.hindsight
    if "accounts.csv" in staging.files:
        staging.notes += merged_accounts_notes(batch)
    if "entries.csv" in staging.files:
        staging.notes += beyond_limits_notes() + weeks_to_come_notes()


def opportunities_touch(staging: Staging, batch: int) -> int:
    """Mark every deal whose figures this import changes, for the next recompute."""
    sources = []
    names = set(staging.files)
    if "events.csv" in names:
        sources.append("SELECT id FROM event_deals")
    if "opportunities.csv" in names:
        sources.append("SELECT id FROM matched_pipeline_opportunity WHERE differs")
        sources.append(
            "SELECT o.id FROM matched_pipeline_opportunity m"
            " JOIN pipeline_opportunity o ON o.key = m.key WHERE m.id IS NULL"
        )
    if "handoffs.csv" in names:
        sources.append("SELECT opportunity_id FROM matched_pipeline_handoff WHERE id IS NULL OR differs")
        # A hand-off that moved to another deal changes the deal it left as well.
        sources.append(
            "SELECT (before->>'opportunity_id')::bigint FROM pipeline_importchange"
            f" WHERE batch_id = {batch:d} AND \"table\" = 'pipeline_handoff' AND before->>'opportunity_id' IS NOT NULL"
        )
    if "accounts.csv" in names:
        changed = "SELECT id FROM matched_pipeline_account WHERE differs"
        sources.append(f"SELECT id FROM pipeline_opportunity WHERE account_id IN ({changed})")
    if names & {"accounts.csv", "opportunities.csv"}:
        sources.append("SELECT id FROM repointed_deals")
    if not sources:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO pipeline_touchedopportunity (opportunity) " + " UNION ".join(sources) + " ORDER BY 1"
        )
        return int(cursor.rowcount)
