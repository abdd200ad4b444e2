"""The sums of the weekly roll-up in DuckDB, over keys that the modules flows and exposure put together.

Sums of products are HUGEINT: exact in any order. Sizes of the key's parts are variables of the connection.
Numbers of kinds are those of FLOW_KINDS, the first of which are those of moves.
"""

# n = deals, a = amount, s = seconds, m = amount x seconds; in a point's row the instant counts down to its week's end
STEPS = """
CREATE TEMP TABLE point_sums AS
SELECT key // getvariable('targets') AS place, key % getvariable('targets') AS target, n, a, s, m, out
FROM (
    SELECT key, sum(n) AS n, sum(a) AS a, sum(n::INTEGER * o) AS s, sum({product}) AS m, sum(out) AS out
    FROM points GROUP BY key
);
CREATE TEMP TABLE steps AS
WITH start_sums AS (
    SELECT key, sum(n)::BIGINT AS n, sum(a)::BIGINT AS a, sum(n::INTEGER * o)::BIGINT AS s, sum({product}) AS m
    FROM starts GROUP BY key
), spans AS (
    SELECT key // (getvariable('slots') * getvariable('bins')) AS holder,
        key // getvariable('bins') % getvariable('slots') AS slot,
        unnest(range(key % getvariable('bins') + 1)) AS age_bin, n, a, s, m
    FROM start_sums WHERE n != 0 OR a != 0 OR s != 0 OR m != 0
), cuts AS (
    SELECT holder, week, spans.age_bin, sum(n)::BIGINT AS n, sum(a)::BIGINT AS a, sum(n * ahead - s)::BIGINT AS s,
        sum(a::HUGEINT * ahead - m) AS m
    FROM spans JOIN slots ON slots.place = spans.slot * getvariable('bins') + spans.age_bin GROUP BY ALL
), signed AS (
    SELECT holder, week, age_bin, n, a, s, m FROM cuts
    UNION ALL
    SELECT holder, week, age_bin - 1, -n, -a, -s, -m FROM cuts WHERE age_bin > 0
    UNION ALL
    SELECT place // (getvariable('weeks') * getvariable('bins')), place // getvariable('bins') % getvariable('weeks'),
        place % getvariable('bins'), n, a, s, m
    FROM point_sums
)
SELECT holder, week, age_bin, sum(n)::BIGINT AS n, sum(a)::BIGINT AS a, sum(s)::HUGEINT AS s, sum(m)::HUGEINT AS m
FROM signed GROUP BY ALL
"""
# within these bounds amount x seconds of one row (less than eight days, with a change of clocks) fits 64 bits, which is
# twice as fast; the sums are wide anyway
NARROW_PRODUCT, WIDE_PRODUCT, NARROW_LIMIT = "a * o", "a::HUGEINT * o", 2**63 // (8 * 86_400)

ROLL_UP = """
WITH moved_sums AS (SELECT key, sum(amount) AS amount, count(*) AS count FROM moved GROUP BY key),
reached_sums AS (SELECT key, sum(amount) AS amount, count(*) AS count FROM reached GROUP BY key),
summed AS (
    SELECT key % getvariable('weeks') AS week, key // getvariable('weeks') % getvariable('kinds') AS kind,
        key // getvariable('weeks') // getvariable('kinds') % getvariable('stages') AS target_stage,
        key // getvariable('weeks') // getvariable('kinds') // getvariable('stages') AS holder,
        0 AS target_department, NULL::SMALLINT AS age_bin, amount, count,
        0::HUGEINT AS amount_seconds, 0::HUGEINT AS deal_seconds
    FROM moved_sums
    UNION ALL BY NAME
    -- 11 to 14 are what FLOW_KINDS has after the moves: reached, handed_on, held, opening
    SELECT key % getvariable('weeks') AS week, 11 AS kind, key // getvariable('weeks') AS holder, amount, count
    FROM reached_sums
    UNION ALL BY NAME
    SELECT place // (getvariable('weeks') * getvariable('bins')) AS holder,
        place // getvariable('bins') % getvariable('weeks') AS week, 12 AS kind, place % getvariable('bins') AS age_bin,
        (target - 1) // getvariable('departments') + 1 AS target_stage,
        (target - 1) % getvariable('departments') AS target_department, out AS amount, -n AS count
    FROM point_sums WHERE target > 0
    UNION ALL BY NAME
    SELECT holder, week, age_bin, 13 AS kind, sum(m) AS amount_seconds, sum(s) AS deal_seconds
    FROM (
        SELECT holder, week, age_bin, s, m FROM steps
        UNION ALL
        SELECT holder, week, age_bin, n * seconds, a::HUGEINT * seconds FROM stock JOIN lengths USING (week)
    ) GROUP BY ALL HAVING sum(s) != 0
    UNION ALL BY NAME
    SELECT holder, week, 14 AS kind, sum(a) AS amount, sum(n) AS count FROM stock
    GROUP BY holder, week HAVING sum(n) != 0
)
SELECT weeks.week, cells.pipeline, cells.segment, cells.stage, kinds.kind,
    holding.department, targets.stage AS to_stage, receiving.department AS to_department,
    age_bin::SMALLINT AS age_bin, coalesce(amount, 0)::BIGINT AS amount, coalesce(count, 0)::BIGINT AS count,
    coalesce(amount_seconds, 0)::DECIMAL(38, 0) AS amount_seconds, coalesce(deal_seconds, 0)::BIGINT AS deal_seconds,
    cells.bucket
FROM summed
JOIN weeks ON weeks.number = summed.week
JOIN cells ON cells.cell = summed.holder // getvariable('departments')
JOIN kinds ON kinds.number = summed.kind
LEFT JOIN departments AS holding ON holding.number = summed.holder % getvariable('departments')
LEFT JOIN departments AS receiving ON receiving.number = summed.target_department
LEFT JOIN targets ON targets.number = summed.target_stage
"""
