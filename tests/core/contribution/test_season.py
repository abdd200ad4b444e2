"""The shape of a quarter: found where it recurs, none where there is only chance."""

import numpy as np
import pytest

from revenue_health.contribution.core.season import WEEKS, shape

RUSH = np.array([*np.full(WEEKS - 3, 0.85), 1.5, 1.5, 1.5])


def test_a_rush_that_recurs_is_found() -> None:
    expected = np.full((4, WEEKS), 100.0)
    found = shape(expected * RUSH, expected)
    assert found == pytest.approx(RUSH, rel=0.02)
    assert found.mean() == pytest.approx(1.0)


def test_a_quarter_with_more_of_everything_is_no_shape() -> None:
    expected = np.full((4, WEEKS), 50.0)
    assert shape(expected * np.array([[1.0], [2.0], [0.5], [1.0]]), expected) == pytest.approx(np.ones(WEEKS))


def test_one_quarter_cannot_say_what_recurs() -> None:
    expected = np.zeros((4, WEEKS))
    expected[2] = 100.0
    assert shape(expected * RUSH, expected).tolist() == [1.0] * WEEKS


def test_a_rush_of_one_quarter_alone_is_mostly_chance() -> None:
    expected = np.full((4, WEEKS), 100.0)
    once = expected * np.array([np.ones(WEEKS), RUSH, np.ones(WEEKS), np.ones(WEEKS)])
    assert np.abs(shape(once, expected) - 1).max() < 0.08


def test_chance_makes_no_shape() -> None:
    rng = np.random.default_rng(5)
    expected = np.full((40, 4, WEEKS), 12.0)
    found = shape(rng.poisson(expected).astype(float), expected)
    assert np.sqrt(((found - 1) ** 2).mean()) < 0.07  # the raw ratios stray by 0.14


def test_nothing_seen_is_no_shape() -> None:
    assert shape(np.zeros((2, 4, WEEKS)), np.zeros((2, 4, WEEKS))).tolist() == np.ones((2, WEEKS)).tolist()
