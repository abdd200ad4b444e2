"""Deals that were withdrawn or merged, in the truth as it would be: nothing happens to them afterwards."""

# ruff: noqa: S608 - statements are put together from names of our own tables and columns only.

from __future__ import annotations

from departments.translation import gettext_noop
from pipeline.imports.folder.checks import MOST_OF_A_KIND, query, query_large
from pipeline.imports.folder.staging import Staging
from pipeline.imports.problems import Problem, UndoRefused

_AFTER = f"""
WITH last AS (
    SELECT opportunity_id, occurred_at, sequence FROM pipeline_event
    WHERE withdrawn AND opportunity_id IN (SELECT id FROM event_deals)
), after AS (
    SELECT e.opportunity_id, e.occurred_at, e.stage_id, e.withdrawn, last.occurred_at AS since
    FROM last JOIN pipeline_event e USING (opportunity_id)
    WHERE (e.occurred_at, e.sequence) > (last.occurred_at, last.sequence)
)
SELECT o.key, a.withdrawn, a.since::date::text, a.occurred_at::date::text, (
    SELECT min(m.line) FROM matched_events m WHERE m.opportunity_id = a.opportunity_id
        AND m.occurred_at = a.occurred_at AND m.withdrawn = a.withdrawn AND m.stage_id IS NOT DISTINCT FROM a.stage_id
), (
    SELECT min(m.line) FROM matched_events m WHERE m.opportunity_id = a.opportunity_id AND m.withdrawn
)
FROM after a JOIN pipeline_opportunity o ON o.id = a.opportunity_id ORDER BY 5, 6 LIMIT {MOST_OF_A_KIND}
"""
_MERGED = """
WITH RECURSIVE chain AS (
    SELECT key AS deal, merged_into AS into_deal, 1 AS steps FROM pipeline_opportunity WHERE merged_into <> ''
    UNION ALL
    SELECT chain.deal, o.merged_into, chain.steps + 1 FROM chain JOIN pipeline_opportunity o ON o.key = chain.into_deal
    WHERE o.merged_into <> '' AND chain.into_deal <> chain.deal AND chain.steps < 1000
)
SELECT deal FROM chain WHERE into_deal = deal
"""
_NOT_WITHDRAWN = """
SELECT key FROM pipeline_opportunity o WHERE merged_into <> ''
    AND NOT EXISTS (SELECT 1 FROM pipeline_event e WHERE e.withdrawn AND e.opportunity_id = o.id)
"""
_OPEN = "OR NOT EXISTS (SELECT 1 FROM pipeline_event e WHERE e.withdrawn AND e.opportunity_id = o.id)"
_HALF_MERGED = """
SELECT o.id, o.key, o.batch_id FROM {table} o WHERE o.merged_into <> ''
    AND (NOT EXISTS (SELECT FROM {table} other WHERE other.key = o.merged_into) {more})
"""
_LISTED = 5


def withdrawn_check(staging: Staging) -> None:
    """Refuse what happens to a deal after it was withdrawn, and a second withdrawal, at their lines of events.csv.

    Undoing the import that withdrew a deal brings it back.
    """
    if not query_large(staging, "SELECT EXISTS (SELECT 1 FROM pipeline_event WHERE withdrawn)")[0][0]:
        return
    for key, again, since, day, line, of_withdrawal in query_large(staging, _AFTER):
        if again:
            reason = gettext_noop("withdraws opportunity {key} a second time; it was withdrawn on {since}").format(
                key=key, since=since
            )
        elif line is not None:
            reason = gettext_noop("comes after opportunity {key} was withdrawn on {since}").format(key=key, since=since)
        else:
            reason = gettext_noop(
                "withdraws opportunity {key} on {since}, before something else happened to it, on {day}"
            ).format(key=key, since=since, day=day)
        at = line if line is not None else of_withdrawal
        staging.problems.add(Problem(file="events.csv", line=at or 1, column="stage", value="withdrawn", reason=reason))


