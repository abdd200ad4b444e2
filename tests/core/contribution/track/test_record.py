"""What past forecasts teach: hand-worked, and held to account on simulated ones."""

from dataclasses import replace

import numpy as np
import pytest

from revenue_health.contribution.core.track.record import (
    CAUTION,
    Correction,
    PastForecast,
    Quantiles,
    RangeHits,
    as_published,
    learned,
    range_hits,
)
from revenue_health.contribution.core.track.summary import summary

NORMAL = {"p5": -1.6449, "p25": -0.6745, "p75": 0.6745, "p95": 1.6449}


def around(median: float, deviation: float) -> Quantiles:
    return Quantiles(median=median, **{name: median + score * deviation for name, score in NORMAL.items()})


def past(number: int, *, actual: float, median: float = 100.0, simple: float = 100.0) -> PastForecast:
    return PastForecast(
        label=f"Q{number}", day=(14, 42, 70)[number % 3], as_of=100.0 * number, ended=100.0 * number + 90,
        won_so_far=0.0,
        model=around(median, 10.0), peers={"run_rate": simple, "recent_rest": simple}, actual=actual,
    )  # fmt: skip


def test_without_a_past_the_model_is_believed_but_for_caution() -> None:
    told = learned([], at=1e9).corrected(around(100.0, 10.0), {"run_rate": 0.0, "recent_rest": 0.0}, won_so_far=0.0)
    assert told.median == 100.0
    assert told.p95 - told.median == pytest.approx(16.449 * CAUTION)


def test_only_what_was_over_by_then_teaches() -> None:
    rows = [past(number, actual=200.0) for number in range(5)]
    assert learned(rows, at=289.0).learned_from == 2
    assert learned(rows, at=290.0).learned_from == 3
    told = as_published(rows)
    assert told[0] == Correction().corrected(rows[0].model, rows[0].peers, won_so_far=0.0)
    later = [*rows[:3], *(replace(row, actual=-500.0) for row in rows[3:])]
    assert as_published(later)[:4] == told[:4]


def test_the_leaning_by_hand() -> None:
    # 12 forecasts of 100, simple rules said 120, 110 came: the truth lay half way, half as many doubts leave a third.
    rows = [past(number, actual=110.0, simple=120.0) for number in range(12)]
    correction = learned(rows, at=1e9)
    assert correction.leaning == pytest.approx(1 / 3)
    told = correction.corrected(around(100.0, 10.0), {"run_rate": 140.0, "recent_rest": 140.0}, won_so_far=0.0)
    assert told.median == pytest.approx(100 + 40 / 3)


def test_rules_that_point_the_wrong_way_are_not_followed() -> None:
    assert learned([past(number, actual=90.0, simple=120.0) for number in range(12)], at=1e9).leaning == 0.0


def test_ranges_grow_where_errors_were_large_and_shrink_where_they_were_small() -> None:
    wild = learned([past(number, actual=100.0 + (-1) ** number * 40.0) for number in range(60)], at=1e9)
    calm = learned([past(number, actual=100.0 + (-1) ** number * 1.0) for number in range(60)], at=1e9)
    assert wild.widen_90 > 2.0
    assert calm.widen_90 < 0.9
    assert calm.widen_50 < 0.3


def test_no_range_promises_less_than_is_won_already() -> None:
    said = around(100.0, 10.0)
    told = Correction(widen_90=4.0, widen_50=4.0).corrected(said, {}, won_so_far=82.0)
    assert told.p5 == 82.0
    assert told.p25 >= told.p5


@pytest.mark.parametrize("true_spread", [0.7, 1.0, 1.6])
def test_nine_in_ten_are_held_whatever_the_model_thinks_of_itself(true_spread: float) -> None:
    rng = np.random.default_rng(3)
    counts = []
    for _ in range(30):
        rows = [past(number, actual=float(100 + 10 * true_spread * rng.normal())) for number in range(40)]
        told = as_published(rows)[16:]
        counts.append(np.mean([one.p5 <= row.actual <= one.p95 for one, row in zip(told, rows[16:], strict=True)]))
    assert 0.86 <= np.mean(counts) <= 0.985


@pytest.mark.parametrize(
    ("forecasts", "inside", "called"),
    [
        (11, 10, False),
        (12, 11, True),
        (24, 24, True),
        (24, 20, False),
        (24, 21, True),
        (60, 60, False),
        (18, 12, False),
    ],
)
def test_when_a_range_may_be_called_one_of_90_percent(forecasts: int, inside: int, called: bool) -> None:
    assert RangeHits(forecasts=forecasts, inside_50=0, inside_90=inside).about_nine_in_ten is called


def test_held_counts_what_would_have_been_told() -> None:
    rows = [past(0, actual=100.0), past(1, actual=118.0), past(2, actual=160.0)]
    assert range_hits(rows) == RangeHits(forecasts=3, inside_50=1, inside_90=2)


def test_the_summary_by_hand() -> None:
    rows = [past(0, actual=80.0, simple=100.0), past(1, actual=125.0, simple=150.0)]
    found = summary(rows)
    assert found is not None
    # 100 against 80 is 25 % too high, against 125 a fifth too low; 150 against 125 a fifth too high.
    assert (found.published.error, found.published.bias) == pytest.approx((0.225, 0.025))
    assert found.naive["run_rate"].error == pytest.approx(0.225)
    assert found.naive["run_rate"].bias == pytest.approx(0.225)
    assert found.best_naive in ("run_rate", "recent_rest")
    day = summary(rows, day=14)
    assert day is not None
    assert day.published.forecasts == 1
    assert summary([]) is None
