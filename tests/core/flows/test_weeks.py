"""Weeks begin on Monday 00:00 of the company's clock, whatever the clock does."""

from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pytest

from pipeline.core.weeks import AGE_BIN_DAYS, Weeks, age_bin, week_table


def instant(*when):
    return int(datetime(*when, tzinfo=UTC).timestamp())


def test_the_table_runs_from_the_first_week_to_the_one_after_the_horizon():
    table = week_table(instant(2026, 3, 25), instant(2026, 4, 1), "Europe/Berlin")
    assert table["week"].to_pylist() == [date(2026, 3, 23), date(2026, 3, 30), date(2026, 4, 6)]


@pytest.mark.parametrize(
    ("zone", "around", "hours"),
    [
        ("Europe/Berlin", (2026, 3, 25), 167),
        ("Europe/Berlin", (2026, 10, 21), 169),
        ("America/New_York", (2026, 3, 4), 167),
        ("Australia/Lord_Howe", (2026, 4, 1), 168.5),  # its clocks shift by half an hour
        ("Asia/Kolkata", (2026, 3, 25), 168),
    ],
)
def test_a_clock_change_makes_a_week_shorter_or_longer(zone, around, hours):
    starts = week_table(instant(*around), instant(*around), zone)["starts"].to_pylist()
    assert (starts[1] - starts[0]) / 3_600 == hours


def test_an_instant_belongs_to_the_week_that_contains_it():
    weeks = Weeks(week_table(instant(2026, 3, 25), instant(2026, 4, 1), "Europe/Berlin"))
    monday = instant(2026, 3, 29, 22)  # Monday 00:00 in Berlin's summer
    assert weeks.of(np.array([monday - 1, monday, monday + 1])).tolist() == [0, 1, 1]
    with pytest.raises(ValueError, match="outside"):
        weeks.of(np.array([instant(2026, 3, 1)]))


def test_odd_week_starts_are_looked_up_exactly():
    weeks = Weeks(pa.table({"week": [1, 2, 3], "starts": [7, 1_000, 2_011]}))
    assert weeks.of(np.array([7, 999, 1_000, 2_010])).tolist() == [0, 0, 1, 1]


def test_ages_fall_into_the_bins_of_the_model():
    edges = np.array(AGE_BIN_DAYS) * 86_400
    assert age_bin(edges).tolist() == list(range(16))
    assert age_bin(edges[1:] - 1).tolist() == list(range(15))
    assert age_bin(np.array([10**9])).tolist() == [15]
