"""Slides cut into pages: every row and every word once and in order, and no page higher than there is room."""

from __future__ import annotations

from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from revenue_health.review.selectors.packs.board import board_slides, room_below
from revenue_health.review.selectors.packs.fit import Room, head_height, lines_height, row_heights
from revenue_health.review.selectors.packs.paging import in_pages, part_text
from revenue_health.review.selectors.packs.slides.parts import column, slide, table

WORDS = st.lists(st.text("abcdefgh", min_size=1, max_size=9), min_size=1, max_size=120).map(" ".join)
ROWS = st.lists(st.tuples(WORDS, st.integers(0, 10**9), WORDS), min_size=1, max_size=25)
ROOM = Room(width=53.0, height=20.0)


def a_slide(rows: list[Any], lines: tuple[str, ...] = (), *, total: bool = False) -> dict[str, Any]:
    columns = [column("What"), column("Share", "money"), column("Answer")]
    sums = ["All", 1, "of it"] if total else None
    return slide("replies", "Answers", "All answer.", lines=lines, tables=[table("T", columns, rows, total=sums)])


@settings(deadline=None, max_examples=60, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(ROWS, st.lists(WORDS.map(lambda text: text[:200].strip() or "a"), max_size=3), st.booleans())
def test_every_word_of_every_row_is_on_a_page_and_every_page_fits(
    rows: list[tuple[str, int, str]], lines: list[str], total: bool
) -> None:
    pages = in_pages(a_slide(rows, tuple(lines), total=total), ROOM)
    printed = [row for page in pages for part in page["tables"] for row in part["rows"]]
    for number in (0, 2):
        assert " ".join(str(row[number]) for row in printed).split() == " ".join(row[number] for row in rows).split()
    assert [part["total"] is not None for page in pages for part in page["tables"]].count(True) == int(total)
    assert [line for page in pages for line in page["lines"]] == lines
    for page in pages:
        high = lines_height(page["lines"], ROOM)
        high += sum(head_height(part, ROOM) + sum(row_heights(part, ROOM)) for part in page["tables"])
        # A row alone on its page is cut at its lines, and its total may hang below it.
        if sum(len(part["rows"]) for part in page["tables"]) > 1:
            assert high <= ROOM.height + ROOM.between


def test_a_page_says_which_rows_of_how_many_it_has() -> None:
    rows = [[f"Row {number}", number, "text"] for number in range(1, 16)]
    pages = in_pages(a_slide(rows), ROOM)
    assert [part_text(page) for page in pages] == ["1 to 8 of 15, page 1 of 2", "9 to 15 of 15, page 2 of 2"]
    assert part_text(in_pages(a_slide(rows[:3]), ROOM)[0]) == ""


def test_an_answer_longer_than_a_slide_goes_on_on_the_next() -> None:
    said = " ".join(f"word{number}" for number in range(900))
    pages = board_slides([a_slide([["Legal", -141_000_00, said]])])
    assert len(pages) > 1
    assert " ".join(row[2] for page in pages for row in page["tables"][0]["rows"]).split() == said.split()
    assert all("1 of 1, page" in part_text(page) for page in pages)
    assert {row[0] for page in pages for row in page["tables"][0]["rows"]} == {"Legal"}


def test_lines_that_would_press_a_drawing_get_a_slide_of_their_own() -> None:
    bar = {"name": "Plan", "amount": 1, "low": None, "high": None, "impact": "ink", "mark": "", "text": "1"}
    chart = {"kind": "bars", "bars": [bar] * 5, "scale": {"currency": "EUR", "divisor": 1, "letter": "", "digits": 3}}
    few = slide("headline", "Where", "On plan.", lines=["One line."], chart=chart)
    many = few | {"lines": ["Many words of what happened and who explains it. " * 5] * 6}
    assert board_slides([few]) == [few]
    pages = board_slides([many])
    assert pages[0]["chart"] == chart
    assert pages[0]["lines"] == []
    assert [line for page in pages for line in page["lines"]] == many["lines"]
    assert room_below(many).height < 26.2
