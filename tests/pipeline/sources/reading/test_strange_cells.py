"""Cells that stand for nothing, amounts in thousands, and a mapping that goes out and comes in again."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from pipeline.imports.conversion.toml_text import mapping_toml
from pipeline.sources.meaning.mapping_gaps import decided, undecided
from pipeline.sources.meaning.roles import unit_in_name
from tests.pipeline.sources.reading.strange_lists import strange

NAMES = "Deal ID,Stage,Created,Closed,Amount,Owner,Account,Lost reason\n"


@pytest.mark.parametrize("word", ["NULL", "\\N", "0000-00-00", "None", "N/A", "-", "NaT", "(blank)"])
def test_a_word_for_nothing_among_days_and_numbers_is_an_empty_cell(tmp_path: Path, word: str) -> None:
    """Databases and spreadsheets write them for every deal that is open; each is said with its count."""
    rows = (
        f"1,Won,2026-01-05,2026-03-02,10,Ann,A,\n2,Lost,2026-01-06,2026-02-02,20,Ann,A,Price\n"
        f"3,Bid,2026-01-07,{word},30,Ann,A,\n4,Bid,2026-01-08,{word},40,Ann,A,\n"
    )
    seen = strange(tmp_path, {"deals.csv": NAMES + rows})
    assert seen.deal["closed"] == "Closed"
    assert seen.outcomes == {"won": [1, 10], "lost": [1, 20], "open": [2, 70]}
    assert f"2 rows have Closed “{word}”, read as “”." in seen.notes


def test_what_machines_write_for_nothing_is_no_customer_and_no_reason(tmp_path: Path) -> None:
    rows = "1,Won,2026-01-05,2026-03-02,10,NULL,NULL,NULL\n2,Lost,2026-01-06,2026-02-02,20,Ann,A,Price\n"
    seen = strange(tmp_path, {"deals.csv": NAMES + rows})
    assert [(deal["owner"], deal["account"]) for deal in seen.deals] == [("", ""), ("Ann", "A")]
    assert [row["name"] for row in seen.content["loss_reasons"]] == ["Price"]


def test_a_reason_called_none_stays_for_a_person_to_decide(tmp_path: Path) -> None:
    rows = "1,Won,2026-01-05,2026-03-02,10,Ann,A,\n2,Lost,2026-01-06,2026-02-02,20,Ann,A,None\n"
    seen = strange(tmp_path, {"deals.csv": NAMES + rows + "3,Lost,2026-01-06,2026-02-02,20,Ann,A,Price\n"})
    assert [row["name"] for row in seen.content["loss_reasons"]] == ["None", "Price"]


def test_a_missing_amount_is_asked_about_whatever_it_is_called(tmp_path: Path) -> None:
    rows = "1,Won,2026-01-05,2026-03-02,10,Ann,A,\n2,Bid,2026-01-06,,NULL,Ann,A,\n3,Bid,2026-01-06,,5,Ann,A,\n"
    seen = strange(tmp_path, {"deals.csv": NAMES + rows})
    assert seen.questions == ["1 of 3 deals have no amount: say what they count with, 0 if nothing."]


@pytest.mark.parametrize(
    "name", ["Amount (k€)", "Betrag in TEUR", "Revenue ($M)", "Amount in thousands", "Umsatz Tsd. €", "Umsatz Mio. EUR",
             "金額(千円)", "Amount [000s]"]
)  # fmt: skip
def test_amounts_in_thousands_are_not_taken_as_they_stand(tmp_path: Path, name: str) -> None:
    rows = "1,Won,2026-01-05,2026-03-02,10,Ann,A,\n2,Bid,2026-01-06,,20,Ann,A,\n"
    seen = strange(tmp_path, {"deals.csv": NAMES.replace("Amount", name) + rows})
    assert any(f"The name of “{name}” says that its amounts are in" in question for question in seen.questions)


@pytest.mark.parametrize("name", ["Amount", "Amount (USD)", "Amount in company currency", "Total min", "ARR"])
def test_other_names_say_no_thousands(name: str) -> None:
    assert unit_in_name(name) == ""


def test_a_mapping_that_was_downloaded_still_asks_what_nobody_decided(tmp_path: Path) -> None:
    """Uploaded again, its reasons were those of nobody without anybody having said so."""
    rows = "1,Won,2026-01-05,2026-03-02,10,Ann,A,\n2,Lost,2026-01-06,2026-02-02,20,Ann,A,Price\n"
    seen = strange(tmp_path, {"deals.csv": NAMES + rows})
    for reason in seen.content["loss_reasons"]:
        reason["department"] = ""
    again = tomllib.loads(mapping_toml(decided(seen.content, keeps_open=True)))
    assert any("1 lost reason without a department: “Price”" in sentence for sentence in undecided(again, []))
