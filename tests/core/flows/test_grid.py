"""Flows of many spans out of one reading are those of each span read alone, in one bucket."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.flows import amount_days as amount_days_module
from pipeline.core.flows.grid import Span, read_grid
from pipeline.core.flows.period_flows import AMOUNT_BAND, period_flows, prepare
from tests.core.flows.test_period_flows import same, sums
from tests.core.strategies import brief, companies, connection_of, custody_of

VALUES = {
    "held": ("amount_days",),
    "handed_on": ("amount", "amount_held", "count"),
    "lost": ("amount", "count"),
    "revalued": ("amount",),
    "entered": ("amount", "count"),
    "opening": ("amount",),
    "entry_amounts": ("amount", "corrected", "count"),
}


def assert_same_flows(grid, alone):
    for name, values in VALUES.items():
        table = getattr(grid, name)
        keys = [column for column in getattr(alone, name).column_names if column not in (*values, "bucket")]
        assert set(table.column_names) == {*keys, *values, "bucket"}
        for value in values:
            assert same(sums(table, keys, value), sums(getattr(alone, name), keys, value)), name


@st.composite
def spans(draw, edges):
    """Two or three spans of neighbouring edges, some cut at every edge and some not."""
    every = []
    for _ in range(draw(st.integers(1, 3))):
        first = draw(st.integers(0, len(edges) - 2))
        last = draw(st.integers(first + 1, len(edges) - 1))
        inner = [edge for edge in edges[first + 1 : last] if draw(st.booleans())]
        steps = (edges[first], *inner, edges[last])
        openings = draw(st.lists(st.sampled_from(edges), max_size=3, unique=True).map(sorted))
        every.append(Span(steps=steps, openings=tuple(openings)))
    return every


@pytest.fixture(params=[2**23, 1], ids=["summed up", "summed up cell by cell"])
def either_way(request, monkeypatch):
    monkeypatch.setattr(amount_days_module, "_MOST_CELLS", request.param)


@brief
@given(companies(most=6), st.data())
@pytest.mark.usefixtures("either_way")
@pytest.mark.always(1)
def test_a_span_of_a_grid_is_the_span_read_alone(company, data):
    custody = custody_of(company)
    known = company.as_of + 1
    edges = sorted({*(at for at in company.weeks()["starts"].to_pylist() if at < known), known, known + 86_400})
    every = data.draw(spans(edges))
    group = data.draw(st.sampled_from(["segment", AMOUNT_BAND]))
    unsourced = data.draw(st.sampled_from([None, ()]))
    connection, prepared = connection_of(custody, company), connection_of(custody, company)
    prepare(prepared)
    grid = read_grid(prepared, every, as_of=company.as_of, group=group, unsourced=unsourced)
    for span in every:
        alone = period_flows(
            connection,
            steps=span.steps,
            openings=span.openings,
            as_of=company.as_of,
            group=group,
            unsourced=unsourced,
        )
        assert_same_flows(grid.of(span), alone)


@brief
@given(companies(most=6), st.data())
def test_what_was_prepared_for_all_spans_changes_none(company, data):
    custody = custody_of(company)
    connection, prepared = connection_of(custody, company), connection_of(custody, company)
    prepare(prepared)
    starts = [at for at in company.weeks()["starts"].to_pylist() if at < company.as_of + 1]
    steps = data.draw(st.lists(st.sampled_from([*starts, company.as_of + 1]), min_size=2, unique=True).map(sorted))
    read = [
        period_flows(each, steps=steps, openings=steps[:1], as_of=company.as_of, unsourced=())
        for each in (connection, prepared)
    ]
    for name, values in VALUES.items():
        keys = [column for column in getattr(read[0], name).column_names if column not in values]
        for value in values:
            assert same(*(sums(getattr(flows, name), keys, value) for flows in read)), name
    assert sorted(map(str, read[0].taken_back.to_pylist())) == sorted(map(str, read[1].taken_back.to_pylist()))


@brief
@given(companies(most=2))
def test_a_grid_says_when_it_was_not_made_for_a_span(company):
    span = Span(steps=(0, 100, 300), openings=(0,))
    grid = read_grid(connection_of(custody_of(company), company), [span], as_of=company.as_of)
    for other in (Span(steps=(0, 200), openings=()), Span(steps=(0, 300), openings=(7,))):
        with pytest.raises(ValueError, match="no such edges"):
            grid.of(other)
