"""What people type, read as numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from departments.formats import grouped
from departments.scorecards.core.number_text import NotANumber, number_parse, number_read, number_text


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12.5", "12.5"), ("12,5", "12.5"), (" 1,234.5 ", "1234.5"), ("1.234,5", "1234.5"), ("1 234,5", "1234.5"),
        ("1,234", "1234"), ("0,125", "0.125"), ("1.234", "1.234"), ("1.234.567", "1234567"), ("−3", "-3"),
        ("95 %", "95"), (".5", "0.5"), ("1'234'567", "1234567"), ("12.", "12"), ("+4", "4"), ("٣", "3"),
        ("1.500000000", "1.5"), ("12\u202f500,5", "12500.5"), ("12 500", "12500"), ("1 234 567.25", "1234567.25"),
        ("1\u00a0234", "1234"), ("-1.234.567,8", "-1234567.8"), ("007", "7"), ("+5", "5"), ("12,5%", "12.5"),
        ("12.5\u00a0%", "12.5"), ("５", "5"), ("99999999999999.999999", "99999999999999.999999"),
        ("１２．５％", "12.5"), ("－５", "-5"), ("１２,３４５", "12345"), ("１，２３４．５", "1234.5"),
        ("١٢,٣٤٥", "12345"), ("１'２３４", "1234"), ("5﹪", "5"), ("00.5", "0.5"), ("0012", "12"),
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
        ("12,34.5", "is not a number"), ("=1+1", "is not a number: it is a formula"),
        ("10 20", "a space marks thousands"),
        ("12 5", "a space marks thousands"), ("1'2", "a space marks thousands"), ("0 123", "a space marks thousands"),
        ("1 234\u00a0567", "a space marks thousands"), ("1 234  567", "a space marks thousands"),
        ("1\n2", "a line break inside"), ("1\r\n2", "a line break inside"), ("1\t2", r"invisible character \(U\+0009"),
        ("5\x00", r"invisible character \(U\+0000"), ("\u200b5", r"invisible character \(U\+200B"),
        ("(5)", "in brackets"),
        ("5-", "minus is at the end"), ("5 −", "minus is at the end"), ("–5", "begins with a dash"),
        ("1.2E+05", "has an exponent"), ("inf", "is not a number"), ("#DIV/0!", "a spreadsheet error"),
        ("TRUE", "true or false"), ("12.3.2026", "is a date"), ("2026-11-23", "is a date"),
        ("1,234,56", "is not a number"),
        ("01,234,567", "is not a number"), ("12%%", "is not a number"), ("- 5", "is not a number"),
        ("1." + "0" * 40 + "1", "more than 6 decimals"),
        ("012,345", "begins with 0"), ("-01,234", "begins with 0"), ("00.345", "begins with 0"),
        ("０１２，３４５", "begins with 0"), ("（５）", "in brackets"),
        ("５－", "minus is at the end"), ("²", "is not a number"), ("٣٫٥", "is not a number"),
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


@pytest.mark.parametrize(
    ("text", "number", "other"),
    [
        ("1,234", "1234", "1.234"), ("1.234", "1.234", "1234"), ("-12,500", "-12500", "-12.5"),
        ("0,125", "0.125", None),
        ("1,234 %", "1234", "1.234"), ("１，２３４", "1234", "1.234"),
        ("1,234.5", "1234.5", None), ("1 234", "1234", None), ("1.2340", "1.234", None), ("1234", "1234", None),
    ],
)  # fmt: skip
def test_a_text_that_could_be_a_thousand_times_off_says_so(text: str, number: str, other: str | None) -> None:
    parsed = number_parse(text)
    assert parsed.value == Decimal(number)
    assert parsed.other == (None if other is None else Decimal(other))


@given(st.decimals(-(10**14) + 1, 10**14 - 1, places=6))
def test_what_is_written_is_read_back_and_not_ambiguous(value: Decimal) -> None:
    parsed = number_parse(number_text(value))
    assert (parsed.value, parsed.other) == (value, None)
