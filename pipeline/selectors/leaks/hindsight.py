"""Attributes that were filled in with the outcome of the deals, as a run knows them."""

# ruff: noqa: S608 - statements are put together from names of our own columns only.

from __future__ import annotations

from pipeline.core.hindsight import Hindsight, hindsight, sentence
from pipeline.custody_store import custody_cursor
from pipeline.models import Pipeline, RecomputeRun
from pipeline.run_cache import cached
from pipeline.selectors.leaks.leaks import FILTERS

COLUMNS = tuple(name for name in FILTERS if name != "pipeline")
_DEALS = """
WITH ends AS (
    SELECT opportunity, bool_or(earns) AS won, arg_max(how::VARCHAR, visit) AS ending
    FROM visits JOIN stages USING (stage) GROUP BY opportunity HAVING ending <> 'withdrawn'
), deals AS (
    SELECT o.pipeline, o.account, coalesce(o.{column}::VARCHAR, '') AS value,
        CASE WHEN won THEN 'won' WHEN ending = 'lost' THEN 'lost' ELSE 'open' END AS outcome
    FROM opportunities o JOIN ends USING (opportunity)
)"""
_BY_DEAL = _DEALS + " SELECT pipeline, value, outcome, count(*) FROM deals GROUP BY ALL"
_BY_ACCOUNT = (
    _DEALS
    + """, buyers AS (
    SELECT account, bool_or(outcome = 'won') AS bought FROM deals WHERE account IS NOT NULL GROUP BY 1
)
SELECT pipeline, value, CASE WHEN bought THEN 'won' ELSE 'open' END, count(DISTINCT account)
FROM deals JOIN buyers USING (account) GROUP BY ALL"""
)


def hindsight_of(*, run: RecomputeRun, column: str) -> list[Hindsight]:
    """Where a column of opportunities was filled in with the outcome, by pipeline."""

    def compute() -> list[Hindsight]:
        cursor = custody_cursor(run)
        return hindsight(
            column=column,
            deals=cursor.execute(_BY_DEAL.format(column=column)).fetchall(),
            accounts=cursor.execute(_BY_ACCOUNT.format(column=column)).fetchall(),
        )

    if column not in COLUMNS or not run.parts:
        return []
    return cached(run, f"hindsight-{column}", compute)


def ungrouped_pipelines(*, run: RecomputeRun, column: str) -> tuple[int, ...]:
    """Pipelines whose deals the column does not group: there it follows from how they ended."""
    return tuple(finding.pipeline for finding in hindsight_of(run=run, column=column))


def hindsight_reasons(*, run: RecomputeRun, column: str) -> tuple[str, ...]:
    """A sentence for each pipeline in which the column is no group."""
    findings = hindsight_of(run=run, column=column)
    names = dict(Pipeline.objects.values_list("pk", "name")) if findings else {}
    several = len(names) > 1
    return tuple(sentence(finding, pipeline=names.get(finding.pipeline, "") if several else "") for finding in findings)
