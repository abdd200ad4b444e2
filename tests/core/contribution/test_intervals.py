"""The jackknife, against textbook formulas and scipy."""

import numpy as np
import pytest
import scipy

from revenue_health.contribution.core.intervals import CAUTION, interval, replicated, standard_error, t_95


def test_replicates_leave_out_one_bucket_and_scale_up() -> None:
    values = np.array([[1.0], [2.0], [6.0]])
    assert replicated(values)[:, 0].tolist() == [9.0, 12.0, 10.5, 4.5]


def test_of_a_total_it_is_the_textbook_standard_error() -> None:
    values = np.random.default_rng(1).gamma(2.0, 10.0, 40)
    textbook = np.sqrt(40) * values.std(ddof=1)
    assert standard_error(replicated(values)) == pytest.approx(textbook, rel=1e-12)


@pytest.mark.parametrize("degrees", [1, 2, 5, 11, 24, 38, 39, 50, 100, 1000])
def test_the_table_of_t_agrees_with_scipy(degrees: int) -> None:
    assert t_95(degrees) == pytest.approx(scipy.stats.t.ppf(0.95, degrees), rel=2e-3)


def test_one_bucket_gives_no_width() -> None:
    found = interval(replicated(np.array([5.0])))
    assert (found.value, found.low, found.high) == (5.0, 5.0, 5.0)


def test_an_interval_covers_a_total_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    found = [interval(replicated(rng.normal(1.0, 1.0, 40))) for _ in range(2000)]
    covered = np.mean([one.low <= 40.0 <= one.high for one in found])
    assert covered == pytest.approx(2 * scipy.stats.t.cdf(CAUTION * t_95(39), 39) - 1, abs=0.02)


def test_half_the_replicates_estimate_the_same_error() -> None:
    values = np.random.default_rng(1).gamma(2.0, 10.0, (40, 500))
    all_of_them = replicated(values)
    half = standard_error(all_of_them[[0, *range(1, 41, 2)]], buckets=40)
    assert (half**2).mean() == pytest.approx((standard_error(all_of_them) ** 2).mean(), rel=0.05)
