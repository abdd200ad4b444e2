"""The one signed axis: zero on it, everything within it, round ticks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revenue_health.review.charts.signed_axis import axis_of

AMOUNTS = st.lists(st.integers(-(10**14), 10**14), max_size=12)


@given(AMOUNTS)
def test_everything_and_zero_lie_within(amounts: list[int]) -> None:
    axis = axis_of(amounts)
    for value in [0, *amounts]:
        assert 0.0 <= float(axis.place(value)[:-1]) <= 100.0


@given(AMOUNTS)
def test_ticks_are_few_round_and_hold_zero(amounts: list[int]) -> None:
    ticks = axis_of(amounts).ticks
    assert any(tick.value == 0 for tick in ticks)
    assert 1 <= len(ticks) <= 8
    few = axis_of(amounts).few_ticks
    assert len(few) <= 3
    assert {ticks[0], ticks[-1]} <= set(few)
    assert any(tick.value == 0 for tick in few)


def test_a_bar_runs_from_zero_to_its_value() -> None:
    axis = axis_of([-100, 300])
    mark = axis.mark(-100, -100, 0)
    assert mark.bar_from == axis.place(-100)
    width = float(axis.zero[:-1]) - float(axis.place(-100)[:-1])
    assert float(mark.bar_width[:-1]) == pytest.approx(width, abs=0.011)
