"""Flows of one span of time by bucket of deals: what the contribution model reads.

Steps may be any cut of the span (weeks from its first day, or all of it as one), because periods do not start on
Mondays and a baseline needs no weeks. Works on the same connection as `leaks`: visits, holds, moves, opportunities,
stages, in memory or over Parquet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self
from uuid import uuid4

import duckdb
import pyarrow as pa

from pipeline.core.flows.entry_amounts import ENTRY_AMOUNTS, IN_SPAN
from pipeline.core.flows.standing import FINISHING, standing_of
from pipeline.core.leaks.earned import STAGE_RULES
from pipeline.core.leaks.period import Filters, Period
from pipeline.core.tenures import OWNED_THEN, OWNED_UNTIL_THEN
from pipeline.core.weeks import AGE_BIN_STARTS

_FOREVER = 2**62
AMOUNT_BAND = "amount_band"
"""What deals can be grouped by beside their columns: the quarter of all deals, by the amount they entered with."""
FINE_PARTS = 6
FINE_BUCKET = f"(40 * (hash(opportunity) % {FINE_PARTS}) + bucket)::INTEGER"
"""Every bucket cut in six: deals fall into 240 of them, and a number modulo 40 is the bucket itself."""
_BANDS = f"""(
    SELECT opportunity, ntile(4) OVER (ORDER BY amount_in, opportunity) AS {AMOUNT_BAND} FROM visits WHERE first_entry
)"""


@dataclass(frozen=True, kw_only=True)
class PeriodFlows:
    """Long tables of a span.

    Each has `group` (value of the grouping attribute), `origin` (department of the deal's source; null where unknown
    or not asked for), `bucket`, `pipeline`, and amounts in minor units. `turn` counts a department's holds of a deal
    within one visit, from 0. A deal that finished stands in the custody (last stage, its owner, turn 0) until it is
    lost or comes back: held, opening, and handed_on where it comes back. Owners are those of the time; what falls to
    another with the stage is no hand-on: from then on it is held there, and no longer here.

    held: step, stage, department, turn, age_bin, amount_days (float).
    handed_on: step, stage, department, turn, age_bin, to_stage?, to_department?, to_turn, amount, amount_held,
        count. amount_held: before what was changed at the instant of the hand-on. Without a stage it went to another
        pipeline, earned in both.
    lost: step, stage, department? (the cause; null where no reason was recorded, and for what was withdrawn or went to
        another pipeline without standing earned in both), amount, count.
    revalued: step, stage, department (who held it), writer? (department of who changed it; where nobody is
        named and the stage had several owners, its owner then), amount.
    entered: step, stage, department (first custody), source? (department; null for what came from another
        pipeline), amount, count; what was lost and came back enters again.
    taken_back: step, stage, department? (null: nobody), amount, count: of what entered, what had been earned in the
        pipeline it came from.
    opening: instant (number), stage, department, turn, age_bin, amount.
    entry_amounts: step, writer (department), source? (department), fresh, amount, corrected, count: see the module
        of that name.
    """

    held: pa.Table
    handed_on: pa.Table
    lost: pa.Table
    revalued: pa.Table
    entered: pa.Table
    taken_back: pa.Table
    opening: pa.Table
    entry_amounts: pa.Table


def period_flows(
    connection: duckdb.DuckDBPyConnection,
    *,
    steps: Sequence[int],
    openings: Sequence[int],
    as_of: int,
    group: str = "segment",
    ungrouped: Sequence[int] = (),
    unsourced: Sequence[int] | None = None,
    filters: Filters | None = None,
    bucket: str = "bucket",
) -> PeriodFlows:
    """Sum custody over the steps [steps[i], steps[i + 1]) in epoch seconds, and stock at the `openings`.

    `group` is a column of opportunities or `AMOUNT_BAND`; deals of the `ungrouped` pipelines are one group, ''. Unless
    `unsourced` is None, rows are also told apart by the department of the deal's source, but for those pipelines. What
    lies after `as_of` is not known: the last step then ends there. bucket: the deal's own, or `FINE_BUCKET`.
    """
    span = Period(connection=connection, start=steps[0], end=steps[-1], as_of=as_of, filters=filters or {})
    with SpanQuery(
        span, steps, openings, group=group, ungrouped=ungrouped, unsourced=unsourced, bucket=bucket
    ) as query:
        return query.flows(held=query.run(HELD), fresh=IN_SPAN)


class SpanQuery:
    """Small tables of steps, bins and instants, as SQL values in front of each query; and the holds of the span with
    what is asked of them, picked once into a table that lives as long as the block."""

    def __init__(
        self,
        span: Period,
        steps: Sequence[int],
        openings: Sequence[int],
        *,
        group: str,
        ungrouped: Sequence[int],
        unsourced: Sequence[int] | None,
        bucket: str = "bucket",
    ) -> None:
        if list(steps) != sorted(set(steps)) or len(steps) < 2:
            raise ValueError("steps need at least two rising instants")
        self.span = span
        bins = [int(edge) for edge in AGE_BIN_STARTS]
        self.tables: dict[str, list[tuple[int, ...]]] = {
            "steps(step, low, high)": [
                # the instant of as_of itself is still known, like in `leaks`
                (number, low, min(high, span.as_of + 1))
                for number, (low, high) in enumerate(pairwise(steps))
            ],
            "bins(age_bin, low, high)": [
                (number, low, high) for number, (low, high) in enumerate(zip(bins, [*bins[1:], _FOREVER], strict=True))
            ],
            "instants(instant, moment)": list(enumerate(openings)),
        }
        columns = [*span.connection.table("opportunities").columns, AMOUNT_BAND]
        if group not in columns:
            raise ValueError(f"opportunities have no column {group!r} to group by")
        self.group = _unless(ungrouped, "''", f"coalesce(\"{group}\"::VARCHAR, '')")
        self.origin = "NULL::INTEGER" if unsourced is None else _unless(unsourced, "NULL", "source_department")
        self.bucket = bucket
        self.bands = f"LEFT JOIN {_BANDS} USING (opportunity)" if group == AMOUNT_BAND else ""
        self.reach = {"from": min([steps[0], *openings]), "until": max([span.close, *openings])}
        # in the last bin all the time
        self.reach["ripe"] = self.reach["from"] - bins[-1] - 1
        self.holds = f"span_holds_{uuid4().hex}"

    def __enter__(self) -> Self:
        self.span.keep(self.holds, self._prefix() + _SPAN_HOLDS, **self.reach)
        return self

    def __exit__(self, *problem: object) -> None:
        self.span.connection.execute(f"DROP TABLE IF EXISTS {self.holds}")

    def flows(self, *, held: pa.Table, fresh: str) -> PeriodFlows:
        """All tables. held: the one of amount-days. fresh: what `ENTRY_AMOUNTS` says of when a deal entered."""
        return PeriodFlows(
            held=held,
            handed_on=self.run(_HANDED_ON),
            lost=self.run(_LOST),
            revalued=self.run(_REVALUED),
            entered=self.run(_ENTERED),
            taken_back=self.run(_TAKEN_BACK),
            opening=self.run(_OPENING),
            entry_amounts=self.run(ENTRY_AMOUNTS.format(fresh=fresh)),
        )

    def run(self, query: str) -> pa.Table:
        """The rows of a query over `span_holds` and the small tables in front of it."""
        return self.span.table(f"{self._prefix()}, span_holds AS (FROM {self.holds}) {query}")

    def _prefix(self) -> str:
        values = ", ".join(
            f"{name} AS ({'VALUES ' + ', '.join(map(str, rows)) if rows else 'SELECT 0, 0 WHERE false'})"
            for name, rows in self.tables.items()
        )
        # the column was checked against the table; a group is text, whatever the attribute's type
        return (
            f', {values}, deals AS (SELECT opportunity, {self.bucket} AS bucket, {self.group} AS "group", '
            f"{self.origin} AS origin, source_department FROM opportunities {self.bands})"
        )


# What is held at some time of the span, its deal's group and bucket, and the turns of who holds it and who is next.
# Two holds in a row are never the same department's, so only a third hold can be somebody's second turn.
def _unless(pipelines: Sequence[int], there: str, column: str) -> str:
    """SQL: something else than the column in some pipelines."""
    return (
        f"CASE WHEN pipeline IN ({', '.join(map(str, map(int, pipelines)))}) THEN {there} ELSE {column} END"
        if (pipelines)
        else column
    )


# Finished deals stand in a custody of the last stage's owner.
_SPAN_HOLDS = f""", {standing_of(visits="chosen_visits", holds="chosen_holds", moves="chosen_moves")}, stood AS (
    SELECT *, hold_from <= $ripe AND from_at < $from AND (to_at IS NULL OR to_at >= $until) AS throughout
    FROM standing WHERE from_at < $until AND (to_at IS NULL OR to_at >= $from)
), picked AS MATERIALIZED (
    FROM chosen_holds WHERE from_at < $until AND (to_at IS NULL OR to_at >= $from)
), later_turns AS MATERIALIZED (
    SELECT opportunity, visit, hold, turn FROM (
        SELECT opportunity, visit, hold,
            row_number() OVER (PARTITION BY opportunity, visit, department ORDER BY hold) - 1 AS turn
        FROM (
            SELECT DISTINCT opportunity, visit, hold, department FROM chosen_holds
            SEMI JOIN (SELECT opportunity, visit FROM picked WHERE hold >= 1) USING (opportunity, visit)
        )
    ) WHERE turn > 0
)
SELECT picked.*, "group", origin, bucket, coalesce(own.turn, 0) AS turn, coalesce(taker.turn, 0) AS next_turn
FROM picked JOIN deals USING (opportunity)
LEFT JOIN later_turns AS own USING (opportunity, visit, hold)
LEFT JOIN later_turns AS taker ON taker.opportunity = picked.opportunity
    AND taker.visit = picked.visit AND taker.hold = picked.hold + 1
