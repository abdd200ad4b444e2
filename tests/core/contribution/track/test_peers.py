"""Simple rules, worked out by hand on quarters of 100 days."""

import numpy as np
import pytest

from revenue_health.contribution.core.track.peers import Earned, Span, Stock, peers

QUARTER = Span(start=800.0, end=900.0)
EARLIER = [Span(start=800.0 - 100 * back, end=900.0 - 100 * back) for back in range(1, 9)]


def earned(*bookings: tuple[float, float]) -> Earned:
    at, amount = zip(*sorted(bookings), strict=True)
    return Earned(at=np.array(at), amount=np.array(amount))


def test_each_rule_by_hand() -> None:
    # 40 by day 20; before: 100 in the last 80 days of each of four quarters, 50 in each of the four before those.
    history = [(850.0 - 100 * back, 100.0 if back <= 4 else 50.0) for back in range(1, 9)]
    stock = Stock(now=np.array([30.0, 10.0]), before=np.array([[100.0, 20.0]] * 2), won=np.array([[50.0, 5.0]] * 2))
    said = peers(earned=earned((810.0, 40.0), *history), period=QUARTER, now=820.0, earlier=EARLIER, stock=stock)
    assert said == pytest.approx(
        {
            "run_rate": 200.0,  # 40 in a fifth of the days
            "recent_rest": 140.0,  # 40 + 100
            "last_year": 240.0,  # 40 + 100 x (400 / 200)
            "pipeline": 57.5,  # 40 + 30 x 1/2 + 10 x 1/4
        }
    )


def test_only_the_same_rest_of_earlier_quarters_counts() -> None:
    said = peers(earned=earned((710.0, 70.0), (790.0, 30.0)), period=QUARTER, now=820.0, earlier=EARLIER[:1])
    assert said == {"run_rate": 0.0, "recent_rest": 30.0}


def test_what_happened_after_the_cut_off_is_not_looked_at() -> None:
    before = earned((750.0, 100.0), (810.0, 40.0))
    after = earned((750.0, 100.0), (810.0, 40.0), (830.0, 999.0))
    said = [peers(earned=one, period=QUARTER, now=820.0, earlier=EARLIER[:4]) for one in (before, after)]
    assert said[0] == said[1]


def test_a_year_of_history_has_no_growth_to_tell() -> None:
    said = peers(earned=earned((450.0, 80.0)), period=QUARTER, now=820.0, earlier=EARLIER[:4])
    assert said["last_year"] == 80.0


def test_without_earlier_quarters_only_the_run_rate_is_left() -> None:
    assert peers(earned=earned((805.0, 10.0)), period=QUARTER, now=810.0, earlier=[]) == {"run_rate": 100.0}
