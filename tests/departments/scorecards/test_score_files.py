"""Files of scorecards: each kind of cell, row and column is read as a person sees it, or refused by name."""

from __future__ import annotations

import os
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from departments.scorecards.core.score_file.sheet import FileUnreadable
from departments.scorecards.services.files import FileRow, csv_write, file_read, workbook_write
from departments.scorecards.services.workbooks import SECONDS
from tests.departments.scorecards.workbooks import WEEKS, with_part, with_sheet, workbook

HEAD = "key,measurable,unit,goal,2026-11-09,2026-11-16\n"


def texts(data: bytes) -> list[str]:
    return [cell.text for cell in file_read(data).cells]


def csv_of(rows: str, head: str = HEAD) -> bytes:
    return (head + rows).encode()


@pytest.mark.parametrize(
    ("code", "held", "seen"),
    [
        ("0.0%", 0.125, "12.5%"), ("0%", 0.07, "7%"), ("0.00%;[Red]-0.00%", -0.05, "-5%"), ('0.0"%"', 12.5, "12.5%"),
        (r"0.0\%", 12.5, "12.5%"), ("#,##0.00", 1234.5, "1234.5"), ("[$€-407] #,##0.00", 12.5, "12.5"),
        ("General", 1.234, "1.2340"), ("0.00E+00", 1200, "1200"), ("0", 12.4, "12.4"),
    ],
)  # fmt: skip
def test_a_cell_is_read_as_it_is_shown(code: str, held: float, seen: str) -> None:
    assert texts(workbook([["calls", held]], formats={(1, 1): code})) == [seen]


@pytest.mark.parametrize(
    ("value", "code", "why"),
    [
        (datetime(2026, 5, 3), "d.m.yyyy", ""), (0.5, "h:mm", "formatted as a time"),
        (True, "General", "contains TRUE"),
        (12000, "#,##0,", "shows a different number than the cell contains"),
        (0.5, "0.0%%", "is not a percent format"),
        (1e20, "General", "more than 14 digits"),
    ],
)  # fmt: skip
def test_a_cell_that_is_no_number_says_why(value: Any, code: str, why: str) -> None:
    (cell,) = file_read(workbook([["calls", value]], formats={(1, 1): code})).cells
    assert cell.place == "B2"
    assert why in cell.problem
    assert cell.problem or cell.text == "2026-05-03"  # which is read as a date then, and refused as one


def test_formulas_count_by_their_result_and_without_one_are_refused() -> None:
    formulas = {(1, 1): ("=2+3", 5), (1, 2): ("=1/0", "#DIV/0!")}
    first, second = file_read(workbook([["calls"]], formulas=formulas)).cells
    assert first.text == "5"
    assert "error #DIV/0!" in second.problem
    never_calculated = with_sheet(workbook([["calls"]], formulas={(1, 1): ("=2+3", 424242)}), b"<v>424242</v>", b"")
    (bare,) = file_read(never_calculated).cells
    assert "formula but no result: open the file in your spreadsheet and save it" in bare.problem


def test_a_formula_whose_result_is_the_empty_text_is_an_empty_cell() -> None:
    data = workbook([["calls", None, 4]], formulas={(1, 1): ('=IF(1,"",1)', "BLANK")})
    assert texts(with_sheet(data, b"<v>BLANK</v>", b"<v></v>")) == ["4"]


def test_more_decimals_than_are_stored_are_named() -> None:
    content = file_read(workbook([["calls", 10 / 3, 0.1 + 0.2]]))
    assert [cell.text for cell in content.cells] == ["3.333333", "0.3"]
    assert content.notes == ("Rounded to 6 decimals: B2.",)


def test_numbers_kept_as_text_are_read_by_the_same_rules() -> None:
    assert texts(workbook([["calls", "12,5", "10 20"]])) == ["12,5", "10 20"]


def test_merged_cells_belong_to_no_week() -> None:
    (cell,) = file_read(workbook([["calls"]], merged="B2:C2")).cells
    assert "B2:C2 are merged" in cell.problem


def test_the_sheet_of_the_scorecard_is_found_and_the_others_are_named() -> None:
    content = file_read(workbook([["calls", 5]], before=("Notes", False)))
    assert content.notes == ("Other sheets are ignored: “Notes”.",)
    content = file_read(workbook([["calls", 5]], before=("Old", True)))
    assert content.notes == ("Hidden sheets are ignored: “Old”.",)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("winrate,Win rate,%,,12,5,7\n", "Line 2 has 7 fields where the header has 6"),
        ("calls,Calls,,,5\n", "Line 2 has 5 fields where the header has 6"),
        ("calls,Calls,,,11,\ncalls,Calls,,,12,\n", "calls appears in rows 2, 3 with different values"),
        ("calls,Calls,,,11,\n calls ,Calls,,,,3\n", "calls appears in rows 2, 3"),
        (",Calls,,,11,\n", "Row 2 has values but no key"),
        ('calls,"Ca"lls,,,1,2\n', "Line 2: a quotation mark is out of place"),
    ],
)
def test_rows_that_nobody_can_be_sure_of_are_refused(rows: str, why: str) -> None:
    with pytest.raises(FileUnreadable, match=why):
        file_read(csv_of(rows))


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ("key,03/04/2026", "may be 4 March 2026 or 3 April 2026"), ("key,2026-11-24", "is not a Monday"),
        ("key,0001-01-01", "between the years"), ("key,9999-12-27", "between the years"),
        ("key,2026-02-30", "calendar"),
        ("key,2026-W60", "calendar"), ("key,46349", "cannot be read as a week"),
        ("key,KW 48", "cannot be read as a week"),
        ("key,23-Nov-26", "cannot be read as a week"), ("key,2026-11-23,2026-W48", "Two columns are for the same week"),
        ("key,key,2026-11-23", "Two columns are called"), ("name,2026-11-23", "no column “key”"),
        ("key,note", "headed by a week"),
    ],
)  # fmt: skip
def test_a_head_that_is_no_week_is_refused_by_its_place(head: str, why: str) -> None:
    with pytest.raises(FileUnreadable, match=why):
        file_read(csv_of("calls" + ",1" * head.count(",") + "\n", head + "\n"))


