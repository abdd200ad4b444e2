"""Flows, balance and leaks of a deal worked out by hand, and of a company large enough to overflow small numbers."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from pipeline.core.custody.custody import CustodyInput, custody_compute
from pipeline.core.flows.balance import balance_error, balance_rows
from pipeline.core.flows.flows import flows_compute
from pipeline.core.leaks.leaks import Figure, deals_of_cell, leaks_compute
from tests.bench.bench_custody import company as large_company
from tests.core.custody.custody_reference import Deal
from tests.core.custody.test_custody_examples import company
from tests.core.flows.test_flows_properties import flows_of
from tests.core.strategies import DAY, STAGES, START, arrow, connection_of, custody_of

# 100.00 for 3 days with the owner (department 1), then 2 days at 80.00 in 12 with department 4, lost by 3 on day 5
STORY = company([(0.5, 11, 10_000), (3.5, 12, 8_000), (5.5, None, None, 3)], [(4, 3.5, None)])


def of(flows, **where):
    return [r for r in flows.to_pylist() if all(r[name] == value for name, value in where.items())]


def test_held_money_time_falls_into_weeks_and_ages():
    held = of(flows_of(STORY), kind="held", stage=11)
    # noon of day 0.5 + 3 days at 100.00: ages 0, 1 and 2 have one day each, 10,000 x 86,400
    assert [(r["age_bin"], int(r["amount_seconds"])) for r in sorted(held, key=lambda r: r["age_bin"])] == [
        (0, 864_000_000),
        (1, 864_000_000),
        (2, 864_000_000),
    ]


def test_what_is_handed_on_is_counted_in_the_bin_of_its_last_second():
    (row,) = of(flows_of(STORY), kind="handed_on")
    assert (row["age_bin"], row["to_stage"], row["to_department"], row["amount"]) == (2, 12, 4, 8_000)


def test_a_week_in_which_clocks_go_forward_is_an_hour_shorter():
    # in stage 11 untouched from noon of day 0 on; Berlin's week from 23 to 29 March 2026 has 167 hours
    flows = flows_of(company([(0.5, 11, 100)]))
    weekly = {}
    for row in of(flows, kind="held"):
        weekly[row["week"]] = weekly.get(row["week"], 0) + row["deal_seconds"]
    first, second, *_ = [weekly[week] for week in sorted(weekly)]
    # Monday 00:00 in Berlin (UTC+1) was 23:00 UTC: 13 hours before the deal began; one hour fell out on Sunday
    assert (first, second) == (167 * 3_600 - 13 * 3_600, 168 * 3_600)


def test_stock_at_the_horizon_is_the_opening_of_the_monday_after():
    flows = flows_of(company([(0.5, 11, 100), (30, 12, 90)]))
    last = max(row["week"] for row in flows.to_pylist())
    assert [(r["kind"], r["stage"], r["amount"]) for r in of(flows, week=last)] == [("opening", 12, 90)]


def test_a_missing_cent_is_found_and_named():
    flows = flows_of(STORY)
    rows = flows.to_pylist()
    next(r for r in rows if r["kind"] == "advanced")["amount"] -= 1
    broken, stages = pa.Table.from_pylist(rows, schema=flows.schema), arrow("stages", STAGES)
    assert (balance_error(flows, stages), balance_error(broken, stages)) == (0, 1)
    errors = [(r["stage"], r["position"], int(r["amount_error"])) for r in balance_rows(broken, stages).to_pylist()]
    assert sorted(errors) == [(11, 10, 1), (12, 20, -1)]


def test_the_leak_map_of_the_story():
    leaks = leaks_compute(connection_of(custody_of(STORY), STORY), start=START, end=None, as_of=STORY.as_of)
    first, second = leaks.stages[:2]
    assert (first.entered, first.revalued, first.advanced) == (
        Figure(amount=10_000, count=1),
        *[Figure(amount=amount, count=1) for amount in (-2_000, 8_000)],
    )
    assert (second.lost, second.conversion_previous, second.median_days) == (Figure(amount=8_000, count=1), 1.0, 2.0)
    cell = next(c for c in leaks.cells if (c.stage, c.department) == (12, 4))
    assert (cell.held.amount_days, cell.lost) == (16_000.0, Figure())  # 2 days x 80.00 held by 4, lost by 3
    assert leaks.totals.lost == Figure(amount=8_000, count=1)


def test_over_the_limit_is_what_has_been_in_the_stage_too_long_at_the_end():
    # stage 11 allows 2 days: at the end of day 2.5 it is exactly on the limit, a second later over it
    story, connection = STORY, connection_of(custody_of(STORY), STORY)
    for seconds, expected in ((0, 0), (1, 1)):
        end = START + int(2.5 * DAY) + seconds
        leaks = leaks_compute(connection, start=None, end=end, as_of=story.as_of)
        assert leaks.stages[0].over_limit.count == expected


def test_filters_take_values_not_sql():
    connection = connection_of(custody_of(STORY), STORY)
    period = {"start": None, "end": None, "as_of": STORY.as_of}
    none = leaks_compute(connection, **period, filters={"segment": ["') OR true --"]})
    assert none.totals.created == Figure()
    for column in ("segment) OR (true", "nothing", "Segment"):
        with pytest.raises(ValueError, match="no column"):
            leaks_compute(connection, **period, filters={column: ["x"]})
    with pytest.raises(ValueError, match="no deals of kind"):
        deals_of_cell(connection, kind="anything", **period)


def test_pages_of_deals_are_cut_from_one_order():
    data = large_company(300, 3)
    custody, connection = custody_compute(data), duckdb.connect()
    for name in ("visits", "holds", "moves"):
        connection.register(name, getattr(custody, name))
    connection.register("opportunities", data.opportunities)
    connection.register("stages", data.stages)
    period = {"kind": "lost", "start": None, "end": None, "as_of": data.as_of}
    whole = deals_of_cell(connection, **period, limit=1_000)
    pages = [deals_of_cell(connection, **period, limit=7, offset=o).deals for o in range(0, whole.total, 7)]
    assert sum(pages, ()) == whole.deals
    assert list(whole.deals) == sorted(whole.deals, key=lambda deal: (-deal.amount, deal.opportunity))


def test_a_larger_company_equals_the_reference_and_balances():
    """Thousands of deals over years: keys beyond 32 bits, several parts, several threads."""
    data = large_company(3_000, 2)
    custody = custody_compute(data, threads=2)
    by_deal = {name: _by_opportunity(getattr(data, name)) for name in ("events", "handoffs")}
    stages = data.stages.to_pylist()
    expected = []
    for row in data.opportunities.to_pylist():
        key = row["opportunity"]
        deal = Deal(row, by_deal["events"].get(key, []), by_deal["handoffs"].get(key, []), stages, data.as_of)
        expected += deal.hold_rows()
    assert [tuple(row.values()) for row in custody.holds.to_pylist()] == expected
    flows = flows_compute(custody, data.opportunities, data.stages, data.weeks, data.as_of, threads=2)
    assert balance_error(flows, data.stages) == 0


def _by_opportunity(table):
    rows = {}
    for row in table.to_pylist():
        rows.setdefault(row["opportunity"], []).append(row)
    return rows


def test_any_number_of_threads_and_any_order_of_rows_give_the_same():
    data = large_company(120_000, 5)
    shuffled = {
        name: getattr(data, name).take(np.random.default_rng(1).permutation(len(getattr(data, name))))
        for name in ("opportunities", "events", "handoffs")
    }
    one = custody_compute(data, threads=1)
    two = custody_compute(CustodyInput(**shuffled, stages=data.stages, as_of=data.as_of, weeks=data.weeks), threads=2)
    assert two.moves.sort_by([("opportunity", "ascending")]).num_rows == one.moves.num_rows
    flows = [
        flows_compute(custody, data.opportunities, data.stages, data.weeks, data.as_of, threads=threads)
        for custody, threads in ((one, 1), (two, 2))
    ]
    with duckdb.connect() as connection:
        connection.register("one", flows[0])
        connection.register("two", flows[1])
        assert connection.sql("FROM one EXCEPT ALL FROM two").fetchall() == []
        assert connection.sql("FROM two EXCEPT ALL FROM one").fetchall() == []
