"""What people type, read as numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from departments.core.number_text import NotANumber, number_read
from departments.formats import grouped


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12.5", "12.5"), ("12,5", "12.5"), (" 1,234.5 ", "1234.5"), ("1.234,5", "1234.5"), ("1 234,5", "1234.5"),
        ("1,234", "1234"), ("0,125", "0.125"), ("1.234", "1.234"), ("1.234.567", "1234567"), ("−3", "-3"),
        ("95 %", "95"), (".5", "0.5"), ("1'234'567", "1234567"), ("12.", "12"), ("+4", "4"), ("٣", "3"),
        ("1.500000000", "1.5"),
    ],
)  # fmt: skip
def test_a_number_is_read(text: str, number: str) -> None:
    assert number_read(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "  ", "-", "–"])
def test_nothing_is_nothing(text: str) -> None:
    assert number_read(text) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("twelve", "is not a number"), ("1,2,3", "is not a number"), ("12 EUR", "is not a number"),
        ("1.23.456", "is not a number"), ("1e5", "is not a number"), ("NaN", "is not a number"),
        ("0.1234567", "more than 6 decimals"), ("1" * 15, "more than 14 digits"), ("--5", "is not a number"),
        ("12,34.5", "is not a number"), ("=1+1", "is not a number"),
    ],
)  # fmt: skip
def test_garbage_is_told(text: str, why: str) -> None:
    with pytest.raises(NotANumber, match=why):
        number_read(text)


@given(st.text(max_size=20))
def test_any_text_is_a_number_or_told(text: str) -> None:
    try:
        value = number_read(text)
    except NotANumber:
        return
    assert value is None or value.is_finite()


@given(st.decimals(-(10**13), 10**13, places=3))
def test_what_pages_print_is_read_as_it_was(value: Decimal) -> None:
    assert number_read(grouped(value, 3)) == value
