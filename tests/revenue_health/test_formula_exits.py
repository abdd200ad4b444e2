"""Every file that leaves the product for a spreadsheet goes through the one guard: one table of texts, each exit."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from departments.models import Membership, User
from departments.scorecards.services.files import FileRow, csv_write, workbook_write
from pipeline.imports.problems import ProblemList
from revenue_health.review.core.slides import Column, ColumnKind, Slide, Table
from revenue_health.review.services.exports.sheets import table_csv, write_xlsx
from tests.formulas import FORMULAS

WEEK = date(2026, 11, 23)


def cells_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def table(text: str) -> Table:
    columns = (Column(text), Column("n", ColumnKind.NUMBER))
    return Table(title="t", columns=columns, rows=((text, -5),), total=(text, -5))


@pytest.mark.parametrize("text", FORMULAS)
def test_csv_of_a_scorecard(text: str) -> None:
    row = FileRow(key=text, name=text, unit=text, goal=text, values=[Decimal(-5)])
    assert cells_of(csv_write([row], [WEEK]))[1] == [f"'{text}"] * 4 + ["-5"]


@pytest.mark.parametrize("text", FORMULAS)
def test_csv_of_a_pack_with_its_heads_and_totals(text: str) -> None:
    assert cells_of(table_csv(table(text))) == [[f"'{text}", "n"], [f"'{text}", "-5"], [f"'{text}", "-5"]]


@pytest.mark.parametrize("text", FORMULAS)
def test_error_file_of_an_import(text: str, tmp_path: Path) -> None:
    problems = ProblemList()
    problems.refuse_row(file=text, line=3, column=text, value=text, reason=text)
    problems.write(tmp_path / "errors.csv")
    with (tmp_path / "errors.csv").open(newline="", encoding="utf-8") as handle:
        (row,) = list(csv.reader(handle))[1:]
    *cells, remedy = row
    assert [cell for cell in cells if cell != "3"] == [f"'{text}"] * 4
    assert remedy == "" or remedy[0].isalpha()


def workbook_cells(data: bytes | Path, text: str) -> list[Any]:
    """The cells of that text. It is text by its type, and carries the quote that keeps it so when it is edited."""
    book = load_workbook(io.BytesIO(data) if isinstance(data, bytes) else data)
    (sheet,) = book.worksheets
    return [cell for row in sheet.iter_rows() for cell in row if cell.value == text]


# A workbook writes a carriage return as a line break.
@pytest.mark.parametrize("text", [text for text in FORMULAS if "\r" not in text])
def test_workbooks_of_a_scorecard_and_of_a_pack(text: str, tmp_path: Path) -> None:
    row = FileRow(key=text, name=text, unit=text, goal=text, values=[Decimal(-5)])
    content = SimpleNamespace(
        pack=SimpleNamespace(title="t", frozen_at=datetime(2026, 11, 23, tzinfo=UTC)),
        review=SimpleNamespace(company="c", currency="EUR"),
        head="h",
        title="t",
        slides=[Slide(key="s", title="s", message=text, lines=(text,), tables=(table(text),))],
    )
    write_xlsx(content, tmp_path / "pack.xlsx", lambda done: None)  # type: ignore[arg-type]
    for data, count in ((workbook_write([row], [WEEK], title="t"), 4), (tmp_path / "pack.xlsx", 5)):
        cells = workbook_cells(data, text)
        assert len(cells) == count
        assert {(cell.data_type, cell.quotePrefix) for cell in cells} == {("s", not text.startswith("'"))}


@pytest.mark.django_db
def test_export_of_the_audit_with_the_person_s_name() -> None:
    person = User.objects.create_user("ceo", first_name='=HYPERLINK("http://evil.example","x")', last_name="x")
    Membership.objects.create(user=person, role="executive")
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    client.post("/account/", {"first_name": "-1+1", "last_name": "x", "time_zone": "", "locale": ""})
    cells = [cell for row in cells_of(client.get("/audit/export/?everything=on").content.decode()) for cell in row]
    assert any(cell.startswith("'=HYPERLINK") or cell.startswith("'-1+1") for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "-1+", "@", "+"))]
