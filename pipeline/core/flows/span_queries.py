"""The queries of `SpanQuery`, each to follow `instants`, `deals` and `span_holds`, which it puts in front."""

from collections.abc import Sequence

from pipeline.core.flows.finished_deals import FINISHING, turned_holds
from pipeline.core.leaks.earned import STAGE_RULES
from pipeline.core.tenures import OWNED_THEN, OWNED_UNTIL_THEN
from pipeline.core.weeks import AGE_BIN_STARTS

# What is held at some time of the span, with its deal's group and bucket.
_IN_REACH = "WHERE from_at < $until AND (to_at IS NULL OR to_at >= $from)"
TURNED_NEAR = turned_holds(visits="chosen_visits", holds="chosen_holds", moves="chosen_moves", where=_IN_REACH)
SPAN_HOLDS = f""", spanned AS MATERIALIZED (
    SELECT *, hold = -1 AND hold_from <= $ripe AND from_at < $from AND (to_at IS NULL OR to_at >= $until) AS throughout
    FROM turned {_IN_REACH}
)
SELECT spanned.* EXCLUDE (throughout), "group", origin, bucket
FROM spanned JOIN deals USING (opportunity) WHERE NOT throughout
UNION ALL BY NAME
-- what finished long ago and stays does not move between steps and bins: most of what stands, as few rows
SELECT "group", origin, bucket, pipeline, stage, department, any_value($ripe) AS hold_from, any_value($ripe) AS from_at,
    sum(amount)::BIGINT AS amount, 'open' AS ended, 0 AS turn, 0 AS next_turn
FROM spanned JOIN deals USING (opportunity) WHERE throughout GROUP BY ALL"""
_STEPPED = "(SELECT *, steps_begun(to_at) - 1 AS step FROM span_holds WHERE in_steps(to_at)) AS span_holds"


def macros(*, steps: Sequence[tuple[int, int]], moments: Sequence[int]) -> dict[str, str]:
    """SQL functions of one value that the queries use, by name: what a join of ranges would find by sorting all rows.

    steps: first instant and end of each, without a gap. moments: rising instants. bin_of: the age bin of an age in
    seconds, none below zero. steps_begun: how many steps begin at or before an instant. in_steps: whether it is in one
    of them. moments_until: how many of the moments are at or before an instant, all for null.
    """
    return {
        "bin_of": _rank("x", [int(edge) for edge in AGE_BIN_STARTS[1:]]),
        "steps_begun": _rank("x", [low for low, _ in steps]),
        "in_steps": f"x >= {steps[0][0]} AND x < {steps[-1][1]}",
        "moments_until": _rank("x", moments),
    }


def _rank(value: str, edges: Sequence[int], first: int = 0) -> str:
    """SQL: how many rising edges are at or below a value, by halving; all of them for null."""
    if not edges:
        return str(first)
    middle = len(edges) // 2
    lower = _rank(value, edges[:middle], first)
    upper = _rank(value, edges[middle + 1 :], first + middle + 1)
    return f"CASE WHEN {value} < {edges[middle]} THEN {lower} ELSE {upper} END"


def _moved(kinds: str) -> str:
    """SQL: moves of some kinds with the step they fall into, and their deal's group and bucket."""
    return f"""(
    SELECT *, steps_begun("at") - 1 AS step FROM chosen_moves WHERE ({kinds}) AND in_steps("at")
) AS moved JOIN deals USING (opportunity)"""


