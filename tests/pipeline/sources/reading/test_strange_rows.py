"""Rows that say a deal again, and days with names of months: what counts once, what is refused, what is read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from pipeline.sources.columns.dates import date_reading
from pipeline.sources.files.text import encoding_of
from tests.pipeline.sources.reading.strange_lists import strange
from tests.pipeline.sources.uploads import workbook

NAMES = "Opportunity ID,Product,Stage,Amount,Created Date,Close Date,Owner\n"
LINES = (
    "O1,P1,Won,1200,2026-01-05,2026-03-31,Ann\nO1,P2,Won,1200,2026-01-05,2026-03-31,Ann\n"
    "O2,P1,Lost,900,2026-01-07,2026-02-28,Ann\nO3,P1,Bid,50,2026-02-05,2026-12-20,Bob\n"
)


def test_a_deal_in_a_row_for_each_product_counts_once_and_is_said(tmp_path: Path) -> None:
    seen = strange(tmp_path, {"lines.csv": NAMES + LINES + "O3,P1,Bid,50,2026-02-05,2026-12-20,Bob\n"})
    assert seen.outcomes == {"won": [1, 1200], "lost": [1, 900], "open": [1, 50]}
    (said,) = [check for check in seen.checks if "repeat another one" in check]
    assert said.startswith("2 rows of lines.csv repeat another one of the same key (O1, O3) and are left out.")
    assert "They differ in Product, of which the first row counts" in said


def test_rows_of_a_deal_with_amounts_of_their_own_are_refused(tmp_path: Path) -> None:
    """Nobody knows whether to add them up."""
    seen = strange(tmp_path, {"lines.csv": NAMES + LINES.replace("P2,Won,1200", "P2,Won,500")})
    (problem,) = seen.problems
    assert "line 3: Opportunity ID “O1” is already on line 2, with another Amount; a deal is one row" in problem


@pytest.mark.parametrize(
    ("created", "closed"),
    [
        ("5. Jan. 2026", "3. Mär. 2026"), ("5. Januar 2026", "3. März 2026"), ("5 janvier 2026", "3 mars 2026"),
        ("5 janv. 2026", "3 mars 2026"), ("05-ene-2026", "03-mar-2026"), ("Jan 5, 2026", "Mar 3, 2026"),
        ("5 January 2026", "3 March 2026"), ("5-jan-26", "3-mrt-26"),
    ],
)  # fmt: skip
def test_days_with_the_name_of_a_month_are_read(tmp_path: Path, created: str, closed: str) -> None:
    text = f"Deal ID;Stage;Created;Closed;Amount\n1;Won;{created};{closed};9\n2;Bid;{closed};;8\n"
    seen = strange(tmp_path, {"deals.csv": text})
    assert [event["occurred_at"] for event in seen.events] == ["2026-01-05", "2026-03-03", "2026-03-03"]


def test_a_month_without_a_day_is_no_day(tmp_path: Path) -> None:
    seen = strange(tmp_path, {"deals.csv": "Deal ID;Stage;Created;Closed;Amount\n1;Won;Mär 2026;Mai 2026;9\n"})
    assert any("“Created” does not hold dates written in one way" in question for question in seen.questions)


def test_groups_of_a_board_are_one_table(tmp_path: Path) -> None:
    """A title, the names again, the rows, and a sum without a word, for each group."""
    names = ["Name", "Deal stage", "Deal value", "Created", "Close date", "Deal ID"]
    won = ["East", "Won", 500, "2026-01-07", "2026-03-02", "3"]
    data = workbook(
        [["Deals"], [], ["Active"], names, ["North", "Bid", 1200, "2026-01-05", "", "1"], ["", "", 1200], [],
         ["Done"], names, won, ["", "", 500]], tmp_path / "board.xlsx"
    )  # fmt: skip
    seen = strange(tmp_path / "in", {"board.xlsx": data})
    assert seen.outcomes == {"won": [1, 500], "open": [1, 1200]}


JAPANESE = (
    "商談 ID,商談名,フェーズ,金額,作成日,完了予定日\n1,甲,受注,1200,2026年1月5日,2026年3月31日\n"
    "2,乙,提案,800,2026年2月3日,2026年12月20日\n"
)


def test_a_japanese_file_of_windows_is_read_as_one(tmp_path: Path) -> None:
    """As western text it would have neither a stage nor a day of creation."""
    seen = strange(tmp_path, {"report.csv": JAPANESE.replace("\n", "\r\n").encode("cp932")})
    assert seen.outcomes == {"won": [1, 1200], "open": [1, 800]}


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("Název,Částka\nPříliš žluťoučký kůň,1\nŤ,Ź\n", "cp1250"), ("Größe,Müller\nété,à ç\n", "cp1252"),
     ("Nº,Çédille\nœuvre,Ÿ\n", "cp1252"), ("Номер,Этап\n1,Выиграно\nЌ,Џ\n", "cp1251")],
)  # fmt: skip
def test_european_text_is_no_japanese(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes(text.encode(encoding))
    assert encoding_of(path) == "cp1252"


def test_days_typed_as_text_beside_days_of_a_spreadsheet_are_read(tmp_path: Path) -> None:
    names = ["Deal ID", "Stage", "Created", "Closed", "Amount"]
    rows = [names, ["1", "Won", datetime(2026, 1, 5), "02.03.2026", 9], ["2", "Lost", "06.01.2026", "", 8],
            ["3", "Lost", datetime(2026, 1, 7), datetime(2026, 2, 3), 7]]  # fmt: skip
    seen = strange(tmp_path / "in", {"deals.xlsx": workbook(rows, tmp_path / "deals.xlsx")})
    assert [event["occurred_at"] for event in seen.events] == [
        "2026-01-05", "2026-03-02", "2026-01-06", "2026-01-06", "2026-01-07", "2026-02-03"
    ]  # fmt: skip


def test_days_with_slashes_beside_days_of_a_spreadsheet_are_not_read() -> None:
    """An American program has read 05/01/2026 as the first of May, and left 13/01/2026 as text."""
    assert date_reading(["2026-05-01", "2026-06-01", "13/01/2026", "25/01/2026"]) is None


def test_days_that_a_spreadsheet_has_swapped_are_named_with_what_to_do(tmp_path: Path) -> None:
    """05/01/2026 has become the first of May there; 15/01/2026 stayed text."""
    rows: list[list[object]] = [["Deal ID", "Stage", "Created", "Amount"]]
    rows += [[str(n), "Won", datetime(2026, n, 1), 100 * n] for n in range(1, 6)]
    rows += [[str(n), "Lost", f"{n}/01/2026", 100 * n] for n in range(15, 20)]
    seen = strange(tmp_path / "in", {"deals.xlsx": workbook(rows, tmp_path / "deals.xlsx")})
    question = next(question for question in seen.questions if "“Created”" in question)
    assert "taken day and month of the first for each other" in question
    assert "beside days that stayed text (“15/01/2026”)" in question
    assert not seen.events
