"""Amounts as systems all over the world write them: what they come to, and in which currency."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.sources.meaning.editing import content_of
from tests.pipeline.sources.reading.strange_lists import strange

NAMES = "Deal ID;Stage;Created;Closed;Amount;Owner\n"


def rows(*amounts: str) -> str:
    """A deal that was won, one that was lost, and open ones, with these amounts."""
    ends = [("Won", "2026-03-02"), ("Lost", "2026-02-03")]
    lines = []
    for number, amount in enumerate(amounts):
        stage, closed = ends[number] if number < 2 else ("Proposal", "")
        lines.append(f"D{number};{stage};2026-01-0{number + 2};{closed};{amount};Ann")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("currency", "amounts", "money"),
    [
        ("EUR", ("1\u202f234,56 €", "20\u202f000,00 €", "800,00 €"), (1234.56, 20000, 800)),
        ("INR", ("Rs. 12,34,567.00", "Rs. 50,000.00", "Rs. 1,00,000.50"), (1234567, 50000, 100000.5)),
        ("GBP", ("£1,200.00", "£4,000.00", "£2,500.00"), (1200, 4000, 2500)),
        ("USD", ("$1,200.00", "4000", "USD 2,500.00"), (1200, 4000, 2500)),
        ("CHF", ("CHF 1'200.00", "CHF 4’000.00", "CHF 2'500.00"), (1200, 4000, 2500)),
        ("JPY", ("1,200円", "￥4,000", "2,500円"), (1200, 4000, 2500)),
    ],
)
def test_amounts_with_their_currency_are_amounts(
    tmp_path: Path, currency: str, amounts: tuple[str, ...], money: tuple[float, ...]
) -> None:
    seen = strange(tmp_path, {"deals.csv": NAMES + rows(*amounts)}, reporting_currency=currency)
    won, lost, still_open = money
    assert seen.outcomes == {"won": [1, won], "lost": [1, lost], "open": [1, still_open]}
    assert {deal["currency"] for deal in seen.deals} == {currency}


def test_a_currency_beside_the_amount_is_the_deals_currency(tmp_path: Path) -> None:
    """Money is never taken for the company's own because no column says otherwise."""
    seen = strange(tmp_path, {"deals.csv": NAMES + rows("£1,200.00", "€ 4,000.00", "900.00")})
    assert [deal["currency"] for deal in seen.deals] == ["GBP", "EUR", "EUR"]
    assert any("1 deals are in GBP" in note for note in seen.notes)


def test_a_currency_in_the_name_of_the_column_is_that_of_all_its_amounts(tmp_path: Path) -> None:
    seen = strange(tmp_path, {"deals.csv": NAMES.replace("Amount", "Amount (USD)") + rows("1,200.00", "4,000.00")})
    assert [deal["currency"] for deal in seen.deals] == ["USD", "USD"]


def test_a_sign_of_several_currencies_is_refused_where_none_is_the_companys(tmp_path: Path) -> None:
    seen = strange(tmp_path, {"deals.csv": NAMES + rows("€1,200.00", "$4,000.00")})
    assert len(seen.problems) == 1
    assert "line 3: Amount “$4,000.00” is in $, which may be several currencies and is not EUR" in seen.problems[0]


def test_a_sign_that_contradicts_the_column_of_currencies_is_refused(tmp_path: Path) -> None:
    names = NAMES.replace("Owner", "Currency")
    text = rows("€1,200.00", "$4,000.00").replace(";Ann", ";USD")
    seen = strange(tmp_path, {"deals.csv": names + text}, reporting_currency="USD")
    assert len(seen.problems) == 1
    assert "line 2: Amount “€1,200.00” is in €, and its Currency is USD" in seen.problems[0]


def test_a_negative_amount_in_parentheses_is_refused_as_one(tmp_path: Path) -> None:
    seen = strange(tmp_path, {"deals.csv": NAMES + rows("(£1,200.00)", "£4,000.00", "£10.00", "£20.00", "£30.00")},
                   reporting_currency="GBP")  # fmt: skip
    assert len(seen.problems) == 1
    assert "line 2: Amount “(£1,200.00)” is negative" in seen.problems[0]


def test_a_won_deal_counts_with_what_came_and_others_with_what_was_estimated(tmp_path: Path) -> None:
    """Dynamics fills the actual revenue when a deal is won."""
    names = "Opportunity ID,Topic,Pipeline Phase,Status,Created On,Actual Close Date,Est. Revenue,Actual Revenue\n"
    deals = "1,A,4-Close,Won,2026-01-05,2026-03-02,1000,900\n2,B,2-Develop,Lost,2026-01-06,2026-02-02,4000,\n"
    seen = strange(tmp_path, {"deals.csv": names + deals + "3,C,1-Qualify,Open,2026-01-07,,2500,\n"})
    assert seen.outcomes == {"won": [1, 900], "lost": [1, 4000], "open": [1, 2500]}


def test_groups_of_india_are_chosen_and_left_again_in_the_form() -> None:
    content: dict[str, Any] = {"deal": {"key": "id", "stage": "S"}, "company": {}, "files": {"date_formats": []}}
    chosen = content_of({"signs": ".,lakh"}, content, [], log=False)
    assert chosen["files"] == {"date_formats": [], "decimal_sign": ".", "thousands_sign": ",", "lakh": True}
    left = content_of({"signs": ",."}, chosen, [], log=False)
    assert left["files"] == {"date_formats": [], "decimal_sign": ",", "thousands_sign": "."}


@pytest.mark.parametrize("word", ["eur", "EUR", "€", "Euro", " Eur"])
def test_a_currency_is_read_however_its_column_writes_it(tmp_path: Path, word: str) -> None:
    names = "Deal ID;Stage;Created;Closed;Amount;Currency\n"
    lines = f"D1;Won;2026-01-02;2026-03-02;1;{word}\nD2;Proposal;2026-01-03;;2;USD\n"
    seen = strange(tmp_path, {"deals.csv": names + lines})
    assert [deal["currency"] for deal in seen.deals] == ["EUR", "USD"]


def test_a_sign_of_several_in_the_column_of_the_currency_is_not_guessed(tmp_path: Path) -> None:
    names = "Deal ID;Stage;Created;Closed;Amount;Currency\n"
    seen = strange(tmp_path, {"deals.csv": names + "D1;Won;2026-01-02;2026-03-02;1;$\nD2;Proposal;2026-01-03;;2;$\n"})
    # The company folder refuses it by line, as it refuses every currency that is no three letters.
    assert {deal["currency"] for deal in seen.deals} == {"$"} or seen.problems
