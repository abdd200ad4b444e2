"""Currencies beside numbers: what is taken off, what it may mean, and that everything else stays as it is."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipeline.core.decimal_text import NotDecimal, NumberSigns, parse_decimal
from pipeline.core.money_text import currency_of_name, money_split


@pytest.mark.parametrize(
    ("text", "number", "currency"),
    [
        ("1\u202f234,56 €", "1\u202f234,56", "EUR"), ("€1.200", "1.200", "EUR"), ("£ 1,200.00", "1,200.00", "GBP"),
        ("USD 1,200.50", "1,200.50", "USD"), ("1200 chf", "1200", "CHF"), ("$1,200 USD", "1,200", "USD"),
        ("Rs. 12,34,567.00", "12,34,567.00", "INR"), ("¥1,200", "1,200", "JPY"), ("1,200円", "1,200", "JPY"),
        ("R$ 1.000,00", "1.000,00", "BRL"), ("kr 1 200,00", "1 200,00", "SEK"), ("-€5", "-5", "EUR"),
        ("€-5", "-5", "EUR"), ("(£1,200.00)", "-1,200.00", "GBP"), ("(1,200)", "-1,200", ""),
        ("50,00-", "-50,00", ""),
    ],
)  # fmt: skip
def test_the_number_and_its_currency(text: str, number: str, currency: str) -> None:
    money = money_split(text)
    assert money.number == number
    assert (currency in money.currencies) == bool(currency)


@pytest.mark.parametrize(
    "text", ["1,200.50", "OPP 123", "ABC 5", "EUR", "5 EUR 6", "$5 EUR", "5 %", "5 days", "--5", ""]
)
def test_what_is_no_number_with_a_currency_stays_as_it_is(text: str) -> None:
    assert (money_split(text).number, money_split(text).mark) == (text, "")


def test_a_dollar_may_be_one_of_several_and_is_no_euro() -> None:
    assert {"USD", "CAD", "AUD"} <= set(money_split("$5").currencies)
    assert "EUR" not in money_split("$5").currencies


@pytest.mark.parametrize(
    ("name", "mark"),
    [("Amount (USD)", "USD"), ("Betrag in €", "€"), ("Value - GBP", "GBP"), ("金額(円)", "円"), ("金額（円）", "円"),
     ("Amount", ""), ("Total ARR", ""), ("Amount in company currency", ""), ("Sum (ALL)", "")],
)  # fmt: skip
def test_the_currency_in_the_name_of_a_column(name: str, mark: str) -> None:
    assert currency_of_name(name).mark == mark


@pytest.mark.parametrize(
    ("text", "value"), [("12,34,567.50", "1234567.5"), ("1,00,000", "100000"), ("50,000", "50000"), ("999", "999")]
)
def test_groups_of_two_are_read_where_they_are_declared(text: str, value: str) -> None:
    assert parse_decimal(text, NumberSigns(".", ",", lakh=True)) == Decimal(value)


@pytest.mark.parametrize("text", ["1,234,567", "123,45,678", "1,2,345", "12,34,56"])
def test_other_groups_are_refused_there(text: str) -> None:
    with pytest.raises(NotDecimal):
        parse_decimal(text, NumberSigns(".", ",", lakh=True))
