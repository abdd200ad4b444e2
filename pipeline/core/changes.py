"""What changed between two instants: every deal that was open, is open or ended in between falls in one bucket.

The earlier side is what was *known then*: events that had happened and were recorded before `since`. The later side
is everything known at `as_of`. So what was entered late does not rewrite the earlier figure; it is a change like any
other, with a bucket of its own. A deal is *open* in a stage before the first earning one of its pipeline.
"""

from dataclasses import dataclass
from datetime import date

import duckdb

from pipeline.core.buckets import BUCKETS, Bucket


@dataclass(frozen=True, kw_only=True)
class BucketTotal:
    """What one bucket does to the open pipeline: `difference` (minor units) and `deals_difference` add up.

    But for late entries, all deals of a bucket change the number of open deals alike: by one more, one less or not at
    all. deals: how many fall in it; amount: what they are worth now (the last known amount of those that ended).
    """

    key: str
    deals: int = 0
    difference: int = 0
    deals_difference: int = 0
    amount: int = 0

    @property
    def bucket(self) -> Bucket:
        """The kind of change this counts."""
        return BUCKETS[self.key]


@dataclass(frozen=True, kw_only=True)
class Changes:
    """The open pipeline then and now, in minor units and deals, and the buckets in their published rank; of rare ones
    those with a deal."""

    then: int
    then_deals: int
    now: int
    now_deals: int
    buckets: tuple[BucketTotal, ...]

    def bucket(self, key: str) -> BucketTotal:
        """The bucket of one key of BUCKETS; every key has one, empty or not. Raises KeyError for another key."""
        if key not in BUCKETS:
            raise KeyError(key)
        return next((bucket for bucket in self.buckets if bucket.key == key), BucketTotal(key=key))


@dataclass(frozen=True, kw_only=True)
class ChangedDeal:
    """One deal of a bucket: both sides of it, None where it was not known or not said. Without a stage now it was lost,
    or `withdrawn`."""

    opportunity: int
    difference: int
    amount_then: int | None
    amount_now: int
    stage_then: int | None
    stage_now: int | None
    close_then: date | None
    close_now: date | None
    withdrawn: bool


# Lost is stage -1 inside these texts, so that it is not mistaken for "not known then"; withdrawn is -2 in the events.
_SIDES = """
WITH rules AS (
    SELECT stage, pipeline,
        coalesce(position >= min(position) FILTER (earns) OVER (PARTITION BY pipeline), false) AS after
    FROM stages
), touched AS (
    SELECT DISTINCT opportunity FROM events WHERE "at" >= $since OR recorded_at >= $since
), rows AS (
    SELECT opportunity, number, coalesce(events.stage, -1) AS stage, amount, expected_close, "at", rules.pipeline,
        -- both dates: what happened earlier but was entered later was not known then
        "at" < $since AND recorded_at < $since AS known
    FROM events SEMI JOIN touched USING (opportunity) LEFT JOIN rules ON rules.stage = events.stage
), sides AS (
    SELECT opportunity, bool_or("at" >= $since) AS happened,
        arg_max(stage, number) FILTER (known) AS stage_then, arg_max(stage, number) AS stage_now,
        coalesce(arg_max(amount, number) FILTER (known), 0) AS amount_then,
        coalesce(arg_max(amount, number), 0) AS amount_now,
        arg_max(expected_close, number) FILTER (known) AS close_then, arg_max(expected_close, number) AS close_now,
        -- without a pipeline to look at, the comparison is null and every deal is in
        coalesce(arg_max(pipeline, number) FILTER (known AND pipeline IS NOT NULL) = $pipeline, true) AS in_then,
        coalesce(arg_max(pipeline, number) FILTER (pipeline IS NOT NULL) = $pipeline, true) AS in_now
    FROM rows GROUP BY opportunity
), states AS (
    SELECT sides.*,
        CASE WHEN stage_then IS NULL THEN 'unknown' WHEN stage_then = -1 THEN 'lost' WHEN stage_then = -2
            THEN 'withdrawn' WHEN t.after THEN 'won' ELSE 'open' END AS state_then,
        CASE WHEN stage_now = -1 THEN 'lost' WHEN stage_now = -2 THEN 'withdrawn' WHEN n.after THEN 'won'
            ELSE 'open' END AS state_now,
        coalesce(t.pipeline <> n.pipeline, false) AS crossed
    FROM sides LEFT JOIN rules t ON t.stage = stage_then LEFT JOIN rules n ON n.stage = stage_now
), compared AS (
    SELECT *, state_then = 'open' AND in_then AS was_open, state_now = 'open' AND in_now AS is_open,
        stage_then IS NOT DISTINCT FROM stage_now AND amount_then = amount_now
            AND close_then IS NOT DISTINCT FROM close_now AS same
    FROM states WHERE was_open OR is_open OR (state_then <> state_now AND in_now)
), placed AS (
    SELECT opportunity, CASE
            WHEN same THEN 'idle'
            WHEN NOT happened THEN 'late'
            WHEN NOT in_now THEN 'to_pipeline'
            WHEN state_now = 'won' THEN CASE WHEN was_open THEN 'won' ELSE 'came_won' END
            WHEN state_now = 'lost' THEN CASE WHEN was_open THEN 'lost' WHEN state_then = 'won' THEN 'lost_later'
                ELSE 'came_lost' END
            WHEN state_now = 'withdrawn' THEN CASE WHEN was_open THEN 'withdrawn' ELSE 'withdrawn_later' END
            WHEN state_then = 'unknown' THEN 'new'
            WHEN state_then = 'won' AND crossed OR state_then = 'open' AND NOT in_then THEN 'from_pipeline'
            WHEN state_then <> 'open' THEN 'reopened'
            WHEN crossed THEN 'to_pipeline'
            WHEN close_then > $last AND close_now <= $last THEN 'pulled_in'
            WHEN close_then <= $last AND close_now > $last THEN 'pushed_out'
            WHEN amount_now > amount_then THEN 'up'
            WHEN amount_now < amount_then THEN 'down'
            WHEN close_now < close_then THEN 'pulled_in'
            WHEN close_now > close_then THEN 'pushed_out'
            ELSE 'moved' END AS bucket,
        was_open, is_open, stage_then, stage_now, close_then, close_now, amount_now,
        CASE WHEN state_then <> 'unknown' THEN amount_then END AS amount_then,
        (CASE WHEN is_open THEN amount_now ELSE 0 END) - (CASE WHEN was_open THEN amount_then ELSE 0 END) AS difference
    FROM compared
    UNION ALL BY NAME
    -- most deals: without an event since then, the hold they are in says all there is to say
    SELECT opportunity, 'idle' AS bucket, true AS was_open, true AS is_open, holds.stage AS stage_then,
        holds.stage AS stage_now, amount AS amount_now, amount AS amount_then, 0 AS difference
    FROM holds JOIN rules USING (stage) ANTI JOIN touched USING (opportunity)
    WHERE to_at IS NULL AND NOT after AND coalesce(rules.pipeline = $pipeline, true)
)
"""


