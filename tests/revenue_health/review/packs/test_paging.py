"""Slides cut into pages: every row and every word once and in order, and no page higher than there is room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from PIL import ImageFont

from departments.formats import MoneyScale
from revenue_health.review.core.slides import Bar, Chart, ChartKind, Column, ColumnKind, Row, Slide, Table
from revenue_health.review.selectors.packs.board import board_pages, room_below
from revenue_health.review.selectors.packs.cells import Names
from revenue_health.review.selectors.packs.fit import LETTER, Room, head_height, lines_height, row_heights, width_of
from revenue_health.review.selectors.packs.paging import SlidePage, in_pages
from revenue_health.review.selectors.packs.printing import print_pages

WORDS = st.lists(st.text("abcdefgh", min_size=1, max_size=9), min_size=1, max_size=120).map(" ".join)
ROWS = st.lists(st.tuples(WORDS, st.integers(0, 10**9), WORDS), min_size=1, max_size=25)
ROOM = Room(width=53.0, height=20.0)


def a_slide(rows: Sequence[Row], lines: tuple[str, ...] = (), *, total: bool = False) -> Slide:
    columns = (Column("What"), Column("Share", ColumnKind.MONEY), Column("Answer"))
    sums = ("All", 1, "of it") if total else None
    numbers = Table(title="T", columns=columns, rows=tuple(rows), total=sums)
    return Slide(key="replies", title="Answers", message="All answer.", lines=lines, tables=(numbers,))


@settings(deadline=None, max_examples=60, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(ROWS, st.lists(WORDS.map(lambda text: text[:200].strip() or "a"), max_size=3), st.booleans())
def test_every_word_of_every_row_is_on_a_page_and_every_page_fits(
    rows: list[tuple[str, int, str]], lines: list[str], total: bool
) -> None:
    pages = in_pages(a_slide(rows, tuple(lines), total=total), ROOM)
    printed = [row for page in pages for part in page.slide.tables for row in part.rows]
    for number in (0, 2):
        assert " ".join(str(row[number]) for row in printed).split() == " ".join(row[number] for row in rows).split()
    assert [part.total is not None for page in pages for part in page.slide.tables].count(True) == int(total)
    assert [line for page in pages for line in page.slide.lines] == lines
    for page in pages:
        high = lines_height(page.slide.lines, ROOM)
        high += sum(head_height(part, ROOM) + sum(row_heights(part, ROOM)) for part in page.slide.tables)
        # A row alone on its page is cut at its lines, and its total may hang below it.
        if sum(len(part.rows) for part in page.slide.tables) > 1:
            assert high <= ROOM.height + ROOM.between


def test_a_page_says_which_rows_of_how_many_it_has() -> None:
    rows: list[Row] = [(f"Row {number}", number, "text") for number in range(1, 16)]
    pages = in_pages(a_slide(rows), ROOM)
    assert [page.part for page in pages] == ["1 to 8 of 15, page 1 of 2", "9 to 15 of 15, page 2 of 2"]
    assert in_pages(a_slide(rows[:3]), ROOM)[0].part == ""


def test_every_part_of_a_shaded_table_is_shaded_by_the_largest_amount_of_the_whole() -> None:
    columns = (Column("Stage"), *(Column(name, ColumnKind.MONEY) for name in ("Sales", "Legal", "Lost")))
    rows = tuple((f"Stage {number}", amount, 100, amount + 100) for number, amount in enumerate((90_000, *[200] * 19)))
    whole = Table(title="Lost", columns=columns, rows=rows, shaded=True)
    pages = in_pages(Slide(key="leak-map", title="Lost", message="Lost.", tables=(whole,)), ROOM)
    parts = [table for page in pages for table in page.slide.tables]
    assert len(parts) > 1
    assert {table.largest for table in parts} == {90_000}
    printed = [row for slide in print_pages(pages, Names(hidden=True, people={})) for row in slide.tables[0].rows]
    assert [row[1].shade for row in printed] == [5] + [1] * 19
    assert "darkest" not in parts[1].to_json()


def test_the_leak_map_of_eleven_stages_is_one_slide() -> None:
    names = ("Marketing", "Sales", "Legal", "Finance", "Production", "Customer service", "Market", "Lost")
    columns = (Column("Stage"), *(Column(name, ColumnKind.MONEY) for name in names))
    scale = MoneyScale(currency="EUR", divisor=1000, letter="k", digits=3)
    rows: tuple[Row, ...] = tuple((f"Stage number {number}", *[1_521_000_00] * len(names)) for number in range(11))
    total: Row = ("Lost", *[11_521_000_00] * len(names))
    table = Table(title="Lost", columns=columns, rows=rows, total=total, scale=scale, shaded=True, summed=True)
    slide = Slide(key="leak-map", title="Lost", message="Where deals were lost.", unit="EUR k lost", tables=(table,))
    assert [page.part for page in board_pages([slide])] == [""]


def test_an_answer_longer_than_a_slide_goes_on_on_the_next() -> None:
    said = " ".join(f"word{number}" for number in range(900))
    pages = board_pages([a_slide([("Legal", -141_000_00, said)])])
    assert len(pages) > 1
    assert " ".join(str(row[2]) for page in pages for row in page.slide.tables[0].rows).split() == said.split()
    assert all("1 of 1, page" in page.part for page in pages)
    assert {row[0] for page in pages for row in page.slide.tables[0].rows} == {"Legal"}


def test_lines_that_would_press_a_drawing_get_a_slide_of_their_own() -> None:
    scale = MoneyScale(currency="EUR", divisor=1, letter="", digits=3)
    chart = Chart(kind=ChartKind.BARS, scale=scale, bars=(Bar(name="Plan", amount=1, text="1"),) * 5)
    few = Slide(key="bridge", title="Where", message="On plan.", lines=("One line.",), chart=chart)
    many = replace(few, lines=("Many words of what happened and who explains it. " * 5,) * 6)
    assert board_pages([few]) == [SlidePage(slide=few)]
    pages = board_pages([many])
    assert pages[0].slide.chart == chart
    assert pages[0].slide.lines == ()
    assert tuple(line for page in pages for line in page.slide.lines) == many.lines
    assert room_below(many).height < 26.2


def test_the_first_slide_is_one_page_and_the_presenter_has_what_found_no_room() -> None:
    scale = MoneyScale(currency="EUR", divisor=1, letter="", digits=3)
    chart = Chart(kind=ChartKind.BARS, scale=scale, bars=(Bar(name="Plan", amount=1, text="1"),) * 5)
    lines = ("The plan asks more than before.", "Many words of what happened and who explains it. " * 40, "And more.")
    first = Slide(key="headline", title="Where", message="On plan.", lines=lines, notes=("Say it.",), chart=chart)
    [page] = board_pages([first])
    assert page.slide.chart == chart
    assert page.slide.lines == lines[:1]
    assert page.slide.notes == ("Say it.", *lines[1:])


@pytest.mark.parametrize(
    "text", ["−3.80", "12,127", "▼ overdue", "+1,657 ▲", "27 Nov 2026", "Share,", "Customer", "WAMMW", "−82.6", "100 %"]
)
def test_numbers_and_words_are_counted_no_narrower_than_a_wide_font_sets_them(text: str) -> None:
    try:
        font = ImageFont.truetype("DejaVuSans.ttf", 1000)
    except OSError:
        pytest.skip("DejaVu Sans is not installed")
    assert width_of(text) * LETTER * 1000 >= font.getlength(text)
