"""Columns of an import that were filled in with the outcome of the deals, as notes of the import."""

# ruff: noqa: S608 - statements are put together from names of our own tables and columns only.

from __future__ import annotations

from departments.translation import gettext_noop
from pipeline.core.hindsight import hindsight, sentence
from pipeline.imports.folder.checks import query_large, table_of_query
from pipeline.imports.folder.staging import Staging

COLUMNS = {
    **dict.fromkeys(("segment", "team", "owner"), ("opportunities.csv", "o.{column}")),
    "source": ("opportunities.csv", "coalesce(o.source_id::text, '')"),
    **dict.fromkeys(("region", "industry", "size", "profile"), ("accounts.csv", "coalesce(a.{column}, '')")),
}
"""Where each column comes from, and its value in SQL."""
_BUCKETS = 40
_MOST_DEALS = 200_000
"""Of more deals a share of the buckets is read: the test needs no more, and an import of a few rows stays quick."""
_VALUES = ", ".join(f'{value.format(column=column)} AS "{column}"' for column, (_, value) in COLUMNS.items())
_OUTCOMES = f"""
WITH ended AS (
    SELECT o.id,
        CASE WHEN bool_or(s.earns) THEN 'won'
             WHEN (array_agg(e.stage_id ORDER BY e.occurred_at DESC, e.sequence DESC))[1] IS NULL THEN 'lost'
             ELSE 'open' END AS outcome
    FROM pipeline_opportunity o JOIN pipeline_event e ON e.opportunity_id = o.id
        LEFT JOIN pipeline_stage s ON s.id = e.stage_id
    WHERE o.bucket < %s GROUP BY o.id HAVING NOT bool_or(e.withdrawn)
)
SELECT o.pipeline_id AS pipeline, o.account_id AS account, outcome,
    bool_or(outcome = 'won') OVER (PARTITION BY o.account_id) AS bought, {_VALUES}
FROM ended JOIN pipeline_opportunity o USING (id) LEFT JOIN pipeline_account a ON a.id = o.account_id"""
"""What a deal came to, whether its account ever bought, and all its columns: joined once, read for every column."""
_BY_DEAL = 'SELECT pipeline, "{column}", outcome, count(*) FROM deal_outcomes GROUP BY 1, 2, 3'
_BY_ACCOUNT = """
SELECT pipeline, value, CASE WHEN bought THEN 'won' ELSE 'open' END, count(*)
FROM (
    SELECT DISTINCT pipeline, "{column}" AS value, bought, account FROM deal_outcomes WHERE account IS NOT NULL
) AS once
GROUP BY 1, 2, 3"""


def hindsight_notes(staging: Staging) -> list[str]:
    """A sentence for each column that follows from how the deals ended; looks at everything there is now."""
    names = dict(query_large(staging, "SELECT id, key FROM pipeline_pipeline"))
    ((deals,),) = query_large(staging, "SELECT count(*) FROM pipeline_opportunity")
    buckets = max(1, _BUCKETS * _MOST_DEALS // max(deals, _MOST_DEALS))
    table_of_query(staging, "deal_outcomes", _OUTCOMES, [buckets])
    notes = []
    for column, (file, _) in COLUMNS.items():
        findings = hindsight(
            column=column,
            deals=query_large(staging, _BY_DEAL.format(column=column)),
            accounts=query_large(staging, _BY_ACCOUNT.format(column=column)),
        )
        sample = (
            gettext_noop(" (of a sample of {buckets} in {all} deals)").format(buckets=buckets, all=_BUCKETS)
            if buckets < _BUCKETS
            else ""
        )
        notes += [
            f"{file}: {sentence(finding, pipeline=names[finding.pipeline] if len(names) > 1 else '')}{sample}."
            for finding in findings
        ]
    return notes
