"""Flows out of custody cut at an earlier instant are those of custody computed on that day."""

from dataclasses import replace

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.flows.period_flows import period_flows, prepare
from pipeline.core.flows.truncated import truncated_custody
from tests.core.flows.test_grid import VALUES
from tests.core.flows.test_period_flows import same, sums
from tests.core.strategies import brief, companies, connection_of, custody_of, owned_stages


def tables_of(company):
    """A connection whose cursors see the tables too, as that of a custody store."""
    connection = duckdb.connect()
    views = connection_of(custody_of(company), company)
    for name in ("visits", "holds", "moves", "opportunities", "stages"):
        connection.register("rows", views.table(name).to_arrow_table())
        connection.execute(f"CREATE TABLE {name} AS FROM rows")
    return connection


@brief
@given(company=companies(most=4, stages_of=owned_stages), data=st.data())
def test_a_cut_is_custody_of_that_day(company, data):
    today = tables_of(company)
    # What is prepared is today's: none of it may be read through the cut.
    prepare(today)
    starts = [at for at in company.weeks()["starts"].to_pylist() if at < company.as_of + 1]
    as_of = data.draw(st.sampled_from([*starts, company.as_of])) + data.draw(st.sampled_from([0, 3600, 86_399]))
    as_of = min(as_of, company.as_of)
    earlier = replace(company, as_of=as_of)
    of_that_day = connection_of(custody_of(earlier), earlier)
    edges = [at for at in (*starts, as_of) if at <= as_of]
    steps = [*sorted(data.draw(st.lists(st.sampled_from(edges), min_size=1, unique=True))), as_of + 1]

    def read(connection):
        return period_flows(connection, steps=steps, openings=steps, as_of=as_of, unsourced=())

    expected = read(of_that_day)
    with truncated_custody(today.cursor(), as_of=as_of) as cursor:
        flows = read(cursor)
    for name, values in VALUES.items():
        keys = [column for column in getattr(flows, name).column_names if column not in values]
        for value in values:
            assert same(*(sums(getattr(each, name), keys, value) for each in (flows, expected))), name
