"""The fluid queue behind what a department hands on at most, worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from revenue_health.contribution.core.capacity import Limit, earlier_part, limits_of
from revenue_health.contribution.core.flows import FlowError
from revenue_health.contribution.core.model.rates import Rates, estimate_rates
from revenue_health.contribution.core.sensitivity import Change, Lever, apply_changes
from tests.core.contribution.companies import simulated

WEEKS = np.full(4, 7.0)


def limit(*, opening: float, arrivals: float, pace: float = 0.1, leave: float = 0.0) -> Limit:
    one = np.ones(1)
    return Limit(
        stage=0,
        department="legal",
        custodies=np.array([0]),
        hand_ons=10 * one,
        before=10 * one,
        at_most=10 * one,
        pace=pace * one,
        pace_now=pace * one,
        leave=leave * one,
        opening=opening * one,
        arrivals=np.full((1, 4), arrivals),
    )


def speeds(which: Limit, most: float) -> list[float]:
    return which.speeds(np.array([most]), WEEKS)[0].tolist()


def test_a_queue_twice_as_long_as_the_limit_serves_is_handed_on_at_half_the_pace() -> None:
    """A tenth of 200 deals would be 20 a day; 10 are handed on and 10 come, so 200 stay."""
    assert speeds(limit(opening=200, arrivals=10), 10) == pytest.approx([0.5] * 4, rel=0.06)


def test_a_queue_that_grows_by_seventy_a_week_slows_down_week_by_week() -> None:
    """10 of 20 a day are handed on: from 200 deals to 480 in four weeks; in the middle of each 235, 305, 375, 445."""
    expected = [100 / 235, 100 / 305, 100 / 375, 100 / 445]
    assert speeds(limit(opening=200, arrivals=20), 10) == pytest.approx(expected, rel=0.06)


def test_a_limit_above_what_the_pace_hands_on_plays_no_part() -> None:
    assert speeds(limit(opening=100, arrivals=10), 12) == [1.0] * 4


def test_more_hands_end_a_queue_and_then_play_no_part() -> None:
    """30 a day of 400 deals at 10 arrivals: down to 300, where the pace is the limit, after five days."""
    first, *others = speeds(limit(opening=400, arrivals=10), 30)
    assert 0.75 < first < 1
    assert others == [1.0, 1.0, 1.0]


@given(
    opening=st.floats(0, 1e4),
    arrivals=st.floats(0, 500),
    pace=st.floats(1e-3, 24),
    leave=st.floats(0, 1),
    most=st.floats(0.01, 500),
)
def test_a_limit_slows_down_or_does_nothing(
    opening: float, arrivals: float, pace: float, leave: float, most: float
) -> None:
    factors = speeds(limit(opening=opening, arrivals=arrivals, pace=pace, leave=leave), most)
    assert all(0 <= factor <= 1 + 1e-9 for factor in factors)


def test_what_lies_before_the_last_part_of_a_history() -> None:
    long, late = simulated("nothing changed")
    both = long.sum_of_steps().plus(late.sum_of_steps().scaled(0.0)) if long.days == late.days else None
    rest = earlier_part(long, late.scaled(0.0))
    assert both is None or rest is None
    if rest is not None:
        assert rest.days == pytest.approx(long.days - late.days)
        np.testing.assert_allclose(rest.handed_on, long.sum_of_steps().handed_on)


def test_without_a_time_before_nobody_is_at_a_limit() -> None:
    _, period = simulated("legal slow, production slow and leaky")
    rates = _rates()
    assert not limits_of(before=None, now=period, rates=rates).reached


def test_without_limits_nothing_can_be_promised_of_hand_ons() -> None:
    change = Change(stage="contract", department="legal", lever=Lever.HANDS_ON, value=12.0)
    with pytest.raises(FlowError, match="hands on a day"):
        apply_changes(_rates(), [change])


def _rates() -> Rates:
    baseline, period = simulated("legal slow, production slow and leaky")
    return estimate_rates(baseline=baseline, period=period).actual
