"""What a board reads: PDF and deck without doubled names, with three significant digits, titles, and nothing cut."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pptx import Presentation
from pypdf import PdfReader

from departments.core.line_breaks import non_breaking
from departments.models import User
from revenue_health.review.core.slide_codec import table_from_json
from revenue_health.review.core.slides import Role
from revenue_health.review.models import Pack
from revenue_health.review.selectors.packs.archive import verify_pack
from revenue_health.review.selectors.packs.cells import SOMEBODY, Names, cell_text
from revenue_health.review.selectors.packs.frozen import frozen_review
from revenue_health.review.selectors.packs.printing import print_slide, print_slides
from revenue_health.review.services.exports import pack_write
from revenue_health.review.services.packs import decision_log

pytestmark = pytest.mark.django_db
ISO = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


def pdf_text(pack: Pack, folder: Path, *, hide_names: bool = False) -> str:
    path = folder / "pack.pdf"
    pack_write(pack=pack, kind="pdf", path=path, hide_names=hide_names)
    text = " ".join(page.extract_text() for page in PdfReader(path).pages)
    return re.sub(r"\s+", " ", text)


def deck_of(pack: Pack, folder: Path) -> Any:
    path = folder / "pack.pptx"
    pack_write(pack=pack, kind="pptx", path=path)
    return Presentation(str(path))


def money_of(pack: Pack) -> Iterator[tuple[int, str]]:
    """Every amount of the pack in cents with what is printed for it, from its tables and its charts."""
    for slide in frozen_review(pack).slides:
        for bar in slide.chart.bars if slide.chart else ():
            yield bar.amount, bar.text
        for table in slide.tables:
            for row in table.every_row:
                for value, column in zip(row, table.columns, strict=True):
                    if column.is_money and value is not None:
                        assert isinstance(value, int)
                        yield value, cell_text(value, column, table.money)


def test_a_name_is_printed_once_and_its_twin_not_at_all(pack: Pack, tmp_path: Path) -> None:
    user = User.objects.get(username="ceo")
    decision_log(pack=pack, text="Casey Ofori calls.", decided_by="Casey Ofori", user=user, now=timezone.now())
    owners = {
        str(value)
        for slide in pack.figures["slides"]
        for table in slide["tables"]
        for row in table["rows"]
        for value, column in zip(row, table["columns"], strict=True)
        if column["kind"] == "person" and value
    }
    text = pdf_text(pack, tmp_path)
    assert "Casey Ofori" in text
    assert SOMEBODY not in text
    for one in pack.figures["people"]:
        assert f"{one['name']}{one['instead']}" not in text
        assert f"{one['name']} {one['instead']}" not in text
    for owner in owners:
        assert owner in text
        assert not re.search(rf"{re.escape(owner)}\S", text.replace(f"{owner}.", "")), "something is glued to a name"
    hidden = pdf_text(pack, tmp_path, hide_names=True)
    assert "Casey" not in hidden


def test_every_amount_has_three_significant_digits(pack: Pack) -> None:
    for minor, text in money_of(pack):
        digits = text.strip("+−").replace(",", "")
        assert "<" not in text, text
        assert (digits == "0") is (minor == 0), (minor, text)
        assert minor == 0 or float(digits) < 1 or len(digits.replace(".", "")) >= 3, (minor, text)


def test_two_intervals_never_look_like_one(pack: Pack) -> None:
    slide = frozen_review(pack).slide("forecast")
    assert slide
    table = slide.tables[0]
    cells = {row[0]: cell_text(row[1], table.columns[1], table.money) for row in table.rows}
    ends = [cell for name, cell in cells.items() if name.endswith((" from", " to"))]
    assert len(ends) == len(set(ends)) == 4


def test_plan_and_actual_have_their_difference_beside_them(pack: Pack) -> None:
    bars = next(one for one in pack.figures["slides"] if one["key"] == "headline")["chart"]["bars"]
    by_name = {bar["name"].removesuffix(" to date"): bar for bar in bars}
    assert by_name["Plan"]["amount"] + by_name["Difference"]["amount"] == by_name["Actual"]["amount"]
    assert by_name["Difference"]["text"][:1] in "+−0"


def test_days_are_written_as_days(pack: Pack, tmp_path: Path) -> None:
    text = pdf_text(pack, tmp_path)
    assert ISO.findall(text) == []
    for slide in print_slides(frozen_review(pack).slides, Names({})):
        assert ISO.findall(f"{slide.title} {slide.unit} {slide.message}") == []
        assert not ISO.search(" ".join(str(cell.text) for table in slide.tables for row in table.rows for cell in row))


def test_amounts_and_days_stay_on_one_line() -> None:
    said = non_breaking("EUR −1.24 M lost by 19 Nov 2026, 90 % of it ▼ overdue")
    assert said.replace("\N{NO-BREAK SPACE}", "~") == "EUR~−1.24~M lost by 19~Nov~2026, 90~% of it ▼~overdue"


def test_forecasts_alone_are_hatched(pack: Pack) -> None:
    shown = Names({}, switch=False)
    for slide in frozen_review(pack).slides:
        drawing = str(print_slide(slide, 1, shown, on_paper=True).drawing or "")
        forecasts = [bar for bar in (slide.chart.bars if slide.chart else ()) if bar.role == Role.FORECAST]
        assert drawing.count('fill="url(#') == len(forecasts)


def test_every_slide_of_the_deck_has_a_title_of_its_own(pack: Pack, tmp_path: Path) -> None:
    deck = deck_of(pack, tmp_path)
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert all(titles)
    assert all(slide.shapes.title.is_placeholder for slide in deck.slides)
    assert "in figures in numbers" not in " ".join(titles)
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.top + shape.height <= deck.slide_height
            assert shape.left + shape.width <= deck.slide_width


def test_tables_of_the_deck_have_every_row(pack: Pack, tmp_path: Path) -> None:
    rows: dict[str, int] = {}
    for slide in deck_of(pack, tmp_path).slides:
        for shape in slide.shapes:
            if shape.has_table:
                head = "|".join(cell.text_frame.text for cell in shape.table.rows[0].cells)
                rows[head] = rows.get(head, 0) + len(shape.table.rows) - 1
    whole = sum(
        len(table["rows"]) + (table["total"] is not None)
        for slide in pack.figures["slides"]
        for table in slide["tables"]
    )
    assert sum(rows.values()) == whole


def test_a_pack_of_before_prints_what_it_printed(pack: Pack) -> None:
    frozen = {
        "title": "Shares",
        "columns": [{"name": "Share", "kind": "money", "unit": "", "places": 0}],
        "rows": [[141_234_00]],
        "total": None,
        "summed": False,
        "shaded": False,
        "shown": None,
        "scale": {"currency": "EUR", "divisor": 1000, "letter": "k"},
    }
    table = table_from_json(frozen)
    assert cell_text(table.rows[0][0], table.columns[0], table.money) == "141"
    assert verify_pack(pack).intact
