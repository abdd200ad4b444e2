"""Flows on random histories: equal to the plain reference, balanced to the cent, additive."""

from datetime import timedelta

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.custody.custody import custody_compute, partitions
from pipeline.core.flows.balance import balance_error
from pipeline.core.flows.flows import flows_compute, flows_difference, flows_sum
from tests.core.custody.custody_reference import reference_flows
from tests.core.strategies import STAGES, arrow, brief, companies, custody_of, owned_stages, thorough

SUMS = ("amount", "count", "amount_seconds", "deal_seconds")


def flows_of(company, weeks=None, **options):
    data = company.data(weeks)
    custody = custody_compute(data, threads=1)
    return flows_compute(custody, data.opportunities, data.stages, data.weeks, data.as_of, **options)


def as_sums(flows, without=()):
    """{key: sums}; fails when a key occurs twice, unless columns are summed over."""
    result = {}
    for row in flows.to_pylist():
        sums = [int(row.pop(name)) for name in SUMS]
        key = tuple(value for name, value in row.items() if name not in without)
        assert without or key not in result
        result[key] = [a + b for a, b in zip(result.get(key, [0] * 4), sums, strict=True)]
    return result


def stripped(sums):
    return {key: values for key, values in sums.items() if any(values)}


@thorough
@given(companies(most=8, stages_of=owned_stages))
def test_flows_are_those_of_the_reference(company):
    weeks = [(row["week"], row["starts"]) for row in company.weeks().to_pylist()]
    expected = reference_flows(company.deals(), weeks, company.as_of)
    assert as_sums(flows_of(company)) == {k: [v[name] for name in SUMS] for k, v in expected.items()}


@thorough
@given(companies(most=8, stages_of=owned_stages))
def test_flows_balance_to_the_cent(company):
    assert balance_error(flows_of(company), arrow("stages", STAGES)) == 0


@brief
@given(companies(most=8), st.integers(2, 4))
def test_flows_of_partitions_add_up_to_the_whole(company, count):
    data = company.data()
    parts = [
        flows_compute(custody_compute(part, threads=1), part.opportunities, part.stages, part.weeks, part.as_of)
        for part in partitions(data, count)
    ]
    assert stripped(as_sums(flows_sum(parts))) == stripped(as_sums(flows_of(company)))


@brief
@given(companies(most=4), companies(most=4), st.sets(st.integers(1, 50)))
def test_a_difference_brings_stored_flows_up_to_date(before, after, extra):
    """Deals that changed, came or went: stored + (new - old of these deals) = everything computed anew."""
    touched = {o["opportunity"] for c in (before, after) for o in c.opportunities} - extra
    kept = before.only({o["opportunity"] for o in before.opportunities} - touched)
    changed = after.only(touched)
    for name in ("opportunities", "events", "handoffs"):
        getattr(after, name)[:] = getattr(kept, name) + getattr(changed, name)
    before = type(before)(before.opportunities, before.events, before.handoffs, after.as_of)
    weeks = before.weeks() if len(before.weeks()) > len(after.weeks()) else after.weeks()
    stored = flows_of(before, weeks)
    change = flows_difference(flows_of(after.only(touched), weeks), flows_of(before.only(touched), weeks))
    assert stripped(as_sums(flows_sum([stored, change]))) == stripped(as_sums(flows_of(after, weeks)))


@brief
@given(companies(most=8))
def test_buckets_add_up_and_hold_their_own_deals(company):
    by_bucket = flows_of(company, by_bucket=True)
    assert as_sums(by_bucket, without=("bucket",)) == as_sums(flows_of(company))
    assert set(by_bucket["bucket"].to_pylist()) <= {o["bucket"] for o in company.opportunities}


@brief
@given(companies(), st.integers(0, 6), st.integers(0, 6))
def test_a_range_of_weeks_is_cut_out_of_the_whole(company, first, length):
    since = company.weeks()["week"][0].as_py() + timedelta(days=7 * first)
    until = since + timedelta(days=7 * length)
    whole = as_sums(flows_of(company))
    assert as_sums(flows_of(company, since=since, until=until)) == {
        key: sums for key, sums in whole.items() if since <= key[0] < until
    }


def test_no_deals_no_flows():
    from tests.core.strategies import START, Company

    flows = flows_of(Company([], [], [], START))
    assert flows.num_rows == 0
    assert flows.schema.field("amount_seconds").type == pa.decimal128(38, 0)


@brief
@given(companies(most=8))
def test_custody_read_back_from_parquet_text_gives_the_same_flows(company):
    """Dictionary columns may come back as plain text."""
    data, custody = company.data(), custody_of(company)
    plain = [
        pa.table(
            [c.cast(pa.string()) if pa.types.is_dictionary(c.type) else c for c in table.columns], table.column_names
        )
        for table in (custody.visits, custody.holds, custody.moves)
    ]
    again = type(custody)(visits=plain[0], holds=plain[1], moves=plain[2])
    flows = flows_compute(again, data.opportunities, data.stages, data.weeks, data.as_of)
    assert as_sums(flows) == as_sums(flows_of(company))
