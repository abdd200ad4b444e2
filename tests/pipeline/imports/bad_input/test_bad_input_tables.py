"""Files as spreadsheets of the world save them: other separators, rows and columns of nothing, other encodings."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.services.imports import company_folder_load
from tests.pipeline.folders import GOOD, folder_write, truth

pytestmark = pytest.mark.django_db
E, OPP = "events.csv", "opportunities.csv"


def problems_of(path: Path) -> list[tuple[str, int, str, str, str]]:
    before = truth()
    result = company_folder_load(path=path)
    assert result.status == "refused"
    assert truth() == before
    return [(one.file, one.line, one.column, one.value, one.reason) for one in result.problems]


def replaced(sign: str) -> dict[str, str]:
    return {name: text.replace(",", sign) for name, text in GOOD.items() if name != "entries.csv"}


@pytest.mark.parametrize(("sign", "name"), [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")])
def test_another_separator_is_named_once_for_each_file(tmp_path: Path, sign: str, name: str) -> None:
    files = replaced(sign)
    found = problems_of(folder_write(tmp_path, files))
    reason = f"seems to be separated by {name}; a company folder uses commas"
    assert sorted(found) == [(file, 1, "", "", reason) for file in sorted(files)]


def test_quoted_names_and_a_comma_in_one_of_them_hide_no_separator(tmp_path: Path) -> None:
    text = '"key";"pipeline";"currency";"amount, EUR"\n"O1";"new";"EUR";"1,5"\n'
    reason = "seems to be separated by semicolons; a company folder uses commas"
    assert (OPP, 1, "", "", reason) in problems_of(folder_write(tmp_path, {OPP: text}))


@pytest.mark.parametrize("line", ["sep=;\n", "SEP=;\r\n", '"sep=;"\n'])
def test_a_first_line_that_names_another_separator_is_refused(tmp_path: Path, line: str) -> None:
    reason = "begins with “sep=;”, so it is separated by semicolons; a company folder uses commas"
    assert problems_of(folder_write(tmp_path, {E: line + GOOD[E].replace(",", ";")})) == [(E, 1, "", "", reason)]


def test_a_first_line_that_names_commas_is_no_header(tmp_path: Path) -> None:
    assert company_folder_load(path=folder_write(tmp_path / "one", {E: "sep=,\n" + GOOD[E]})).accepted
    broken = "sep=,\n" + GOOD[E].replace("lead,100.50", "lead,x")
    (found,) = problems_of(folder_write(tmp_path / "two", {E: broken}))
    assert found == (E, 3, "amount", "x", "is not a plain number, such as 1234.50")


def test_rows_of_nothing_are_left_out_and_counted(tmp_path: Path) -> None:
    nothing = [",,,,,,,\n", ' ,\t,,"",,,, \r\n', ",,,\n", "   \n", ",,,,,,,,,,\n", "\u00a0,,,,,,,\n"]
    result = company_folder_load(path=folder_write(tmp_path, {E: GOOD[E] + "".join(nothing)}))
    assert result.accepted
    assert result.files[E]["read"] == GOOD[E].count("\n") - 1
    assert f"events.csv: {len(nothing)} rows in which every field is empty were left out." in result.notes
    assert not any(name in note for note in result.notes for name in ("opportunities.csv", "stages.csv"))


def test_a_row_of_nothing_moves_no_line_number(tmp_path: Path) -> None:
    text = GOOD[E].replace("\n", "\n,,,,,,,\n", 1).replace("lead,100.50", "lead,x")
    assert [found[:3] for found in problems_of(folder_write(tmp_path, {E: text}))] == [(E, 3, "amount")]


def test_a_company_with_rows_of_nothing_is_one_row(tmp_path: Path) -> None:
    text = GOOD["company.csv"] + ",,,\n,,,\n"
    assert company_folder_load(path=folder_write(tmp_path, {"company.csv": text})).accepted


def test_columns_of_nothing_are_left_out(tmp_path: Path) -> None:
    wide = "".join(f"{line},,\n" for line in GOOD["sources.csv"].splitlines())
    assert company_folder_load(path=folder_write(tmp_path / "one", {"sources.csv": wide})).accepted
    value = wide.replace("sales,,", "sales,,x")
    (found,) = problems_of(folder_write(tmp_path / "two", {"sources.csv": value}))
    reason = "has a value, and the header has no name for it"
    assert found == ("sources.csv", 2, "column 5 without a name", "x", reason)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_wide_encoding_says_what_to_do(tmp_path: Path, encoding: str) -> None:
    folder_write(tmp_path)
    (tmp_path / E).write_bytes(GOOD[E].encode(encoding))
    assert problems_of(tmp_path) == [(E, 1, "", "", "is UTF-16; save the file in the encoding UTF-8")]


def test_a_spreadsheet_under_the_name_of_a_csv_file_is_named(tmp_path: Path) -> None:
    folder_write(tmp_path)
    (tmp_path / E).write_bytes(b"PK\x03\x04" + bytes(range(256)))
    (found,) = problems_of(tmp_path)
    assert found[4].startswith("is a spreadsheet or a zip under the name of a CSV file")
