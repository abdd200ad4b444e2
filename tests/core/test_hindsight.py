"""Columns that follow from how deals ended are found in any of their forms, honest ones never."""

from __future__ import annotations

import time
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.hindsight import Hindsight, hindsight, is_placeholder, sentence

OUTCOMES = ("won", "lost", "open")
NAMES = ("North", "South", "East")


def counted(values: list[tuple[str, str]]) -> list[tuple[int, str, str, int]]:
    return [(1, value, outcome, number) for (value, outcome), number in Counter(values).items()]


def found(values: list[tuple[str, str]], column: str = "segment") -> list[Hindsight]:
    return hindsight(column=column, deals=counted(values))


def deals(won: int, lost: int, still_open: int) -> list[str]:
    return ["won"] * won + ["lost"] * lost + ["open"] * still_open


sizes = st.tuples(st.integers(10, 300), st.integers(10, 300), st.integers(10, 300))
defaults = st.sampled_from(
    ["", " ", "Unknown", "n/a", "N/A", "(none)", "-", "TBD", "not set", "unbekannt", "0", "keine Angabe"]
)


@given(sizes, defaults)
def test_filled_at_the_win_alone(size: tuple[int, int, int], default: str) -> None:
    values = [
        (NAMES[place % 3] if outcome == "won" else default, outcome) for place, outcome in enumerate(deals(*size))
    ]
    (finding,) = found(values)
    assert (finding.side, finding.filled, finding.total) == ("won deals", size[0], size[0])
    assert (finding.filled_elsewhere, finding.total_elsewhere) == (0, size[1] + size[2])


@pytest.mark.parametrize("default", ["0", "-", "n/a", "Unknown", "ohne", "Sin asignar", "не указано", "未設定", ""])
def test_filled_for_nearly_all_wins_and_a_few_others(default: str) -> None:
    """Somebody fills it in when a deal is won, and had begun to do so for a few that were lost."""
    won = [(NAMES[place % 3] if place % 10 else default, "won") for place in range(100)]
    lost = [(default if place % 10 else NAMES[place % 3], "lost") for place in range(200)]
    (finding,) = found([*won, *lost, *[(default, "open")] * 80])
    assert (finding.side, finding.by_value) == ("won deals", False)
    assert (finding.filled, finding.total, finding.filled_elsewhere, finding.total_elsewhere) == (90, 100, 20, 280)


def test_many_values_take_no_longer_each() -> None:
    """Owners of tens of thousands of deals: each value was compared with every other, which took minutes."""
    rows = [(1, f"name {place % 20_000}", outcome, 2) for outcome in OUTCOMES for place in range(20_000)]
    begun = time.process_time()
    assert not hindsight(column="owner", deals=rows)
    assert time.process_time() - begun < 20


def test_a_zero_among_numbers_is_a_value() -> None:
    values = [(str(place % 4), outcome) for outcome in ("won", "lost", "open") for place in range(100)]
    assert not found(values)
    assert not found([*values, *[("0", "lost")] * 60])


@given(sizes, st.text(alphabet="abcdefgh", min_size=4, max_size=8), st.integers(1, 30))
def test_any_one_default_for_everything_not_won(size: tuple[int, int, int], default: str, names: int) -> None:
    values = [
        (f"name {place % names}" if outcome == "won" else default, outcome)
        for place, outcome in enumerate(deals(*size))
    ]
    (finding,) = found(values)
    assert finding.side == "won deals"


@given(sizes)
def test_the_outcome_under_another_name(size: tuple[int, int, int]) -> None:
    assert found([({"won": "Customer", "lost": "Dead", "open": "Prospect"}[o], o) for o in deals(*size)])


@given(sizes)
def test_filled_when_closed_and_filled_when_lost(size: tuple[int, int, int]) -> None:
    (closed,) = found([("" if outcome == "open" else NAMES[0], outcome) for outcome in deals(*size)])
    (lost,) = found([(NAMES[0] if outcome == "lost" else "", outcome) for outcome in deals(*size)])
    assert (closed.side, lost.side) == ("closed deals", "lost deals")


