"""The interval of all departments at once: a critical value for the largest, and a margin from zero."""

import numpy as np
import pytest
import scipy

from revenue_health.contribution.core.gates.interval import interval_gate, simultaneous
from revenue_health.contribution.core.intervals import CAUTION, t_95

BUCKETS = 40


def replicates(rng: np.random.Generator, value: float, spread: float) -> np.ndarray:
    """Delete-one replicates of a sum over buckets whose standard error is about `spread`."""
    parts = rng.normal(0, spread * np.sqrt(1 / BUCKETS), BUCKETS)
    parts += value / BUCKETS - parts.mean()
    return np.concatenate([[value], (value - parts) * BUCKETS / (BUCKETS - 1)])


def test_one_party_alone_has_its_single_interval() -> None:
    width = simultaneous({"legal": replicates(np.random.default_rng(1), 10.0, 2.0)})
    assert width.critical == pytest.approx(CAUTION * t_95(39))
    assert width.half["legal"] == pytest.approx(width.single["legal"])


def test_six_unrelated_parties_need_the_value_of_sidak() -> None:
    rng = np.random.default_rng(2)
    width = simultaneous({str(party): replicates(rng, 0.0, 1.0) for party in range(6)})
    sidak = scipy.stats.t.ppf(1 - (1 - 0.9 ** (1 / 6)) / 2, 39)
    assert width.critical / CAUTION == pytest.approx(sidak, rel=0.02)


def test_parties_that_move_together_need_no_more_than_one() -> None:
    one = replicates(np.random.default_rng(3), 5.0, 1.0)
    width = simultaneous({"a": one, "b": 2 * one, "c": -one})
    assert width.critical / CAUTION == pytest.approx(t_95(39), rel=0.02)
    assert width.half["b"] == pytest.approx(2 * width.half["a"])


def test_who_did_nothing_takes_no_part() -> None:
    one = replicates(np.random.default_rng(3), 5.0, 1.0)
    width = simultaneous({"a": one, "idle": np.zeros(BUCKETS + 1)})
    assert width.half["idle"] == 0.0
    assert width.critical == pytest.approx(CAUTION * t_95(39))


def test_the_whole_interval_must_lie_beyond_the_margin() -> None:
    assert interval_gate(share=-10.0, half=6.0, margin=3.0).passed
    assert not interval_gate(share=-10.0, half=8.0, margin=3.0).passed
    inside = interval_gate(share=2.0, half=8.0, margin=3.0)
    assert not inside.passed
    assert "less than 11 either way would not show" in inside.detail


def test_nothing_is_said_without_groups_of_deals() -> None:
    width = simultaneous({"a": np.array([1.0])})
    assert not interval_gate(share=1.0, half=width.critical, margin=0.0).passed
