"""Figures as people read them; the expected texts are written by hand."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from departments.formats import (
    MoneyScale,
    counted,
    days,
    delta,
    document_scale,
    duration,
    grouped,
    interval_in_words,
    money_full,
    money_in_words,
    money_scale,
    percent,
    percent_in_words,
    points,
    signed,
    using_number_language,
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
        "12,400", "64", "<1", "≈0", "0", "–",
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
    assert (more_lost.text, more_lost.impact) == ("10 % more, worse", "bad")
    faster = delta(7.0, 9.0, write="days", more_is_good=False)
    assert faster is not None
    assert (faster.text, faster.impact) == ("2.0 days less, better", "good")


def test_a_small_difference_has_no_colour_and_none_has_no_sign() -> None:
    small = delta(0.51, 0.50, write="points", more_is_good=True)
    assert small is not None
    assert (small.text, small.impact) == ("1.0 points up", "soft")
    same = delta(100, 100, write="percent", more_is_good=True)
    assert same is not None
    assert (same.text, same.impact) == ("same", "soft")


@pytest.mark.parametrize(("now", "then"), [(None, 1.0), (1.0, None), (5.0, 0.0)])
def test_no_difference_from_nothing(now: float | None, then: float | None) -> None:
    assert delta(now, then, write="percent", more_is_good=True) is None


@pytest.mark.parametrize("write", [grouped, percent, signed, points, lambda value, places: days(value)])
def test_what_rounds_to_zero_has_no_sign(write: Callable[[float, int], str]) -> None:
    assert write(-0.0003, 1).removesuffix(" pp") == "0.0"


def test_a_cent_that_is_none_has_no_sign() -> None:
    assert money_full(Decimal("-0.001"), "EUR") == "EUR 0.00"


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
    with using_number_language(language):
        assert grouped(12_400.5, 1) == text
        assert money_in_words(123_400_000, "EUR").startswith("EUR 1")
    assert grouped(12_400.5, 1) == "12,400.5"


def test_a_page_follows_the_browsers_language(client: Client, db: None) -> None:
    answer = client.get("/accounts/login/", headers={"Accept-Language": "de-DE,de;q=0.9"})
    assert "Accept-Language" in answer.headers["Vary"]


MONEY = st.integers(min_value=-(10**14), max_value=10**14)


@given(st.lists(MONEY, min_size=1, max_size=12))
def test_money_of_a_document_is_within_half_a_percent_and_never_nothing(amounts: list[int]) -> None:
    scale = document_scale(amounts, "EUR")
    for minor in amounts:
        text = scale.write(minor)
        if abs(minor) < scale.divisor and minor and scale.divisor > 1:
            assert text == "≈0"
            continue
        number = Decimal(text.replace("−", "-").replace(",", ""))
        assert (number == 0) is (minor == 0)
        assert abs(number * scale.divisor * 100 - minor) <= max(abs(minor) * Decimal("0.051"), Decimal("0.5"))
        if abs(number) >= 1:
            assert len(text.strip("−").replace(",", "").replace(".", "")) >= 3 or scale.divisor == 1
            assert abs(number * scale.divisor * 100 - minor) <= abs(minor) * Decimal("0.0051")


@given(MONEY, MONEY)
def test_the_ends_of_an_interval_differ_where_the_values_do(low: int, high: int) -> None:
    scale = document_scale([low, high], "EUR", intervals=[(low, high)])
    assert (scale.write(low) == scale.write(high)) is (low == high)
    ends = interval_in_words(low, high, "EUR")
    assert (ends[0] == ends[1]) is (low == high)


@given(MONEY, st.sampled_from([0, 3]), st.sampled_from([1, 1000, 10**6, 10**9]))
def test_no_amount_is_a_sign_before_a_comparison(minor: int, digits: int, divisor: int) -> None:
    scale = MoneyScale(currency="EUR", divisor=divisor, letter="", digits=digits)
    for text in (scale.write(minor), scale.signed(minor), money_in_words(minor, "EUR")):
        assert not any(odd in text for odd in ("−<", "+<", "-<", "−−", "+−", "E+", "−0 ", "nan"))
        assert text not in ("−0", "+0", "−0.0", "−0.00")


@pytest.mark.parametrize(
    ("millions", "text"),
    [("8.6654", "8.67"), ("7.9174", "7.92"), ("12.302", "12.3"), ("13.651", "13.7"), ("-0.748", "−0.75"),
     ("9.996", "10.0"), ("99.96", "100"), ("1234.5", "1,234"), ("0.0484", "0.048"), ("0", "0")],
)  # fmt: skip
def test_three_significant_digits(millions: str, text: str) -> None:
    scale = MoneyScale(currency="EUR", divisor=10**6, letter="M", digits=3)
    assert scale.write(int(Decimal(millions) * 10**8)) == text


def test_a_document_takes_the_smaller_unit_where_cells_would_be_next_to_nothing() -> None:
    assert document_scale([1_366_000_000, 866_500_000, -74_800_000], "EUR").unit == "EUR M"
    assert document_scale([1_210_000_000, 2_600_000], "EUR").unit == "EUR k"
    assert document_scale([5 * 10**12], "EUR").unit == "EUR bn"
    assert document_scale([], "EUR").write(0) == "0"
    assert document_scale([4], "EUR").write(4) == "0.04"


def test_a_few_euros_among_thousands_are_nearly_nothing() -> None:
    scale = MoneyScale(currency="EUR", divisor=1000, letter="k", digits=3)
    assert (scale.write(-490), scale.signed(490)) == ("≈0", "≈0")
    assert (scale.write(-1_000), scale.write(0)) == ("−0.010", "0")