@given(sizes, st.integers(0, 2**32 - 1), st.sampled_from(["segment", "owner"]))
def test_values_that_know_nothing_of_the_outcome(size: tuple[int, int, int], seed: int, column: str) -> None:
    random = np.random.default_rng(seed)
    names = [*NAMES, "", "Unknown", *(f"rep {number}" for number in range(40))]
    assert not found([(str(random.choice(names)), outcome) for outcome in deals(*size)], column)


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 0.9))
def test_segments_that_win_more_or_less_often_are_segments(seed: int, rate: float) -> None:
    random = np.random.default_rng(seed)
    rates = {"small": rate * 0.2, "large": rate}
    values = [
        (name, "won" if random.random() < rates[name] else "lost") for name in random.choice(["small", "large"], 600)
    ]
    assert not found(values)


def test_a_column_that_came_late_or_went_away_says_nothing_of_the_win() -> None:
    early, late = ("", "won"), ("North", "won")
    history = [early, ("", "lost")] * 100 + [late, ("North", "lost")] * 50
    assert not found(history)
    assert not found(history + [("North", "open")] * 40)


def test_renewals_that_are_nearly_always_won_are_a_segment() -> None:
    values = [("renewal", "won")] * 92 + [("renewal", "lost")] * 8 + [("new", "won")] * 15 + [("new", "lost")] * 85
    assert not found(values)


def test_a_few_wrong_ones_change_nothing() -> None:
    values = [("North", "won")] * 80 + [("", "won")] * 20 + [("", "lost")] * 190 + [("North", "lost")] * 10
    assert found(values)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_handful_of_deals_is_no_ground(number: int) -> None:
    assert not found([("North", "won")] * number + [("", "lost")] * number)


def test_no_wins_or_nothing_else_is_no_ground() -> None:
    assert not found([("North", "won")] * 50)
    assert not found([("", "lost")] * 50)
    assert not found([])


def test_people_are_assigned_as_a_deal_advances() -> None:
    values = [("Ann", "won")] * 50 + [("", "lost")] * 60 + [("Ann", "lost")] * 40
    assert found(values, "segment")
    assert not found(values, "owner")


def test_accounts_keep_what_was_filled_in_when_they_bought() -> None:
    # Each of 40 customers has one won deal and four lost ones, all with the customer's region.
    rows = [(1, "North", "won", 40), (1, "North", "lost", 160), (1, "", "lost", 60)]
    assert not hindsight(column="region", deals=rows)
    (finding,) = hindsight(column="region", deals=rows, accounts=[(1, "North", "won", 40), (1, "", "open", 60)])
    assert (finding.side, finding.filled, finding.total_elsewhere) == ("accounts that bought", 40, 60)


def test_each_pipeline_stands_for_itself() -> None:
    honest = [(1, name, outcome, 20) for name in NAMES for outcome in OUTCOMES]
    leaking = [(2, "North", "won", 20), (2, "", "lost", 30)]
    assert [finding.pipeline for finding in hindsight(column="segment", deals=honest + leaking)] == [2]
    renewals = [(1, "", "lost", 90), (1, "", "won", 10), (2, "North", "won", 95), (2, "North", "lost", 5)]
    assert not hindsight(column="segment", deals=renewals)


def test_the_sentence_has_the_column_and_the_counts() -> None:
    (finding,) = found([("North", "won")] * 1480 + [("", "lost")] * 2000 + [("", "open")] * 20)
    assert sentence(finding, pipeline="New business") == (
        "column segment is filled for 1,480 of 1,480 won deals of pipeline New business but for 0 of 2,020 others: "
        "it was filled in with the outcome, so the model does not group deals by segment"
    )


@pytest.mark.parametrize(
    "value", ["", "  ", "-", "--", "?", "N/A", "n.a.", "(Unknown)", "None", "<null>", "TBD", "Not  set"]
)
def test_placeholders(value: str) -> None:
    assert is_placeholder(value)


@pytest.mark.parametrize("value", ["North", "SMB", "Other", "0", "A-1", "Norway"])
def test_names_are_none(value: str) -> None:
    assert not is_placeholder(value)