# Nobody is charged with a move to another pipeline. Earned money that stays earned is handed on to outside; everything
# else is off the books here without a cause, and enters there as what nobody's source brought.
_CARRIED = f"""{STAGE_RULES}, earned AS (SELECT stage FROM rules WHERE after_earning)"""
HANDED_ON = f""", {_CARRIED}, {FINISHING}
SELECT "group", origin, bucket, pipeline, step, span_holds.stage, department, turn,
    bin_of(greatest(to_at - hold_from - 1, 0)) AS age_bin,
    CASE WHEN ended = 'handed_on' THEN to_stage END AS to_stage,
    CASE WHEN ended = 'handed_on' THEN coalesce(finishing.owner, to_department) END AS to_department,
    CASE WHEN to_stage = span_holds.stage THEN next_turn ELSE 0 END AS to_turn,
    sum(amount_out)::BIGINT AS amount, sum(amount)::BIGINT AS amount_held, count(*) AS count
FROM {_STEPPED} LEFT JOIN finishing ON finishing.stage = to_stage
    AND {OWNED_THEN.format(instant="to_at", tenure="finishing")}
WHERE ended = 'handed_on' OR (
    ended = 'pipeline_out' AND span_holds.stage IN (FROM earned) AND to_stage IN (FROM earned)
    -- what had finished goes from where it stands (hold -1), not from the hold of no length in between
    AND (hold = -1 OR span_holds.stage NOT IN (SELECT stage FROM finishing))
) GROUP BY ALL"""
# A loss without a recorded reason has no cause: whoever held the deal is not accused of it. Nor has what was withdrawn.
LOST = f""", {_CARRIED}
SELECT "group", origin, bucket, pipeline, step, from_stage AS stage,
    CASE WHEN NOT assumed THEN department END AS department, sum(amount)::BIGINT AS amount, count(*) AS count
FROM {_moved("kind IN ('lost', 'withdrawn', 'pipeline_out')")}
WHERE kind <> 'pipeline_out' OR NOT (from_stage IN (FROM earned) AND to_stage IN (FROM earned)) GROUP BY ALL"""
REVALUED = f""", {FINISHING}
SELECT "group", origin, bucket, pipeline, step, from_stage AS stage,
    CASE WHEN finishing.stage IS NULL THEN department ELSE tenures.owner END AS department,
    coalesce(writer, CASE WHEN tenures.dated THEN tenures.owner END) AS writer, sum(amount)::BIGINT AS amount
FROM {_moved("kind = 'revalued'")}
JOIN tenures ON tenures.stage = from_stage
    AND {OWNED_UNTIL_THEN.format(instant='moved."at"', tenure="tenures")}
LEFT JOIN (SELECT DISTINCT stage FROM finishing) AS finishing ON finishing.stage = from_stage
GROUP BY ALL"""
ENTERED = f""", came AS MATERIALIZED (
    FROM {_moved("kind IN ('entered', 'pipeline_in') OR (kind = 'reopened' AND from_stage IS NULL)")}
), first AS (
    SELECT opportunity, stage, hold_from, arg_min(department, hold) AS department
    FROM span_holds SEMI JOIN came ON came.opportunity = span_holds.opportunity
        AND came.to_stage = span_holds.stage AND came."at" = span_holds.hold_from
    GROUP BY opportunity, stage, hold_from
)
SELECT "group", origin, bucket, came.pipeline, step, to_stage AS stage, first.department,
    CASE WHEN kind <> 'pipeline_in' THEN source_department END AS source,
    sum(came.amount)::BIGINT AS amount, count(*) AS count
FROM came JOIN first
    ON first.opportunity = came.opportunity AND first.stage = to_stage AND first.hold_from = came."at"
GROUP BY ALL"""
TAKEN_BACK = f""", {_CARRIED}
SELECT "group", origin, bucket, pipeline, step, to_stage AS stage, NULL::INTEGER AS department,
    sum(amount)::BIGINT AS amount, count(*) AS count
FROM {_moved("kind = 'pipeline_in'")}
WHERE from_stage IN (FROM earned) AND to_stage IN (FROM earned) GROUP BY ALL"""
OPENING = """
SELECT "group", origin, bucket, pipeline, instant, stage, department, turn,
    bin_of(greatest(moment - hold_from - 1, 0)) AS age_bin, sum(amount)::BIGINT AS amount
FROM (SELECT *, unnest(range(moments_until(from_at), moments_until(to_at))) AS place FROM span_holds)
JOIN instants USING (place) GROUP BY ALL"""