def merged_check(staging: Staging) -> None:
    """Refuse deals that were merged without being withdrawn, and deals merged in a circle."""
    lines: dict[str, tuple[int, str]] = {}
    staged = staging.files.get("opportunities.csv")
    if staged is not None and "merged_into" in staged.columns:
        rows = query_large(staging, "SELECT key, line, merged_into FROM in_opportunities WHERE merged_into <> ''")
        lines = {key: (line, other) for key, line, other in rows}
    elif "events.csv" not in staging.files:
        return
    for reason, rows in (
        (
            gettext_noop("is what {key} was merged into, but no event withdraws {key}"),
            query_large(staging, _NOT_WITHDRAWN),
        ),
        (gettext_noop("leads back to {key}: deals were merged in a circle"), query_large(staging, _MERGED)),
    ):
        for line, key, other in sorted((lines[key][0], key, lines[key][1]) for (key,) in rows if key in lines):
            problem = Problem(
                file="opportunities.csv", line=line, column="merged_into", value=other, reason=reason.format(key=key)
            )
            staging.problems.add(problem)


def merged_accounts_check(staging: Staging) -> None:
    """Refuse accounts merged into one that was merged itself: deals follow one step, so a circle is one of these."""
    staged = staging.files["accounts.csv"]
    if "merged_into" not in staged.columns:
        return
    rows = query_large(
        staging,
        "SELECT s.line, s.merged_into, a.merged_into FROM in_accounts s"
        " JOIN pipeline_account a ON a.key = s.merged_into"
        f" WHERE a.merged_into <> '' ORDER BY s.line LIMIT {MOST_OF_A_KIND}",
    )
    for line, key, further in rows:
        reason = gettext_noop("was merged itself, into {further}; name the account that is left").format(
            further=further
        )
        staging.problems.add(Problem(file="accounts.csv", line=line, column="merged_into", value=key, reason=reason))


def merged_accounts_notes(batch: int) -> list[str]:
    """Accounts whose merge an import takes back or changes: the deals they gave away stay where they are."""
    rows = query(
        "SELECT a.key, c.before->>'merged_into', a.merged_into FROM pipeline_importchange c"
        ' JOIN pipeline_account a ON a.id = c."row" WHERE c.batch_id = %s AND c."table" = \'pipeline_account\''
        " AND c.before->>'merged_into' <> '' AND c.before->>'merged_into' <> a.merged_into ORDER BY a.key",
        [batch],
    )
    listed = [f"{key} (was {former}, is {now or 'none'})" for key, former, now in rows[:_LISTED]]
    more = gettext_noop(" and {count:,} more").format(count=len(rows) - _LISTED) if len(rows) > _LISTED else ""
    what = gettext_noop(
        "accounts.csv: {count:,} accounts are merged into another one than before or into none: {listed}{more}."
    )
    stay = gettext_noop("Deals that went with the former merge stay where they are, unless this file moves them.")
    return [what.format(count=len(rows), listed=", ".join(listed), more=more) + f" {stay}"] if rows else []


def remaining_merges_check(batch: int) -> None:
    """Raise UndoRefused where taking out the import leaves a merge by halves: the deal it withdrew, or what it went
    into, would be gone. Names the import that brought the other half."""
    for name, table, half in (
        ("opportunities", "pipeline_opportunity", _HALF_MERGED.format(table="pipeline_opportunity", more=_OPEN)),
        ("accounts", "pipeline_account", _HALF_MERGED.format(table="pipeline_account", more="")),
    ):
        rows = query(
            f"SELECT m.key, coalesce(max(c.batch_id), max(m.batch_id)) FROM ({half}) m LEFT JOIN ("
            ' SELECT c.batch_id, c."row" FROM pipeline_importchange c JOIN pipeline_importbatch b ON b.id = c.batch_id'
            " WHERE b.status = 'done' AND c.\"table\" = %s AND jsonb_exists(c.before, 'merged_into')"
            ') c ON c."row" = m.id GROUP BY m.key ORDER BY m.key',
            [table],
        )
        if rows:
            key, later = rows[0]
            raise UndoRefused(
                gettext_noop(
                    "{count:,} {name} ({key}) would be merged by halves: import {later} says into what, and import "
                    "{batch} brought that, or the withdrawal. Undo import {later} first."
                ).format(count=len(rows), name=name, key=key, later=later, batch=batch)
            )
