"""Finished deals that stand earned, as custody: the last stage takes a deal off the books, not out of what was earned.

Whoever owns the finishing stage at the time keeps what stands there until it is lost or comes back. Without that stock
a churn would have no exposure, and a customer base that grows would look like customers who are lost faster.
"""

from pipeline.core.tenures import FOREVER, TENURES

FINISHING = f"""{TENURES}, finishing AS (
    FROM tenures SEMI JOIN (
        SELECT last(stage ORDER BY position) AS stage FROM stages GROUP BY pipeline HAVING bool_or(earns)
    ) USING (stage)
)"""  # noqa: S608  (names of tables, never a user's text)
"""The stage that takes deals off the books, one row a pipeline that earns and owner it had; see `tenures` and
`custody.inputs.StageRules`."""


def finished_deals_sql(*, visits: str, holds: str, moves: str) -> str:
    """SQL of `finishing` and `standing`, to follow WITH, over tables as `Custody` has them, and `stages`.

    standing: the columns of holds, one row per piece of constant amount of a deal that stands finished; `department`
    is the stage's owner of the time, `hold` -1 (in front of the hold of no length in which the deal arrived).
    hold_from: when the deal finished, whatever was revalued since, or fell to this owner with the stage. ended: open,
    piece (revalued, or the stage got another owner), lost, withdrawn, pipeline_out (and to which stage there), or
    handed_on where the deal came back to another stage, to_stage and to_department.
    """
    return f"""{FINISHING}, back_again AS MATERIALIZED (
        -- few: every visit of deals that had finished and were heard of again
        SELECT opportunity, visit, stage, entered_at, how,
            lead(entered_at) OVER later AS until, lead(stage) OVER later AS next_stage,
            lead(how) OVER later AS next_how, lead(to_stage) OVER later AS stage_after
        FROM {visits} SEMI JOIN (
            SELECT opportunity FROM {moves} WHERE kind = 'reopened' AND from_stage IS NOT NULL
        ) USING (opportunity)
        WINDOW later AS (PARTITION BY opportunity ORDER BY visit)
    ), chains AS MATERIALIZED (
        -- visits to the last stage that follow each other are one stay there, revalued in between
        SELECT opportunity, visit, until, next_stage, next_how, stage_after,
            min(entered_at) OVER (PARTITION BY opportunity, visit - place) AS since
        FROM (FROM back_again SELECT *, row_number() OVER (PARTITION BY opportunity ORDER BY visit) AS place
            WHERE how = 'finished')
    ), takers AS (
        SELECT opportunity, visit - 1 AS visit, department FROM {holds}
        SEMI JOIN back_again USING (opportunity) WHERE hold = 0 AND from_at = hold_from
    ), stays AS (
        SELECT v.opportunity, v.pipeline, v.stage, v.visit, v.entered_at, v.amount_out, owner, owned_from, owned_until,
            since, until, next_how, stage_after, owned_until < coalesce(until, {FOREVER}) AS passed,
            CASE WHEN next_stage <> v.stage AND NOT passed THEN next_stage END AS goes_to
        FROM {visits} AS v LEFT JOIN chains USING (opportunity, visit)
        JOIN finishing ON finishing.stage = v.stage AND owned_until > v.entered_at
            AND (owned_from <= v.entered_at OR owned_from < coalesce(until, {FOREVER}))
        WHERE v.how = 'finished'
    ), standing AS (
        SELECT opportunity, pipeline, stage, visit, -1 AS hold, owner AS department,
            greatest(coalesce(since, entered_at), owned_from) AS hold_from, greatest(entered_at, owned_from) AS from_at,
            CASE WHEN passed THEN owned_until ELSE until END AS to_at, amount_out AS amount, amount_out,
            CASE WHEN passed THEN 'piece' WHEN until IS NULL THEN 'open' WHEN goes_to IS NOT NULL THEN 'handed_on'
                WHEN next_how IN ('lost', 'withdrawn', 'pipeline_out') THEN next_how ELSE 'piece' END AS ended,
            -- how the next visit ended is how this stay did only where that visit is to the same stage
            CASE WHEN goes_to IS NULL AND NOT passed AND next_how = 'pipeline_out' THEN stage_after ELSE goes_to END
                AS to_stage,
            CASE WHEN goes_to IS NOT NULL THEN takers.department END AS to_department
        FROM stays LEFT JOIN takers USING (opportunity, visit)
    )"""  # noqa: S608  (names of tables, never a user's text)


TURNED_HOLDS = "turned_holds"


def turned_holds(*, visits: str, holds: str, moves: str, where: str = "") -> str:
    """SQL of the columns of holds, with the turns of who holds the deal and who is next (`PeriodFlows`): `turn` and
    `next_turn`; over tables as `Custody` has them, and `stages`.

    A finished deal's stay in its last stage is a hold -1 (`finished_deals_sql`), turn 0. where: a condition on
    `from_at` and `to_at`, if only some are wanted. Two consecutive holds never belong to the same department, so only
    a third hold can be a department's second turn.
    """
    return f"""WITH {finished_deals_sql(visits=visits, holds=holds, moves=moves)}, picked AS (
    FROM {holds} {where}
), later_turns AS MATERIALIZED (
    SELECT opportunity, visit, hold, turn FROM (
        SELECT opportunity, visit, hold,
            row_number() OVER (PARTITION BY opportunity, visit, department ORDER BY hold) - 1 AS turn
        FROM (
            SELECT DISTINCT opportunity, visit, hold, department FROM {holds}
            SEMI JOIN (SELECT opportunity, visit FROM picked WHERE hold >= 1) USING (opportunity, visit)
        )
    ) WHERE turn > 0
)
SELECT picked.*, coalesce(own.turn, 0) AS turn, coalesce(taker.turn, 0) AS next_turn
FROM picked LEFT JOIN later_turns AS own USING (opportunity, visit, hold)
LEFT JOIN later_turns AS taker ON taker.opportunity = picked.opportunity
    AND taker.visit = picked.visit AND taker.hold = picked.hold + 1
UNION ALL BY NAME
SELECT *, 0 AS turn, 0 AS next_turn FROM standing {where}"""  # noqa: S608  (names of tables, never a user's text)
