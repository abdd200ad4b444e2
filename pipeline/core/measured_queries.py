"""How each measured figure is counted: one query a figure, for all its departments, stages and weeks at once.

The connection has holds, moves, visits, stages (see Custody), and

    measured_weeks  week (0, 1, ...), starts, ends: epoch seconds; whole weeks without a gap
    wanted          place, department?, stage?: what is asked for; the answer names it by its place
    answers         hand-offs: opportunity, department, requested_at, completed_at?, due_at?, outcome (seconds, text)

Every query gives (place, week, value). Something at the very start of a week belongs to it. Stock is what is there
just before the week's end.
"""

from pipeline.core.leaks.earned import STAGE_RULES, bookings_of

_MOVES_IN_WEEK = """
SELECT week, moves.* FROM moves ASOF JOIN measured_weeks ON "at" >= starts WHERE "at" < ends
"""

ENTERED_COUNT = f"""
SELECT place, week, count(*) FROM ({_MOVES_IN_WEEK}) JOIN wanted USING (department)
WHERE kind = 'entered' GROUP BY place, week
"""
ENTERED_AMOUNT = f"""
SELECT place, week, sum(amount) FROM ({_MOVES_IN_WEEK}) JOIN wanted USING (department)
WHERE kind = 'entered' GROUP BY place, week
"""
# The first step forward of a deal, booked on the department whose source brought it.
ACCEPTED = """
WITH accepted AS (
    SELECT opportunity, min("at") FILTER (kind IN ('advanced', 'won')) AS "at",
        arg_min(department, "at") FILTER (kind = 'entered') AS department
    FROM moves WHERE kind IN ('entered', 'advanced', 'won') GROUP BY opportunity
)
SELECT place, week, count(*) FROM accepted JOIN wanted USING (department) ASOF JOIN measured_weeks ON "at" >= starts
WHERE "at" < ends GROUP BY place, week
"""
LOST_COUNT = f"""
SELECT place, week, count(*) FROM ({_MOVES_IN_WEEK}) JOIN wanted USING (department)
WHERE kind = 'lost' AND NOT assumed GROUP BY place, week
"""
LOST_AMOUNT = f"""
SELECT place, week, sum(amount) FROM ({_MOVES_IN_WEEK}) JOIN wanted USING (department)
WHERE kind = 'lost' AND NOT assumed GROUP BY place, week
"""
REVALUED = f"""
SELECT place, week, sum(amount) FROM ({_MOVES_IN_WEEK}) JOIN wanted USING (department)
WHERE kind = 'revalued' GROUP BY place, week
"""
# As in the totals of the leak map.
_WON = f"""
WITH in_week AS ({_MOVES_IN_WEEK}), {bookings_of("in_week")}
SELECT place, week, {{value}} FROM bookings CROSS JOIN wanted WHERE booked IN ({{booked}}) GROUP BY place, week
"""
WON_AMOUNT = _WON.format(value="sum(revenue)", booked="'won', 'raised'")
WON_COUNT = _WON.format(value="count(*)", booked="'won'")
CHURN = f"""
WITH {STAGE_RULES}
SELECT place, week, sum(amount) FROM ({_MOVES_IN_WEEK}) JOIN rules ON rules.stage = from_stage CROSS JOIN wanted
WHERE kind = 'lost' AND after_earning GROUP BY place, week
"""
CHURN_CAUSED = f"""
WITH {STAGE_RULES}
SELECT place, week, sum(amount) FROM ({_MOVES_IN_WEEK}) JOIN rules ON rules.stage = from_stage
JOIN wanted USING (department)
WHERE kind = 'lost' AND NOT assumed AND after_earning GROUP BY place, week
"""
# A hold's length from its first piece to the hand-on; deals lost or finished in somebody's hands were not handed on.
_HOLD_DAYS = """
SELECT place, week, quantile_cont(to_at - hold_from, {quantile}) / 86400.0
FROM holds JOIN wanted USING (stage, department) ASOF JOIN measured_weeks ON to_at >= starts
WHERE ended = 'handed_on' AND to_at < ends GROUP BY place, week
"""
MEDIAN_HOLD_DAYS = _HOLD_DAYS.format(quantile=0.5)
P90_HOLD_DAYS = _HOLD_DAYS.format(quantile=0.9)
# A hand-off counts at each week's end from its request until it is answered or its deal is over, whichever is first;
# a deal that is lost and reopened later does not wait in between.
_OPEN = """
WITH over AS (
    SELECT opportunity, CASE WHEN bool_or(left_at IS NULL) THEN NULL ELSE max(left_at) END AS over_at
    FROM visits GROUP BY opportunity
), lasting AS (
    SELECT place, opportunity, due_at, requested_at,
        -- the largest BIGINT stands for "not yet"
        least(coalesce(completed_at, 9223372036854775807), coalesce(over_at, 9223372036854775807)) AS until
    FROM answers JOIN wanted USING (department) JOIN over USING (opportunity)
), ends AS (
    SELECT place, opportunity, due_at, week, ends FROM lasting JOIN measured_weeks
    ON requested_at < ends AND until >= ends
)
SELECT place, week, count(*) FROM ends ASOF JOIN visits
ON ends.opportunity = visits.opportunity AND ends.ends > visits.entered_at
WHERE (left_at IS NULL OR left_at >= ends) {condition} GROUP BY place, week
"""
QUEUE = _OPEN.format(condition="")
OVERDUE = _OPEN.format(condition="AND due_at < ends")
RETURNED_SHARE = """
SELECT place, week, 100.0 * avg((outcome IN ('returned', 'rejected'))::INTEGER)
FROM answers JOIN wanted USING (department) ASOF JOIN measured_weeks ON completed_at >= starts
WHERE completed_at < ends AND outcome <> 'cancelled' GROUP BY place, week
"""
# By the week in which the answer was due, so that what was never answered counts too and the figure never moves.
ON_TIME_SHARE = """
SELECT place, week, 100.0 * avg((completed_at IS NOT NULL AND completed_at <= due_at)::INTEGER)
FROM answers JOIN wanted USING (department) ASOF JOIN measured_weeks ON due_at >= starts
WHERE due_at < ends AND outcome <> 'cancelled' GROUP BY place, week
"""
# Any stage: what a department's hand-ons took in the week, for comparison with its measurables.
WAIT_DAYS = """
SELECT place, week, avg(to_at - hold_from) / 86400.0
FROM holds JOIN wanted USING (department) ASOF JOIN measured_weeks ON to_at >= starts
WHERE ended = 'handed_on' AND to_at < ends GROUP BY place, week
"""
