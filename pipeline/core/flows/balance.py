"""The flow identity: nothing enters or leaves a stage unseen, to the cent."""

import pyarrow as pa

from departments.core.engine import engine


def balance_rows(flows: pa.Table, stages: pa.Table) -> pa.Table:
    """Where the identity fails: pipeline, segment, stage, position, week, amount_error, count_error; worst first.

    error = opening + entered + reopened + moved in + revalued - moved out - lost - withdrawn - finished - next opening
    (with what came from other pipelines among the first and what went to them among the last),
    per pipeline, segment, stage and week. The first week of the table may open with a stock that was not seen to come;
    in its last week, the one after the horizon, only the opening is known.
    """
    with engine() as connection:
        connection.register("flows", flows)
        connection.register("stages", stages)
        return connection.sql(_IMBALANCE).to_arrow_table()


def balance_error(flows: pa.Table, stages: pa.Table) -> int:
    """The largest absolute imbalance in minor units or deals over all stages, segments and weeks; 0 = balanced."""
    rows = balance_rows(flows, stages)
    return max((abs(int(e)) for name in ("amount_error", "count_error") for e in rows[name].to_pylist()), default=0)


_IMBALANCE = """
WITH signed AS (
    SELECT week, pipeline, segment, stage, amount, count FROM flows
    WHERE kind IN ('opening', 'entered', 'reopened', 'pipeline_in')
    UNION ALL
    SELECT week, pipeline, segment, stage, amount, 0 FROM flows WHERE kind = 'revalued'
    UNION ALL
    SELECT week, pipeline, segment, stage, -amount, -count FROM flows
    WHERE kind IN ('advanced', 'returned', 'won', 'lost', 'withdrawn', 'finished', 'pipeline_out')
    UNION ALL
    SELECT week, pipeline, segment, to_stage, amount, count FROM flows WHERE kind IN ('advanced', 'returned', 'won')
    UNION ALL
    SELECT (week - INTERVAL 7 DAY)::DATE, pipeline, segment, stage, -amount, -count FROM flows WHERE kind = 'opening'
),
bounds AS (
    -- where nothing is left open at the horizon, the last week has moves and must come to nothing
    SELECT min(week) AS first, max(week) AS last, max(week) FILTER (kind != 'opening') AS last_moved FROM flows
),
errors AS (
    SELECT pipeline, segment, stage, week, sum(amount) AS amount_error, sum(count) AS count_error
    FROM signed, bounds
    WHERE week >= bounds.first AND (week < bounds.last OR week = bounds.last_moved)
    GROUP BY pipeline, segment, stage, week
    HAVING sum(amount) != 0 OR sum(count) != 0
)
SELECT errors.pipeline, segment, errors.stage, position, week,
    amount_error::DECIMAL(38, 0) AS amount_error, count_error::DECIMAL(38, 0) AS count_error
FROM errors LEFT JOIN stages ON stages.stage = errors.stage
ORDER BY greatest(abs(amount_error), abs(count_error)) DESC, week, errors.stage, segment
"""
