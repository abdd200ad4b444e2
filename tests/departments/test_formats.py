"""Figures as people read them; the expected texts are written by hand."""

from __future__ import annotations

import pytest
from django.test import Client

from departments.formats import (
    MoneyScale,
    counted,
    days,
    delta,
    duration,
    grouped,
    money_full,
    money_in_words,
    money_scale,
    numbers_as_in,
    percent,
    percent_in_words,
    points,
    signed,
)


@pytest.mark.parametrize(
    ("minor", "text"),
    [
        (0, "EUR 0"), (8_700, "EUR 87"), (99_949, "EUR 999"), (99_950, "EUR 1.00 k"), (123_400_000, "EUR 1.23 M"),
        (99_960_000, "EUR 1.00 M"), (-64_000_000, "EUR −640 k"), (5 * 10**12, "EUR 50.0 bn"), (None, "–"),
    ],
)  # fmt: skip
def test_money_in_a_sentence_has_three_digits(minor: int | None, text: str) -> None:
    assert money_in_words(minor, "EUR") == text


def test_one_scale_for_a_table_with_three_digits_at_least() -> None:
    scale = money_scale([1_240_000_000, 640_000_00, 40], "EUR")
    assert scale.unit == "EUR k"
    assert [scale.write(value) for value in (1_240_000_000, 64_000_00, 40, -40, 0, None)] == [
        "12,400", "64", "<1", "−<1", "0", "–",
    ]  # fmt: skip
    assert money_scale([], "EUR").unit == "EUR"


def test_money_of_one_deal_shows_cents_only_where_there_are_some() -> None:
    assert money_full(1_240_050, "EUR") == "EUR 12,400.50"
    assert money_full(1_240_000, "EUR") == "EUR 12,400"


def test_what_is_undefined_is_a_dash() -> None:
    assert (percent(None), days(None), duration(None), grouped(None)) == ("–", "–", "–", "–")


@pytest.mark.parametrize(("value", "text"), [(0.04, "0.0"), (9.94, "9.9"), (9.95, "10"), (1234.4, "1,234")])
def test_days(value: float, text: str) -> None:
    assert days(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(30, "under a minute"), (60, "1 minute"), (7_200, "2 hours"), (86_400, "1.0 day"), (1_036_800, "12 days")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_difference_has_sign_and_word_and_knows_what_is_good() -> None:
    more_lost = delta(110, 100, write="percent", more_is_good=False)
    assert more_lost is not None
    assert (more_lost.text, more_lost.impact) == ("+10 % worse", "bad")
    faster = delta(7.0, 9.0, write="days", more_is_good=False)
    assert faster is not None
    assert (faster.text, faster.impact) == ("−2.0 d better", "good")


def test_a_small_difference_has_no_colour_and_none_has_no_sign() -> None:
    small = delta(0.51, 0.50, write="points", more_is_good=True)
    assert small is not None
    assert (small.text, small.impact) == ("+1.0 pp better", "soft")
    same = delta(100, 100, write="percent", more_is_good=True)
    assert same is not None
    assert (same.text, same.impact) == ("same", "soft")


@pytest.mark.parametrize(("now", "then"), [(None, 1.0), (1.0, None), (5.0, 0.0)])
def test_no_difference_from_nothing(now: float | None, then: float | None) -> None:
    assert delta(now, then, write="percent", more_is_good=True) is None


def test_counts_know_their_plural() -> None:
    assert (counted(1, "deal"), counted(1_204, "deal")) == ("1 deal", "1,204 deals")


def test_differences_have_their_sign_and_nothing_has_none() -> None:
    scale = MoneyScale(currency="EUR", divisor=1000, letter="k")
    assert [scale.signed(amount) for amount in (64_000_00, -9_000_00, 0, None)] == ["+64", "−9", "0", "–"]
    assert [signed(number, 1) for number in (2.04, -0.5, 0.01, None)] == ["+2.0", "−0.5", "0.0", "–"]
    assert (points(0.023), points(-0.005), points(None)) == ("+2.3 pp", "−0.5 pp", "–")
    assert (percent_in_words(0.524), percent_in_words(None)) == ("52 %", "–")


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "12,400.5"), ("de", "12.400,5"), ("de-CH", "12’400.5"), ("fr", "12\u202f400,5"), ("xx-bad-1", "12,400.5")],
)
def test_numbers_have_the_signs_of_the_readers_language(language: str, text: str) -> None:
    with numbers_as_in(language):
        assert grouped(12_400.5, 1) == text
        assert money_in_words(123_400_000, "EUR").startswith("EUR 1")
    assert grouped(12_400.5, 1) == "12,400.5"


def test_a_page_follows_the_browsers_language(client: Client, db: None) -> None:
    answer = client.get("/accounts/login/", headers={"Accept-Language": "de-DE,de;q=0.9"})
    assert "Accept-Language" in answer.headers["Vary"]
