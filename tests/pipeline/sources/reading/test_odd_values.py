"""Values that are not what their column is, rows that are no deals, cells without a result: said, not passed."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from openpyxl import Workbook

from pipeline.services.sources.mappings import mapping_content
from pipeline.sources.columns.profile import columns_profile, connect_tables
from tests.pipeline.sources.uploads import COMPANY, HEADER, edit, look, upload

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = "D1,Qualify,2026-02-02,,100,Ann,\nD2,Won,2026-02-03,2026-03-10,200,Ann,\nD3,Won,2026-02-04,2026-03-10,300,Bob,\n"
NAMES = HEADER.strip().split(",")


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "UPLOADS", tmp_path / "uploads")


def looked(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The proposed words of [deal], and what a look at the file says."""
    pull = upload({"deals.csv": text})
    edit(pull, company=COMPANY)
    seen = look(pull)
    newest = pull.source.mappings.first()
    assert newest is not None
    return mapping_content(newest)["deal"], seen


@pytest.mark.parametrize(
    ("row", "role", "why"),
    [
        ("D4,Won,2026-02-05,2026-03-11,abc,Ann,", "amount", "line 5: Amount “abc” is not a number"),
        ("D4,Won,2026-02-05,2026-03-11,-40,Ann,", "amount", "line 5: Amount “-40” is negative"),
        ("D4,Won,2026-02-30,2026-03-11,400,Ann,", "created", "line 5: Created “2026-02-30” of the export cannot be"),
        ("D1,Won,2026-02-05,2026-03-11,400,Ann,", "key", "line 5: Deal ID “D1” is already on line 2"),
        (",Won,2026-02-05,2026-03-11,400,Ann,", "key", "line 5: Deal ID is empty"),
    ],
)  # fmt: skip
def test_one_odd_value_does_not_take_the_column_its_role(row: str, role: str, why: str) -> None:
    deal, found = looked(HEADER + ROWS + row + "\n")
    assert deal[role] == {"amount": "Amount", "created": "Created", "key": "Deal ID"}[role]
    assert not found["accepted"]
    assert any(why in problem for problem in found["problems"]), found["problems"]


def test_a_flag_with_an_odd_word_is_a_flag_still(tmp_path: Path) -> None:
    """Else deleted deals would be loaded because of one word in the column that says so."""
    (tmp_path / "deals.csv").write_text("Id,IsDeleted\n1,false\n2,true\n3,N/A\n")
    with connect_tables(tmp_path) as store:
        column = columns_profile(store, "deals.csv")[1]
    assert (column.kind, column.odd) == ("flag", ["N/A"])


@pytest.mark.parametrize(
    "total",
    [
        "Total",
        "Gesamtsumme",
        "Total (3)",
        "Summe:",
        "Итого",
        "Total for Ann",
        "Ann Ergebnis",
        "Average",
        "Durchschnitt:",
        "Count (3)",
        "合計",
    ],
)
def test_a_row_of_totals_is_no_deal(total: str) -> None:
    """It stands right under the deals, without a gap."""
    pull = upload({"deals.csv": HEADER + ROWS + f"{total},,,,600,,\n"})
    (table,) = pull.reading["tables"]
    assert (table["rows"], table["notes"]) == (3, ["1 row of totals was left out: line 5."])


def test_a_deal_of_a_customer_called_total_is_a_deal() -> None:
    names = HEADER.strip() + ",Customer,Phone,City,Note\n"
    rows = "".join(f"{row},Acme,1,Ulm,x\n" for row in ROWS.splitlines())
    pull = upload({"deals.csv": names + rows + "D4,,2026-02-05,,,,,Total,,,\n,Offer,,,,,,Total,,,\n"})
    (table,) = pull.reading["tables"]
    assert (table["rows"], table["notes"]) == (5, [])


def book(*rows: list[Any], formats: dict[str, str] | None = None, hidden: int = 0, extra: str = "") -> bytes:
    workbook, out = Workbook(), BytesIO()
    sheet = workbook.active
    assert sheet is not None
    for row in (NAMES, *rows):
        sheet.append(row)
    for place, code in (formats or {}).items():
        sheet[place].number_format = code
    if hidden:
        sheet.row_dimensions[hidden].hidden = True
    if extra:
        workbook.create_sheet(extra).sheet_state = "hidden"
    workbook.save(out)
    return out.getvalue()


def test_a_formula_without_a_result_is_refused_with_its_place() -> None:
    pull = upload({"deals.xlsx": book(["D1", "Won", "2026-02-02", "2026-03-02", "=100+1", "Ann", ""])})
    assert pull.state == "failed"
    assert "1 formulas of the sheet “Sheet” have no result (E2)" in pull.error


def test_a_percent_is_read_as_the_sheet_shows_it() -> None:
    """As the CSV of the same sheet has it; so it is never taken for an amount of half a euro."""
    pull = upload({"deals.xlsx": book(["D1", "Open", "2026-02-02", "", 0.5, "Ann", ""],
                                      ["D2", "Open", "2026-02-02", "", 0.125, "Ann", ""],
                                      formats={"E2": "0%", "E3": '0.0%;"minus %"'})})  # fmt: skip
    column = next(c for c in pull.reading["columns"]["deals.csv"] if c["name"] == "Amount")
    assert [value for value, *_ in column["values"]] == ["12.5%", "50%"]


def test_what_is_hidden_is_named() -> None:
    rows = [[f"D{number}", "Open", "2026-02-02", "", 5, "Ann", ""] for number in (1, 2)]
    pull = upload({"deals.xlsx": book(*rows, hidden=3, extra="Old")})
    (table,) = pull.reading["tables"]
    assert table["notes"] == ["1 hidden row is read, too.", "Hidden sheets are not read: Old (0 rows)."]


def test_a_problem_found_while_loading_is_at_the_line_of_the_file() -> None:
    """Two lines of titles stand above the names; that the currency has no rate is found in the database only."""
    rows = "".join(f"{row},{money}\n" for row, money in zip(ROWS.splitlines(), ("EUR", "USD", "EUR"), strict=True))
    _, found = looked("Deals of spring\n\n" + HEADER.strip() + ",Currency\n" + rows)
    assert found["problems"], found
    assert found["problems"][0].startswith("deals.csv line 5: Currency “USD” has no rate on or before 2026-02-03")


@pytest.mark.parametrize("word", ["Subtotal {}", "Zwischensumme {}", "{} Total", "Total pour {}", "Итого по {}"])
def test_sums_of_each_owner_among_the_deals_are_no_deals(word: str) -> None:
    """They would count the money of every deal twice."""
    rows = ROWS.splitlines(keepends=True)
    grouped = rows[0] + f"{word.format('Ann')},,,,100,,\n" + "".join(rows[1:]) + f"{word.format('Bob')},,,,500,,\n"
    pull = upload({"deals.csv": HEADER + grouped})
    (table,) = pull.reading["tables"]
    assert (table["rows"], table["notes"]) == (3, ["2 rows of totals were left out: line 3, 6."])