UNION ALL BY NAME
SELECT stood.*, "group", origin, bucket, 0 AS turn, 0 AS next_turn FROM stood JOIN deals USING (opportunity)
WHERE NOT throughout
UNION ALL BY NAME
-- what finished long ago and stays does not move between steps and bins: most of what stands, as few rows
SELECT "group", origin, bucket, pipeline, stage, department, any_value($ripe) AS hold_from, any_value($ripe) AS from_at,
    sum(amount)::BIGINT AS amount, 'open' AS ended, 0 AS turn, 0 AS next_turn
FROM stood JOIN deals USING (opportunity) WHERE throughout GROUP BY ALL"""
_MOVE_STEP = 'JOIN steps ON chosen_moves."at" >= steps.low AND chosen_moves."at" < steps.high'
# The last step that begins before: one sorted pass, since steps follow each other without a gap.
_STEPPED = "(SELECT span_holds.*, step FROM span_holds ASOF JOIN steps ON to_at >= low WHERE to_at < high)"
HELD = """
SELECT "group", origin, bucket, pipeline, step, stage, department, turn, age_bin,
    sum(amount * seconds::DOUBLE) / 86400 AS amount_days
FROM (
    SELECT "group", origin, bucket, pipeline, stage, department, turn, step, age_bin, amount,
        least(coalesce(to_at, $horizon), steps.high, hold_from + bins.high)
            - greatest(from_at, steps.low, hold_from + bins.low) AS seconds
    FROM span_holds
    JOIN steps ON from_at < steps.high AND coalesce(to_at, $horizon) > steps.low
    JOIN bins ON coalesce(to_at, $horizon) - hold_from > bins.low AND from_at - hold_from < bins.high
)
WHERE seconds > 0 GROUP BY ALL"""
# Nobody is charged with a move to another pipeline. Earned money that stays earned is handed on to outside; everything
# else is off the books here without a cause, and enters there as what nobody's source brought.
_CARRIED = f"""{STAGE_RULES}, earned AS (SELECT stage FROM rules WHERE after_earning)"""
_HANDED_ON = f""", {_CARRIED}, {FINISHING}
SELECT "group", origin, bucket, pipeline, step, span_holds.stage, department, turn, age_bin,
    CASE WHEN ended = 'handed_on' THEN to_stage END AS to_stage,
    CASE WHEN ended = 'handed_on' THEN coalesce(finishing.owner, to_department) END AS to_department,
    CASE WHEN to_stage = span_holds.stage THEN next_turn ELSE 0 END AS to_turn,
    sum(amount_out)::BIGINT AS amount, sum(amount)::BIGINT AS amount_held, count(*) AS count
