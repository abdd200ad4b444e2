"""Leaks of random histories and periods: they balance, add up over periods, and equal the weekly flows."""

import duckdb
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.leaks.leaks import Figure, deals_of_cell, leaks_compute
from tests.core.flows.test_flows_properties import flows_of
from tests.core.strategies import STAGES, START, brief, companies, connection_of, custody_of, fewest

DAY = 86_400
FIGURES = [
    "opening",
    "entered",
    "moved_in",
    "pipeline_in",
    "pipeline_out",
    "reached",
    "advanced",
    "returned",
    "won",
    "lost",
    "withdrawn",
    "finished",
    "revalued",
    "closing",
    "over_limit",
]
bounds = st.one_of(st.none(), st.integers(0, 95 * DAY).map(lambda s: START + s))
filters = st.sampled_from([{}, {"segment": ["small"]}, {"segment": ["", "large"], "pipeline": [1]}, {"team": [None]}])


def leaks_of(company, start, end, chosen=None):
    connection = connection_of(custody_of(company), company)
    return leaks_compute(connection, start=start, end=end, as_of=company.as_of, filters=chosen or {})


@brief
@given(companies(most=8), bounds, bounds, filters)
def test_every_stage_balances_in_any_period(company, start, end, chosen):
    if start is not None and end is not None:
        start, end = sorted((start, end))
    leaks = leaks_of(company, start, end, chosen)
    assert leaks.balance_error == 0
    assert all(stage.imbalance == Figure() for stage in leaks.stages)


@brief
@given(companies(most=8), st.lists(st.integers(0, 95 * DAY).map(lambda s: START + s), min_size=3, max_size=3))
def test_periods_side_by_side_add_up(company, instants):
    a, b, c = sorted(instants)
    one, two, both = leaks_of(company, a, b), leaks_of(company, b, c), leaks_of(company, a, c)
    for first, second, whole in zip(one.stages, two.stages, both.stages, strict=True):
        assert (first.opening, first.closing, second.closing) == (whole.opening, second.opening, whole.closing)
        for name in FIGURES[1:13]:
            assert getattr(first, name) + getattr(second, name) == getattr(whole, name)
    held = [sum(cell.held.amount_seconds for cell in leaks.cells) for leaks in (one, two, both)]
    assert held[0] + held[1] == held[2]
    assert one.totals.won + two.totals.won == both.totals.won


@brief
@given(companies(most=8), st.integers(0, 5), st.integers(1, 6), filters)
def test_whole_weeks_equal_the_sum_of_flows(company, first, length, chosen):
    weeks = company.weeks().to_pylist()
    low = min(first, len(weeks) - 2)  # the last row is the Monday after the horizon
    high = min(low + length, len(weeks) - 1)
    leaks = leaks_of(company, weeks[low]["starts"], weeks[high]["starts"], chosen)
    # Of a pipeline is what happened in it, whichever pipeline its deals began in.
    of_deals = {name: values for name, values in chosen.items() if name != "pipeline"}
    kept = {
        o["opportunity"] for o in company.opportunities if all(o[name] in values for name, values in of_deals.items())
    }
    flows = [
        row
        for row in flows_of(company.only(kept), company.weeks()).to_pylist()
        if weeks[low]["week"] <= row["week"] < weeks[high]["week"]
    ]
    for stage in leaks.stages:
        assert _stage_flows(flows, stage.stage, weeks[low]["week"]) == {n: getattr(stage, n) for n in FIGURES[:13]}
    for cell in leaks.cells:
        _assert_cell(flows, cell)


def _stage_flows(flows, stage, monday):
    def total(test):
        rows = [row for row in flows if test(row)]
        return Figure(amount=sum(row["amount"] for row in rows), count=sum(row["count"] for row in rows))

    def of(kind):
        return total(lambda row: row["kind"] == kind and row["stage"] == stage)

    moved = total(lambda row: row["kind"] in ("advanced", "returned", "won") and row["to_stage"] == stage)
    return {name: of(name) for name in FIGURES[1:13]} | {
        "opening": total(lambda r: (r["kind"], r["stage"], r["week"]) == ("opening", stage, monday)),
        "moved_in": moved + of("reopened"),
    }


def _assert_cell(flows, cell):
    here = [row for row in flows if (row["stage"], row["department"]) == (cell.stage, cell.department)]
    assert cell.held.amount_seconds == sum(int(row["amount_seconds"]) for row in here)
    assert cell.held.deal_seconds == sum(row["deal_seconds"] for row in here)
    lost = [row for row in here if row["kind"] == "lost"]
    assert cell.lost == Figure(amount=sum(r["amount"] for r in lost), count=sum(r["count"] for r in lost))


@fewest
@given(companies(most=10), bounds, bounds, filters)
def test_the_deals_of_a_figure_add_up_to_it(company, start, end, chosen):
    connection = connection_of(custody_of(company), company)
    period = {"start": start, "end": end, "as_of": company.as_of, "filters": chosen}
    leaks = leaks_compute(connection, **period)
    for stage in leaks.stages:
        for name in FIGURES:
            deals = deals_of_cell(connection, kind=name, stage=stage.stage, **period)
            assert sum(deal.amount for deal in deals.deals) == getattr(stage, name).amount
            assert deals.total == len(deals.deals) <= getattr(stage, name).count
    for name, total in (("entered", leaks.totals.created), ("won", leaks.totals.won), ("open", leaks.totals.open)):
        assert sum(deal.amount for deal in deals_of_cell(connection, kind=name, **period).deals) == total.amount


@brief
@given(companies(most=8), bounds, bounds)
def test_the_deals_of_a_cell_add_up_to_it(company, start, end):
    connection = connection_of(custody_of(company), company)
    period = {"start": start, "end": end, "as_of": company.as_of}
    for cell in leaks_compute(connection, **period).cells:
        where = {"stage": cell.stage, "department": cell.department}
        held = deals_of_cell(connection, kind="held", **where, **period)
        assert round(sum(deal.days for deal in held.deals) * DAY) == cell.held.deal_seconds
        kinds = {"lost": cell.lost, "caused": cell.caused, "unrecorded": cell.assumed, "over_limit": cell.over_limit}
        for name, figure in kinds.items():
            found = deals_of_cell(connection, kind=name, **where, **period)
            assert sum(deal.amount for deal in found.deals) == figure.amount


@brief
@given(company=companies(most=8), start=bounds, end=bounds, chosen=filters)
def test_parquet_files_give_what_memory_gives(tmp_path_factory, company, start, end, chosen):
    folder, custody = tmp_path_factory.mktemp("parts"), custody_of(company)
    connection = connection_of(custody, company)
    files = duckdb.connect()
    for name in ("visits", "holds", "moves", "opportunities", "stages"):
        pq.write_table(connection.table(name).to_arrow_table(), folder / f"{name}.parquet")
        files.execute(f"CREATE VIEW {name} AS FROM read_parquet(['{folder}/{name}.parquet'])")
    period = {"start": start, "end": end, "as_of": company.as_of, "filters": chosen}
    assert leaks_compute(files, **period) == leaks_compute(connection, **period)


def test_every_stage_has_a_row_even_when_nothing_happened():
    from tests.core.strategies import Company

    leaks = leaks_of(Company([], [], [], START), None, None)
    assert [stage.stage for stage in leaks.stages] == [row["stage"] for row in STAGES]
    assert (leaks.cells, leaks.balance_error, leaks.stages[0].median_days) == ((), 0, None)