@pytest.mark.parametrize(
    "week", ["2026-11-23", "2026-W48", "2026W48", "23.11.2026", "11/23/2026", "23/11/2026", "20261123"]
)
def test_a_week_is_understood_where_it_is_one_day_only(week: str) -> None:
    (cell,) = file_read(csv_of("calls,5\n", f"key,{week}\n")).cells
    assert cell.week.isoformat() == "2026-11-23"


@pytest.mark.parametrize(
    "data",
    [
        csv_of("calls,Calls,,,\"12,5\",7\n"),
        csv_of("calls;Calls;;;12,5;7\n", HEAD.replace(",", ";")),
        csv_of("calls\tCalls\t\t\t12,5\t7\n", HEAD.replace(",", "\t")),
        b"\xef\xbb\xbfsep=;\r\n" + csv_of("calls;Calls;;;12,5;7\r\n", HEAD.replace(",", ";")),
        csv_of(",,,,,\ncalls,Calls,,,\"12,5\",7\n,,,,,\n", ",,,,,\n" + HEAD),
        csv_of("calls,Calls,,,\"12,5\",7\ncalls,Calls,,,12.5,7\n"),
    ],
)  # fmt: skip
def test_separators_blank_rows_and_equal_rows_make_no_difference(data: bytes) -> None:
    assert texts(data) == ["12,5", "7"]


def test_what_is_not_read_is_counted_and_named() -> None:
    content = file_read(csv_of("calls,-,ann\nterms,5,bea\n", "key,2026-11-09,Owner\n"))
    assert content.notes == (
        "Columns that are not weeks are ignored: “owner” (2 filled).",
        "A dash is read as no value: line 2, field 2.",
    )
    with pytest.raises(FileUnreadable, match="line 2, field 3 is filled, and its column has no name"):
        file_read(csv_of("calls,5,6\n", "key,2026-11-09,\n"))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"), (b"key,2026-11-09\ncalls,caf\xe9\n", r"encoding UTF-8 \(line 2\)"),
        (b"\xd0\xcf\x11\xe0rest", "old or an encrypted workbook"), (b"PK\x03\x04nonsense", "cannot be opened"),
        (b"x" * (4 * 1024 * 1024 + 1), "larger than 4 MB"),
    ],
)  # fmt: skip
def test_a_file_of_another_kind_is_named(data: bytes, why: str) -> None:
    with pytest.raises(FileUnreadable, match=why):
        file_read(data)


STRINGS = b'<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s</sst>'


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (STRINGS % (b"<si><t>" + b"A" * 78_000_000 + b"</t></si>"), "too large when unpacked: 74"),
        (STRINGS % (b"<si><t>" + b"A" * 3_000_000 + b"</t></si>"), "packed over 200 to 1"),
        (STRINGS % b"".join(b"<si><t>%d</t></si>" % number for number in range(110_000)), "contains 440,"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "entities"),
        ('<?xml version="1.0" encoding="utf-16"?><x/>'.encode("utf-16"), "not in UTF-8"),
    ],
)
def test_a_workbook_that_is_larger_than_it_looks_is_refused_before_it_is_parsed(content: bytes, why: str) -> None:
    bomb = with_part(workbook([["calls", "text"]]), "xl/sharedStrings.xml", content)
    began = sum(os.times()[:4])
    with pytest.raises(FileUnreadable, match=why):
        file_read(bomb)
    assert sum(os.times()[:4]) - began < SECONDS / 3, "of the processor, its own and its child's"


def test_the_largest_workbook_that_may_be_read_is_read_in_its_time() -> None:
    rows = [[f"m{line}", *([line] * 2)] for line in range(400)]
    assert len(texts(workbook(rows))) == 800


@pytest.mark.parametrize("key", ["=calls", "-calls", "@x", "＝x", "'=x", "calls"])
def test_what_went_out_comes_back_in(key: str) -> None:
    values = [Decimal("99999999999999.123456"), Decimal("1.234")]
    row = FileRow(key=key, name="=1+1", unit="-", goal="", values=values)
    (first, second) = file_read(csv_write([row], WEEKS).encode()).cells
    assert [first.key, first.text, second.text] == [key, "99999999999999.123456", "1.234"]
    row = FileRow(key=key, name="=1+1", unit="-", goal="", values=[Decimal("12.5"), None])
    (cell,) = file_read(workbook_write([row], WEEKS, title="Sales")).cells
    assert (cell.key, cell.text) == (key, "12.5")
