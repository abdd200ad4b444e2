"""What deals were entered with, and what was left of it when those who wrote it had corrected it themselves.

An amount that is entered too large and taken back later by the same department was never demand. Corrections come at
one stage more than at any other: deals are counted when they first get past it, so that each had its chance.
"""

from pipeline.core.tenures import OWNED_THEN, OWNED_UNTIL_THEN, TENURES

ENTRY_PASSES = "entry_passes"


def entry_passes(moves: str) -> str:
    """SQL over a table of moves and `stages`: one row per deal that got past the stage where its writer's own
    corrections come: opportunity, pipeline, passed_at, entered_at, writer, amount, corrected (what was left of it).
    It is the same whatever span is asked for."""
    return f"""WITH {TENURES}, ladder AS (
    SELECT stage, pipeline, row_number() OVER (PARTITION BY pipeline ORDER BY position) AS rung FROM stages
), entries AS (
    SELECT opportunity, pipeline, "at", amount, coalesce(writer, tenures.owner) AS writer
    FROM {moves} AS m JOIN tenures ON tenures.stage = to_stage
        AND {OWNED_THEN.format(instant='m."at"', tenure="tenures")}
    WHERE kind = 'entered'
), corrections AS (
    SELECT m.opportunity, m."at", m.amount, rung, entries.pipeline, entries.writer
    FROM {moves} AS m JOIN ladder ON ladder.stage = from_stage
        JOIN entries ON entries.opportunity = m.opportunity AND entries.pipeline = ladder.pipeline
    JOIN tenures ON tenures.stage = from_stage AND {OWNED_UNTIL_THEN.format(instant='m."at"', tenure="tenures")}
    WHERE kind = 'revalued' AND coalesce(m.writer, tenures.owner) = entries.writer
), places AS (
    SELECT pipeline, writer, arg_max(rung, size) AS rung FROM (
        -- in order, so that of places with equal sums every run takes the same one
        SELECT pipeline, writer, rung, sum(abs(amount)) AS size FROM corrections GROUP BY ALL ORDER BY rung
    ) GROUP BY ALL
), passed AS (
    SELECT m.opportunity, min(m."at") AS "at"
    FROM {moves} AS m JOIN entries ON entries.opportunity = m.opportunity AND entries.pipeline = m.pipeline
    JOIN places ON places.pipeline = entries.pipeline AND places.writer = entries.writer
    JOIN ladder AS here ON here.stage = from_stage JOIN ladder AS there ON there.stage = to_stage
    WHERE kind IN ('advanced', 'won') AND here.rung <= places.rung AND there.rung > places.rung GROUP BY ALL
), corrected AS (
    SELECT opportunity, sum(corrections.amount) AS amount
    FROM corrections JOIN passed USING (opportunity) WHERE corrections."at" <= passed."at" GROUP BY ALL
)
SELECT opportunity, entries.pipeline, passed."at" AS passed_at, entries."at" AS entered_at, entries.writer,
    entries.amount, (entries.amount + coalesce(corrected.amount, 0))::BIGINT AS corrected
FROM passed JOIN entries USING (opportunity) LEFT JOIN corrected USING (opportunity)"""  # noqa: S608  (names of tables)


ENTRY_AMOUNTS = """
SELECT "group", origin, bucket, pipeline, step, writer, source_department AS source, {fresh} AS fresh,
    sum(amount)::BIGINT AS amount, sum(corrected)::BIGINT AS corrected, count(*) AS count
FROM (SELECT *, steps_begun(passed_at) - 1 AS step FROM entry_passes WHERE in_steps(passed_at))
JOIN deals USING (opportunity) GROUP BY ALL"""
"""SQL to follow the tables of `period_flows` and `entry_passes`: one row per group, origin, bucket, pipeline, step in
which deals got past the stage where their writer's own corrections come, writer (department; the stage's owner then
where nobody is named), source, and `fresh`, an expression such as `IN_SPAN`. Writers who never correct themselves have
no rows."""
IN_SPAN = "CASE WHEN steps_begun(entered_at) > 0 THEN 1 ELSE 0 END"
"""Whether the deal entered in the span (1) or before (0)."""
STEP_OF_ENTRY = "steps_begun(entered_at) - 1"
"""The step that had begun last when the deal entered, -1 for none."""
