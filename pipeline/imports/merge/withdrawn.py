"""Deals that were withdrawn or merged, in the truth as it would be: nothing happens to them afterwards."""

# ruff: noqa: S608 - statements are put together from names of our own tables and columns only.

from __future__ import annotations

from pipeline.imports.folder.checks import MOST_OF_A_KIND, query
from pipeline.imports.folder.staging import Staging
from pipeline.imports.problems import Problem

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
    AND NOT EXISTS (SELECT FROM pipeline_event e WHERE e.withdrawn AND e.opportunity_id = o.id)
"""


def withdrawn_check(staging: Staging) -> None:
    """Refuse what happens to a deal after it was withdrawn, and a second withdrawal, at their lines of events.csv.

    Undoing the import that withdrew a deal brings it back.
    """
    for key, again, since, day, line, of_withdrawal in query(_AFTER):
        if again:
            reason = f"withdraws opportunity {key} a second time; it was withdrawn on {since}"
        elif line is not None:
            reason = f"comes after opportunity {key} was withdrawn on {since}"
        else:
            reason = f"withdraws opportunity {key} on {since}, before something else happened to it, on {day}"
        at = line if line is not None else of_withdrawal
        staging.problems.add(Problem(file="events.csv", line=at or 1, column="stage", value="withdrawn", reason=reason))


def merged_check(staging: Staging) -> None:
    """Refuse deals that were merged without being withdrawn, and deals merged in a circle."""
    lines: dict[str, int] = {}
    staged = staging.files.get("opportunities.csv")
    if staged is not None and "merged_into" in staged.columns:
        lines = dict(query("SELECT key, line FROM in_opportunities WHERE merged_into <> ''"))
    elif "events.csv" not in staging.files:
        return
    for reason, rows in (
        ("is what this deal was merged into, but no event withdraws it", query(_NOT_WITHDRAWN)),
        ("leads back to the deal itself: deals were merged in a circle", query(_MERGED)),
    ):
        for (key,) in rows:
            if key in lines:
                problem = Problem(
                    file="opportunities.csv", line=lines[key], column="merged_into", value=key, reason=reason
                )
                staging.problems.add(problem)


def merged_accounts_check(staging: Staging) -> None:
    """Refuse accounts merged into one that was merged itself: deals follow one step, so a circle is one of these."""
    staged = staging.files["accounts.csv"]
    if "merged_into" not in staged.columns:
        return
    rows = query(
        "SELECT s.line, s.merged_into, a.merged_into FROM in_accounts s"
        " JOIN pipeline_account a ON a.key = s.merged_into"
        f" WHERE a.merged_into <> '' ORDER BY s.line LIMIT {MOST_OF_A_KIND}"
    )
    for line, key, further in rows:
        reason = f"was merged itself, into {further}; name the account that is left"
        staging.problems.add(Problem(file="accounts.csv", line=line, column="merged_into", value=key, reason=reason))
