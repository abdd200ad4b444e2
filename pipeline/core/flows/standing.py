"""Finished deals that stand earned, as custody: the last stage takes a deal off the books, not out of what was earned.

Whoever owns the finishing stage keeps what stands there until it is lost or comes back. Without that stock a churn
would have no exposure, and a customer base that grows would look like customers who are lost faster.
"""

FINISHING = """finishing AS (
    SELECT last(stage ORDER BY position) AS stage, last(owner ORDER BY position) AS owner
    FROM stages GROUP BY pipeline HAVING bool_or(earns)
)"""
"""The stage that takes deals off the books, one row a pipeline that earns; see `custody.inputs.StageRules`."""


def standing_of(*, visits: str, holds: str, moves: str) -> str:
    """SQL of `finishing` and `standing`, to follow WITH, over tables as `Custody` has them, and `stages`.

    standing: the columns of holds, one row per piece of constant amount of a deal that stands finished; `department`
    is the stage's owner, `hold` -1 (in front of the hold of no length in which the deal arrived). hold_from: when the
    deal finished, whatever was revalued since. ended: open, piece (revalued), lost, or handed_on where the deal came
    back to another stage, to_stage and to_department.
    """
    return f"""{FINISHING}, back_again AS MATERIALIZED (
        -- few: every visit of deals that had finished and were heard of again
        SELECT opportunity, visit, stage, entered_at, how,
            lead(entered_at) OVER later AS until, lead(stage) OVER later AS next_stage, lead(how) OVER later AS next_how
        FROM {visits} SEMI JOIN (
            SELECT opportunity FROM {moves} WHERE kind = 'reopened' AND from_stage IS NOT NULL
        ) USING (opportunity)
        WINDOW later AS (PARTITION BY opportunity ORDER BY visit)
    ), chains AS MATERIALIZED (
        -- visits to the last stage that follow each other are one stay there, revalued in between
        SELECT opportunity, visit, until, next_stage, next_how,
            min(entered_at) OVER (PARTITION BY opportunity, visit - place) AS since
        FROM (FROM back_again SELECT *, row_number() OVER (PARTITION BY opportunity ORDER BY visit) AS place
            WHERE how = 'finished')
    ), takers AS (
        SELECT opportunity, visit - 1 AS visit, department FROM {holds}
        SEMI JOIN back_again USING (opportunity) WHERE hold = 0 AND from_at = hold_from
    ), standing AS (
        SELECT v.opportunity, v.pipeline, v.stage, v.visit, -1 AS hold, finishing.owner AS department,
            coalesce(since, entered_at) AS hold_from, entered_at AS from_at, until AS to_at,
            amount_out AS amount, amount_out,
            CASE WHEN until IS NULL THEN 'open' WHEN next_stage <> v.stage THEN 'handed_on'
                WHEN next_how = 'lost' THEN 'lost' ELSE 'piece' END AS ended,
            CASE WHEN next_stage <> v.stage THEN next_stage END AS to_stage,
            CASE WHEN next_stage <> v.stage THEN takers.department END AS to_department
        FROM {visits} AS v JOIN finishing USING (stage)
        LEFT JOIN chains USING (opportunity, visit) LEFT JOIN takers USING (opportunity, visit)
        WHERE how = 'finished'
    )"""  # noqa: S608  (names of tables, never a user's text)
