"""Numbers by declared signs: what each text means, and that nothing else is taken for a number."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.decimal_text import NotDecimal, NumberSigns, parse_decimal, parse_xes_float, plain_decimal

POINT, COMMA = NumberSigns(".", ","), NumberSigns(",", ".")
SPACED, APOSTROPHE, PLAIN = NumberSigns(",", " "), NumberSigns(".", "'"), NumberSigns()


@pytest.mark.parametrize(
    ("text", "signs", "value"),
    [
        ("1,200.50", POINT, "1200.50"),
        ("1.200,50", COMMA, "1200.50"),
        ("1.234", COMMA, "1234"),
        ("12345,5", COMMA, "12345.5"),
        ("1 200,50", SPACED, "1200.50"),
        ("1\u202f200\u00a0300,5", SPACED, "1200300.5"),
        ("1'200.50", APOSTROPHE, "1200.50"),
        ("1’200.50", APOSTROPHE, "1200.50"),
        (" 15 ", PLAIN, "15"),
        (".5", PLAIN, "0.5"),
        ("+7", PLAIN, "7"),
        ("-7", PLAIN, "-7"),
        ("\u22127", PLAIN, "-7"),
        ("0012", PLAIN, "12"),
        ("1200.5000", POINT, "1200.5"),
    ],
)
def test_a_number_is_read_as_declared(text: str, signs: NumberSigns, value: str) -> None:
    assert parse_decimal(text, signs) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("13,75", POINT), ("1,2,3", POINT), ("1200.50", COMMA), ("0,123", POINT), (",123", POINT), ("1,2345", POINT),
        ("1234,567", POINT), ("1,00,000", POINT), ("1,200,", POINT), ("1.200,50", POINT), ("1,200.50", COMMA),
        ("1,200", PLAIN), ("1 200", PLAIN), ("1'200", POINT), ("1.2.3", POINT), ("1,200.5,0", POINT), ("", POINT),
        (".", POINT), ("-", POINT), ("5.", POINT), ("€ 5", POINT), ("5 %", POINT), ("(5)", POINT), ("--5", POINT),
        ("1.25E7", POINT), ("1e3", PLAIN), ("INF", PLAIN), ("NaN", PLAIN), ("٣", PLAIN), ("0x10", PLAIN),
        ("1_000", PLAIN), ("=5", PLAIN), ("#REF!", PLAIN), ("1" * 60, PLAIN),
    ],
)  # fmt: skip
def test_what_is_no_certain_number_is_refused(text: str, signs: NumberSigns) -> None:
    with pytest.raises(NotDecimal):
        parse_decimal(text, signs)


@pytest.mark.parametrize(
    ("text", "plain"),
    [("1.25E7", "12500000"), ("1E-3", "0.001"), ("+2.5e+2", "250"), ("-0.50", "-0.5"), ("5.", "5"), ("1200", "1200")],
)
def test_a_float_of_xes_is_exact(text: str, plain: str) -> None:
    assert plain_decimal(parse_xes_float(text)) == plain


@pytest.mark.parametrize("text", ["INF", "-INF", "NaN", "1E999999999", "1E-999999999", "1,5", "", "E7", "0x1p3"])
def test_a_float_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(NotDecimal):
        parse_xes_float(text)


@pytest.mark.parametrize(
    "signs", [NumberSigns("", ""), NumberSigns("dot"), NumberSigns(",", ","), NumberSigns("5"), NumberSigns(".", "tab")]
)
def test_signs_that_cannot_be_are_named(signs: NumberSigns) -> None:
    assert signs.mistake()


SIGNS = st.sampled_from([POINT, COMMA, SPACED, APOSTROPHE])


@given(st.integers(0, 10**14), st.integers(0, 99), SIGNS)
def test_grouped_and_ungrouped_are_the_same_number(whole: int, cents: int, signs: NumberSigns) -> None:
    grouped = f"{whole:,}".replace(",", signs.thousands) + f"{signs.decimal}{cents:02}"
    expected = Decimal(whole) + Decimal(cents) / 100
    assert parse_decimal(grouped, signs) == parse_decimal(f"{whole}{signs.decimal}{cents:02}", signs) == expected


@given(st.text(alphabet="0123456789.,' +-", max_size=14), SIGNS)
def test_a_text_is_a_number_only_with_groups_of_three(text: str, signs: NumberSigns) -> None:
    """An independent statement of the rule, as one pattern."""
    thousands, decimal = re.escape(signs.thousands), re.escape(signs.decimal)
    whole = rf"(\d+|[1-9]\d{{0,2}}({thousands}\d{{3}})+)"
    certain = re.fullmatch(rf"[+-]?({whole}({decimal}\d+)?|{decimal}\d+)", text.strip())
    try:
        parse_decimal(text, signs)
        accepted = True
    except NotDecimal:
        accepted = False
    assert accepted == bool(certain)
