"""What of a source's files is not imported, or not as it was meant: columns, sheets and cells, each by its name."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from pipeline.models import DataSource, SourceMapping
from tests.pipeline.sources.reading.strange_lists import strange
from tests.pipeline.sources.test_source_command import source

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ["Deal ID", "Stage", "Created", "Closed", "Amount", "Owner"]
ROWS = [["D1", "Won", "2026-01-05", "2026-02-03", 1200, "Ann"], ["D2", "Offer", "2026-01-06", "", 700, "Bob"]]


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "UPLOADS", tmp_path / "uploads")
    monkeypatch.setattr(settings, "CUSTODY_STORE", tmp_path / "custody")


def text_of(rows: list[list[object]]) -> str:
    return "".join(",".join(str(cell) for cell in row) + "\n" for row in rows)


def refusal(*arguments: str) -> str:
    """The sentence by which a step refuses."""
    with pytest.raises(CommandError) as refused:
        call_command("source", *arguments)
    return str(refused.value)


def mapped(folder: Path, text: str) -> Path:
    """A file of the mapping with its company named."""
    for word, value in (("name", "Werk GmbH"), ("reporting_currency", "EUR"), ("time_zone", "Europe/Berlin")):
        text = text.replace(f'{word} = ""', f'{word} = "{value}"', 1)
    path = folder / "m.toml"
    path.write_text(text)
    return path


def test_a_mapping_that_names_a_missing_column_is_not_saved(tmp_path: Path) -> None:
    file = tmp_path / "deals.csv"
    file.write_text(text_of([NAMES, *ROWS]))
    source("add", str(file))
    text = source("map", "deals")["mapping"]
    typed = mapped(tmp_path, text.replace('amount = "Amount"', 'amount = "Amuont"'))
    error = refusal("map", "deals", str(typed))
    assert error.startswith("[deal] amount: deals.csv has no column “Amuont”. Nearest: “Amount”.")
    assert SourceMapping.objects.count() == 1
    far = mapped(tmp_path, text.replace('owner = "Owner"', 'owner = "XYZ"'))
    assert "no column “XYZ”. It has “Deal ID”, “Stage”" in refusal("map", "deals", str(far))


def test_a_column_that_a_later_file_lacks_is_named_and_not_its_amounts(tmp_path: Path) -> None:
    file = tmp_path / "deals.csv"
    file.write_text(text_of([NAMES, *ROWS]))
    source("add", str(file))
    assert source("map", "deals", str(mapped(tmp_path, source("map", "deals")["mapping"]))) == {"version": 2}
    file.write_text(text_of([[name.replace("Amount", "Amount EUR") for name in NAMES], *ROWS]))
    asked = source("pull", "deals", str(file), "--dry-run", refused=True)["undecided"]
    assert [sentence.split(". ")[0] for sentence in asked] == ["[deal] amount: deals.csv has no column “Amount”"]
    # And the mapping of the new file is taken.
    later = tomllib.loads(source("map", "deals")["mapping"])
    assert later["deal"]["amount"] == "Amount"
    text = source("map", "deals")["mapping"].replace('amount = "Amount"', 'amount = "Amount EUR"')
    source("map", "deals", str(mapped(tmp_path, text)))
    assert source("pull", "deals", "--dry-run")["outcomes"] == {"open": [1, 700.0], "won": [1, 1200.0]}


def test_empty_cells_of_the_stage_are_called_empty(tmp_path: Path) -> None:
    rows = text_of([NAMES, *ROWS, ["D3", "", "2026-01-07", "", 300, "Bob"]])
    seen = strange(tmp_path, {"deals.csv": rows})
    (note,) = [note for note in seen.notes if "stage" in note]
    assert note.startswith("1 deals have an empty cell as their stage, as all cells of merged ones but the first;")
    assert seen.outcomes == {"open": [2, 1000], "won": [1, 1200]}


def test_a_folder_is_called_a_folder(tmp_path: Path) -> None:
    error = refusal("add", str(tmp_path))
    assert error == f"{tmp_path} is a folder: name the files in it, such as {tmp_path}/*.csv."
    assert not DataSource.objects.exists()


def test_two_columns_of_one_name_are_named_by_the_command(tmp_path: Path) -> None:
    file = tmp_path / "deals.csv"
    file.write_text(text_of([[*NAMES, "Amount"], *([*row, 5] for row in ROWS)]))
    note = "deals.csv: 2 columns are called “Amount”: the later ones are shown as “Amount (2)” and so on."
    assert source("add", str(file))["notes"] == [note]
    source("map", "deals", str(mapped(tmp_path, source("map", "deals")["mapping"])))
    assert note in source("pull", "deals", "--dry-run")["notes"]


def test_sheets_that_are_not_imported_are_named_with_their_rows(tmp_path: Path) -> None:
    book, path = Workbook(), tmp_path / "deals.xlsx"
    old = [NAMES, ["X9", "Past", "2020-01-01", "2020-02-01", 9, "Zed"]]
    sheets = {"Deals": [NAMES, *ROWS], "Old": old, "Words": [["a"], ["b"]], "Secret": [NAMES, *ROWS]}
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    book["Secret"].sheet_state = "hidden"
    book["Deals"].merge_cells("F2:F3")
    book.save(path)
    added = source("add", str(path))
    assert added["notes"] == [
        "deals.xlsx, Deals: Of merged cells only the first holds a value, the others are read as empty: F2:F3.",
        "deals.xlsx, Deals: A sheet with 2 rows is not read: Words has only one column; it is no table, or the sign "
        "between values is another. Export it as CSV with commas or semicolons, or as XLSX.",
        "deals.xlsx, Deals: Hidden sheets are not read: Secret (3 rows).",
    ]
    name = added["source"]
    source("map", name, str(mapped(tmp_path, source("map", name)["mapping"])))
    looked = source("pull", name, "--dry-run")
    assert set(added["notes"]) <= set(looked["notes"])
    assert any(check.startswith("Not used: deals Old.csv with 1 row, which") for check in looked["checks"])