FROM {_STEPPED} AS span_holds LEFT JOIN finishing ON finishing.stage = to_stage
    AND {OWNED_THEN.format(instant="to_at", tenure="finishing")}
JOIN bins ON greatest(to_at - hold_from - 1, 0) >= bins.low AND greatest(to_at - hold_from - 1, 0) < bins.high
WHERE ended = 'handed_on' OR (
    ended = 'pipeline_out' AND span_holds.stage IN (FROM earned) AND to_stage IN (FROM earned)
    -- what had finished goes from where it stands (hold -1), not from the hold of no length in between
    AND (hold = -1 OR span_holds.stage NOT IN (SELECT stage FROM finishing))
) GROUP BY ALL"""
# A loss without a recorded reason has no cause: whoever held the deal is not accused of it. Nor has what was withdrawn.
_LOST = f""", {_CARRIED}
SELECT "group", origin, bucket, pipeline, step, from_stage AS stage,
    CASE WHEN NOT assumed THEN department END AS department, sum(amount)::BIGINT AS amount, count(*) AS count
FROM chosen_moves {_MOVE_STEP} JOIN deals USING (opportunity) WHERE kind IN ('lost', 'withdrawn')
    OR (kind = 'pipeline_out' AND NOT (from_stage IN (FROM earned) AND to_stage IN (FROM earned))) GROUP BY ALL"""
_REVALUED = f""", {FINISHING}
SELECT "group", origin, bucket, pipeline, step, from_stage AS stage,
    CASE WHEN finishing.stage IS NULL THEN department ELSE tenures.owner END AS department,
    coalesce(writer, CASE WHEN tenures.dated THEN tenures.owner END) AS writer, sum(amount)::BIGINT AS amount
