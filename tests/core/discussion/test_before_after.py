"""Did it work: against scipy's t-test where weeks are independent, and against simulated weeks that are not."""

from __future__ import annotations

import numpy as np
import pytest
import scipy

from departments.discussion.core.before_after import compare_before_after, t_95


def ar1(rng: np.random.Generator, size: int, r: float) -> np.ndarray:
    noise, values = rng.normal(size=size), np.zeros(size)
    values[0] = noise[0]
    for at in range(1, size):
        values[at] = r * values[at - 1] + np.sqrt(1 - r * r) * noise[at]
    return values


def test_a_hand_worked_example() -> None:
    found = compare_before_after([1, -1] * 4, [4, 2] * 2)
    assert found
    assert (found.before, found.after, found.change, found.autocorrelation) == (0, 3, 3, 0)
    # Squares 8 + 4 over 10 degrees: variance 1.2; error sqrt(1.2 (1/8 + 1/4)) = 0.6708; t(10) 1.812
    assert found.high - found.change == pytest.approx(1.812 * 0.67082, rel=1e-3)
    assert found.certain


def test_independent_weeks_are_students_t_test_as_scipy_has_it() -> None:
    rng = np.random.default_rng(3)
    before, after = rng.normal(5, 1, 26), rng.normal(6, 1, 8)
    # Put into an order whose neighbours differ, so that no autocorrelation is found.
    before, after = np.sort(before), np.sort(after)
    before = np.concatenate([np.array(pair) for pair in zip(before[:13], before[:12:-1], strict=True)])
    after = np.concatenate([np.array(pair) for pair in zip(after[:4], after[:3:-1], strict=True)])
    found = compare_before_after(before, after)
    assert found
    assert found.autocorrelation == 0
    expected = scipy.stats.ttest_ind(after, before).confidence_interval(0.9)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=2e-3)


@pytest.mark.parametrize(("before", "after"), [(7, 10), (20, 3), (0, 0)])
def test_too_few_weeks_say_nothing(before: int, after: int) -> None:
    assert compare_before_after([1.0] * before, [2.0] * after) is None


def test_weeks_that_never_change_have_no_width() -> None:
    found = compare_before_after([3.0] * 10, [3.0] * 6)
    assert found
    assert (found.change, found.low, found.high, found.certain) == (0, 0, 0, False)


@pytest.mark.parametrize("r", [0.0, 0.4, 0.6])
def test_where_nothing_worked_it_rarely_says_so(r: float) -> None:
    rng = np.random.default_rng(11)
    wrong = 0
    for _ in range(600):
        weeks = ar1(rng, 26 + 6 + 8, r)
        found = compare_before_after(weeks[:26], weeks[32:])
        assert found
        wrong += found.certain
    # 10 % is stated; few weeks make the autocorrelation itself uncertain.
    assert wrong / 600 < 0.15


def test_a_real_change_is_found() -> None:
    rng = np.random.default_rng(5)
    found = [compare_before_after(ar1(rng, 26, 0.4), ar1(rng, 8, 0.4) + 3) for _ in range(50)]
    assert sum(one is not None and one.low > 0 for one in found) >= 45


@pytest.mark.parametrize("degrees", [1, 2, 3.5, 7, 12, 25, 45, 100, 1000])
def test_t_agrees_with_scipy(degrees: float) -> None:
    assert t_95(degrees) == pytest.approx(scipy.stats.t.ppf(0.95, degrees), rel=0.02)
