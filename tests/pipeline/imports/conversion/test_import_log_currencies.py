"""Signs and codes of currencies beside the amounts of a log: taken where they say one thing, else refused by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipeline.imports.conversion.exports import table
from tests.pipeline.imports.conversion.logs import convert_log, mapping, moves, problems

EURO_SIGNS = 'decimal_sign = ","\nthousands_sign = "."'
VALUE = 'amount = "value"'


def log(*amounts: str, name: str = "value") -> str:
    """A case for each amount, with a second event that has none."""
    rows = "".join(
        f'C{place},Lead,2026-07-01 10:00,,"{amount}"\nC{place},Won,2026-07-02 10:00,,\n'
        for place, amount in enumerate(amounts, 1)
    )
    return f"deal,step,time,who,{name}\n{rows}"


def currencies(tmp_path: Path) -> list[str]:
    return [row["currency"] for row in table(tmp_path / "out", "opportunities")]


@pytest.mark.parametrize(
    ("amount", "signs", "number", "currency"),
    [
        ("€ 1.234,50", EURO_SIGNS, "1234.5", "EUR"),
        ("1.234,50 €", EURO_SIGNS, "1234.5", "EUR"),
        ("USD 1,200.00", 'thousands_sign = ","', "1200", "USD"),
        ("1 200 zł", 'decimal_sign = ","\nthousands_sign = " "', "1200", "PLN"),
        ("1 200,50 ₽", 'decimal_sign = ","\nthousands_sign = " "', "1200.5", "RUB"),
        ("1.234,50", EURO_SIGNS, "1234.5", "EUR"),
    ],
)
def test_the_currency_beside_an_amount_is_the_deals(
    tmp_path: Path, amount: str, signs: str, number: str, currency: str
) -> None:
    convert_log(tmp_path, log(amount), mapping(log=signs, fields=VALUE))
    assert [move[2] for move in moves(tmp_path)["C1"]] == [number, number]
    assert currencies(tmp_path) == [currency]


def test_the_signs_of_the_mapping_hold_beside_a_currency_too(tmp_path: Path) -> None:
    (one,) = problems(tmp_path, log("€ 1,234.50"), mapping(log=EURO_SIGNS, fields=VALUE))
    assert one.startswith("log.csv line 2: value “€ 1,234.50” is not a number with the decimal sign “,”")


def test_each_deal_has_its_own_currency(tmp_path: Path) -> None:
    convert_log(tmp_path, log("EUR 5", "CHF 6", "7"), mapping(fields=VALUE))
    assert currencies(tmp_path) == ["EUR", "CHF", "EUR"]


def test_a_sign_of_several_currencies_is_not_guessed(tmp_path: Path) -> None:
    (one,) = problems(tmp_path, log("$ 5"), mapping(fields=VALUE))
    assert one.startswith("log.csv line 2: value “$ 5” is in $, which may be several currencies and is not EUR")
    text = mapping(fields=VALUE).replace('reporting_currency = "EUR"', 'reporting_currency = "USD"')
    convert_log(tmp_path, log("$ 5"), text)
    assert currencies(tmp_path) == ["USD"]


@pytest.mark.parametrize(
    ("first", "second", "line", "why"),
    [
        ("EUR 5", "USD 6", 3, "“USD 6” is in USD, and another amount of the case is in EUR"),
        ("USD 5", "CHF 6", 3, "“CHF 6” is in CHF, and another amount of the case is in USD"),
        ("USD 5", "6", 3, "“6” names no currency, and another amount of the case is in USD"),
    ],
)
def test_amounts_of_one_case_in_two_currencies_are_refused(
    tmp_path: Path, first: str, second: str, line: int, why: str
) -> None:
    text = f"deal,step,time,who,value\nC1,Lead,2026-07-01 10:00,,{first}\nC1,Won,2026-07-02 10:00,,{second}\n"
    refused = problems(tmp_path, text, mapping(fields=VALUE))
    assert any(problem.startswith(f"log.csv line {line}: value {why}") for problem in refused), refused


def test_a_currency_that_its_own_column_contradicts_is_refused(tmp_path: Path) -> None:
    text = "deal,step,time,who,value,money\nC1,Lead,2026-07-01 10:00,,USD 5,EUR\n"
    fields = f'{VALUE}\ncurrency_attribute = "money"'
    (one,) = problems(tmp_path, text, mapping(fields=fields))
    assert one.startswith("log.csv line 2: value “USD 5” is in USD, and its case is in EUR")
    convert_log(tmp_path, text.replace("USD 5", "€ 5"), mapping(fields=fields))
    assert currencies(tmp_path) == ["EUR"]


def test_a_currency_in_the_name_of_the_column_is_that_of_its_amounts(tmp_path: Path) -> None:
    convert_log(tmp_path, log("5", name="Amount (USD)"), mapping(fields='amount = "Amount (USD)"'))
    assert currencies(tmp_path) == ["USD"]
    (one,) = problems(
        tmp_path, log("EUR 5", name="Amount (USD)"), mapping(fields='amount = "Amount (USD)"\ncurrency = "USD"')
    )
    assert "is in EUR, and its case is in USD" in one