def changes_compute(
    connection: duckdb.DuckDBPyConnection, *, since: int, last: date, pipeline: int | None = None
) -> Changes:
    """The open pipeline known just before `since` (epoch seconds), that of now, and what lies between.

    last: the last day of the running fiscal quarter, which an expected close may be moved across. For the buckets:
    now - then = sum of differences, to the cent and to the deal. pipeline: the id of the only one that counts; a deal
    that went from it to another one left it by its whole amount, and came into the other by that of now, so the
    differences of all pipelines add up to those without one.
    """
    rows = connection.execute(
        f"""{_SIDES} SELECT bucket, count(*), sum(difference)::BIGINT, sum(is_open::INT - was_open::INT)::BIGINT,
            sum(amount_now)::BIGINT, coalesce(sum(amount_then) FILTER (was_open), 0)::BIGINT,
            sum(was_open::INT)::BIGINT, coalesce(sum(amount_now) FILTER (is_open), 0)::BIGINT,
            sum(is_open::INT)::BIGINT
        FROM placed GROUP BY bucket""",  # noqa: S608  (constants of this file; instants are parameters)
        {"since": since, "last": last, "pipeline": pipeline},
    ).fetchall()
    totals = {
        key: BucketTotal(key=key, deals=deals, difference=difference, deals_difference=more, amount=amount)
        for key, deals, difference, more, amount, *_ in rows
    }
    return Changes(
        then=sum(row[5] for row in rows),
        then_deals=sum(row[6] for row in rows),
        now=sum(row[7] for row in rows),
        now_deals=sum(row[8] for row in rows),
        buckets=tuple(
            totals.get(key, BucketTotal(key=key)) for key, bucket in BUCKETS.items() if key in totals or not bucket.rare
        ),
    )


def changed_deals(
    connection: duckdb.DuckDBPyConnection,
    *,
    since: int,
    last: date,
    bucket: str,
    pipeline: int | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[list[ChangedDeal], int]:
    """One page of the deals of a bucket, the largest difference first, then the largest amount; and how many in all.

    pipeline: as in changes_compute.
    """
    if bucket not in BUCKETS:
        raise ValueError(f"there is no bucket {bucket!r}")
    rows = connection.execute(
        f"""{_SIDES} SELECT opportunity, difference, amount_then, amount_now,
            CASE WHEN stage_then >= 0 THEN stage_then END, CASE WHEN stage_now >= 0 THEN stage_now END,
            close_then, close_now, stage_now = -2, count(*) OVER ()
        FROM placed WHERE bucket = $bucket ORDER BY abs(difference) DESC, amount_now DESC, opportunity
        LIMIT $limit OFFSET $offset""",  # noqa: S608
        {"since": since, "last": last, "bucket": bucket, "pipeline": pipeline, "limit": limit, "offset": offset},
    ).fetchall()
    deals = [
        ChangedDeal(
            opportunity=row[0],
            difference=row[1],
            amount_then=row[2],
            amount_now=row[3],
            stage_then=row[4],
            stage_now=row[5],
            close_then=row[6],
            close_now=row[7],
            withdrawn=row[8],
        )
        for row in rows
    ]
    return deals, rows[0][9] if rows else 0
