"""Amount-days between many edges: by hand, and as a query that cuts every hold at every edge."""

from itertools import pairwise

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.flows.amount_days import HOLDS, amount_days
from pipeline.core.flows.period_flows import SpanQuery
from pipeline.core.leaks.period import Period
from pipeline.core.weeks import AGE_BIN_STARTS
from tests.core.flows.test_period_flows import same, sums
from tests.core.strategies import companies, connection_of, custody_of, thorough

DAY = 86_400
CUT_AT_EVERY_EDGE = """, steps(step, low, high) AS (VALUES {steps}), bins(age_bin, low, high) AS (VALUES {bins})
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
EDGES = (0, 7 * DAY, 14 * DAY, 21 * DAY)
CELL = {"group": "a", "origin": None, "bucket": 0, "pipeline": 1, "stage": 1, "department": 1, "turn": 0}


def held(*holds, as_of=21 * DAY, edges=EDGES):
    """(group, age bin, step) -> amount-days of holds (begun, until, amount) of one cell, or of another group."""
    names = [*CELL, "hold_from", "from_at", "to_at", "amount"]
    rows = [
        CELL | {"group": group, "hold_from": begun, "from_at": begun, "to_at": until, "amount": amount}
        for group, begun, until, amount in holds
    ]
    kinds = [pa.string(), *[pa.int64()] * (len(names) - 1)]
    table = pa.table(
        {name: pa.array([row[name] for row in rows], kind) for name, kind in zip(names, kinds, strict=True)}
    )
    found = amount_days(table, edges, as_of).to_pylist()
    return {(row["group"], row["age_bin"], row["step"]): row["amount_days"] for row in found}


def test_a_hold_grows_older_from_bin_to_bin_and_from_step_to_step():
    # From day 5 to day 8: a day in each of the first three age bins, the last of them in the second week.
    assert held(("a", 5 * DAY, 8 * DAY, 10)) == {("a", 0, 0): 10.0, ("a", 1, 0): 10.0, ("a", 2, 1): 10.0}


def test_what_stands_for_years_is_there_in_every_step():
    assert held(("a", -400 * DAY, None, 2)) == {("a", 15, step): 14.0 for step in range(3)}


def test_what_is_still_held_counts_up_to_what_is_known():
    assert held(("a", 13 * DAY, None, 4), as_of=15 * DAY) == {("a", 0, 1): 4.0, ("a", 1, 2): 4.0}


def test_groups_are_apart_and_nothing_is_no_row():
    both = held(
        ("b", 0, DAY, 1), ("a", 0, DAY, 3), ("a", 0, DAY, 5), ("c", 3 * DAY, 3 * DAY, 7), ("d", DAY, DAY * 2, 0)
    )
    assert both == {("a", 0, 0): 8.0, ("b", 0, 0): 1.0}


def test_sums_beyond_64_bits_are_whole():
    # 2^61 for 21 days is more seconds than 64 bits hold; an odd amount beside it is lost in the last bit alone.
    large = 2**61
    assert held(("a", -400 * DAY, None, large), ("a", -400 * DAY, None, 1))["a", 15, 0] == float(7 * large)
    assert held(("a", -400 * DAY, -399 * DAY, large), ("a", 0, DAY, 6)) == {("a", 0, 0): 6.0}


def test_no_holds_are_no_rows():
    assert held() == {}


@thorough
@given(companies(most=6), st.data())
def test_it_is_what_cutting_every_hold_at_every_edge_gives(company, data):
    starts = [*company.weeks()["starts"].to_pylist(), company.as_of + 1, company.as_of + DAY]
    edges = data.draw(st.lists(st.sampled_from(starts), min_size=2, unique=True).map(sorted))
    span = Period(
        connection=connection_of(custody_of(company), company), start=edges[0], end=edges[-1], as_of=company.as_of
    )
    ages = [*AGE_BIN_STARTS.tolist(), 2**62]
    steps = [(number, low, min(high, span.as_of + 1)) for number, (low, high) in enumerate(pairwise(edges))]
    bins = [(number, low, high) for number, (low, high) in enumerate(pairwise(ages))]
    with SpanQuery(span, edges, edges[:1], group="segment", ungrouped=(), unsourced=()) as query:
        cut = query.run(CUT_AT_EVERY_EDGE.format(steps=str(steps)[1:-1], bins=str(bins)[1:-1]))
        summed = amount_days(query.run(HOLDS), edges, company.as_of)
    keys = [name for name in cut.column_names if name != "amount_days"]
    assert same(sums(summed, keys, "amount_days"), sums(cut, keys, "amount_days"))
