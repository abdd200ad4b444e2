"""Currencies that a workbook shows beside its numbers by their format alone: the amounts are in them."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook

from pipeline.sources.meaning.roles import unit_in_name
from tests.pipeline.sources.reading.strange_lists import Strange, strange


def formatted(folder: Path, number_format: str, currency: str = "EUR") -> Strange:
    """Two deals of 1,500 and 2,500.50, the amounts in a format of numbers."""
    book, stream = Workbook(), BytesIO()
    sheet = book.active
    sheet.append(["Deal ID", "Stage", "Created", "Closed", "Amount"])
    sheet.append(["D1", "Won", datetime(2026, 1, 5), datetime(2026, 2, 2), 1500])
    sheet.append(["D2", "Offer", datetime(2026, 1, 6), None, 2500.5])
    for cell in sheet["E"][1:]:
        cell.number_format = number_format
    book.save(stream)
    return strange(folder, {"deals.xlsx": stream.getvalue()}, reporting_currency=currency)


@pytest.mark.parametrize(
    ("number_format", "currency"),
    [
        ("[$USD] #,##0.00", "USD"), ('#,##0.00\\ "CHF"', "CHF"), ("[$£-809]#,##0.00", "GBP"),
        ("#,##0.00 [$€-407];[Red]-#,##0.00 [$€-407]", "EUR"), ("#,##0.00", "EUR"), ("General", "EUR"),
        ('#,##0.00 "Stk"', "EUR"),
    ],
)  # fmt: skip
def test_the_currency_of_the_format_is_the_deals(tmp_path: Path, number_format: str, currency: str) -> None:
    seen = formatted(tmp_path, number_format)
    assert seen.outcomes == {"open": [1, 2500.5], "won": [1, 1500.0]}
    assert {deal["currency"] for deal in seen.deals} == {currency}


def test_a_sign_of_several_currencies_is_refused_by_line(tmp_path: Path) -> None:
    seen = formatted(tmp_path / "eur", '"$"#,##0.000')
    assert "Amount “1500 $” is in $, which may be several currencies and is not EUR" in seen.problems[0]
    own = formatted(tmp_path / "usd", '"$"#,##0.000', "USD")
    assert {deal["currency"] for deal in own.deals} == {"USD"}


def test_what_every_program_shows_in_its_own_way_says_nothing(tmp_path: Path) -> None:
    """The format of number 44 shows a dollar in the United States, and a euro in Germany."""
    seen = formatted(tmp_path, '_("$"* #,##0.00_)_("$"* \\(#,##0.00\\)_("$"* "-"??_)_(@_)')
    assert {deal["currency"] for deal in seen.deals} == {"EUR"}


@pytest.mark.parametrize("name", ["Importe (miles €)", "Montant (milliers d’euros)", "Importe (miles de euros)"])
def test_thousands_in_other_languages_are_seen(name: str) -> None:
    assert unit_in_name(name)


@pytest.mark.parametrize(
    ("number_format", "keys"),
    [
        ("00000", ["00012", "123456"]), ('"D-"0000', ["D-0012", "D-123456"]), ("000;-000", ["012", "123456"]),
        ("0", ["12", "123456"]), ("#,##0", ["12", "123456"]), ("0.00", ["12", "123456"]),
    ],
)  # fmt: skip
def test_digits_that_a_format_puts_before_a_key_are_the_keys(
    tmp_path: Path, number_format: str, keys: list[str]
) -> None:
    """As the sheet shows them, and a CSV of it has them."""
    book, stream = Workbook(), BytesIO()
    sheet = book.active
    sheet.append(["Deal ID", "Stage", "Created", "Closed", "Amount"])
    sheet.append([12, "Won", datetime(2026, 1, 5), datetime(2026, 2, 2), 1500])
    sheet.append([123456, "Offer", datetime(2026, 1, 6), None, 2500.5])
    for cell in sheet["A"][1:]:
        cell.number_format = number_format
    book.save(stream)
    seen = strange(tmp_path, {"deals.xlsx": stream.getvalue()})
    assert [deal["key"] for deal in seen.deals] == keys