FROM chosen_moves {_MOVE_STEP} JOIN deals USING (opportunity)
JOIN tenures ON tenures.stage = from_stage
    AND {OWNED_UNTIL_THEN.format(instant='chosen_moves."at"', tenure="tenures")}
LEFT JOIN (SELECT DISTINCT stage FROM finishing) AS finishing ON finishing.stage = from_stage
WHERE kind = 'revalued' GROUP BY ALL"""
_ENTERED = f"""
SELECT "group", origin, bucket, chosen_moves.pipeline, step, to_stage AS stage, first.department,
    CASE WHEN kind <> 'pipeline_in' THEN source_department END AS source,
    sum(chosen_moves.amount)::BIGINT AS amount, count(*) AS count
FROM chosen_moves {_MOVE_STEP} JOIN deals USING (opportunity)
JOIN (
    SELECT opportunity, stage, hold_from, arg_min(department, hold) AS department
    FROM span_holds GROUP BY opportunity, stage, hold_from
) AS first
    ON first.opportunity = chosen_moves.opportunity AND first.stage = to_stage AND first.hold_from = chosen_moves."at"
WHERE kind IN ('entered', 'pipeline_in') OR (kind = 'reopened' AND from_stage IS NULL) GROUP BY ALL"""
_TAKEN_BACK = f""", {_CARRIED}
SELECT "group", origin, bucket, pipeline, step, to_stage AS stage, NULL::INTEGER AS department,
    sum(amount)::BIGINT AS amount, count(*) AS count
FROM chosen_moves {_MOVE_STEP} JOIN deals USING (opportunity)
WHERE kind = 'pipeline_in' AND from_stage IN (FROM earned) AND to_stage IN (FROM earned) GROUP BY ALL"""
_OPENING = """
SELECT "group", origin, bucket, pipeline, instant, stage, department, turn, age_bin, sum(amount)::BIGINT AS amount
FROM span_holds
JOIN instants ON from_at < instants.moment AND (to_at IS NULL OR to_at >= instants.moment)
JOIN bins ON greatest(instants.moment - hold_from - 1, 0) >= bins.low
    AND greatest(instants.moment - hold_from - 1, 0) < bins.high
GROUP BY ALL"""
