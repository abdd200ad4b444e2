"""PowerPoint: a 16:9 slide for each slide of the pack, with native charts and tables that can be edited."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.util import Inches, Pt

from departments.translation import gettext as _
from revenue_health.review.core.slides import Chart, Slide
from revenue_health.review.selectors.packs.board import FIRST, shortened
from revenue_health.review.selectors.packs.fit import lines_height, lines_within
from revenue_health.review.selectors.packs.paging import in_pages
from revenue_health.review.services.exports.content import ExportContent, Progress
from revenue_health.review.services.exports.deck_charts import chart_add
from revenue_health.review.services.exports.deck_tables import FONT, HEIGHT, SMALL, room_for, size_for, table_add
from revenue_health.review.services.exports.deck_text import HEIGHT as SLIDE_HEIGHT
from revenue_health.review.services.exports.deck_text import MARGIN, SOFT, WIDTH, text_add, title_set

BODY_TOP = Inches(2.15)
BODY_END = BODY_TOP + Pt(HEIGHT)
MOST_LINES = 0.45
"""Part of a slide that lines above a chart may take; with more they get a slide of their own."""
# The place of the layout “Title Only” in the template that python-pptx comes with.
_TITLE_ONLY = 5


def write_pptx(content: ExportContent, path: Path, progress: Progress) -> None:
    """The deck; the numbers behind its charts follow at the end."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = WIDTH, SLIDE_HEIGHT
    deck.core_properties.title = content.title
    deck.core_properties.author = content.review.company
    deck.core_properties.comments = f"sha256 {content.pack.sha256}"
    for number, slide in enumerate(content.slides, 1):
        if slide.drawing:
            _chart_page(deck, slide, slide.drawing)
        else:
            _pages(deck, slide, slide.message)
        progress(0.9 * number / len(content.slides))
    for slide in content.slides:
        if slide.drawing:
            numbers = replace(slide, lines=(), notes=(), title=_("The numbers"))
            _pages(deck, numbers, _("{title}: the numbers").format(title=slide.title))
    _number(deck, content)
    deck.save(str(path))


def _chart_page(deck: Any, slide: Slide, chart: Chart) -> None:
    """A chart below its lines."""
    room = room_for(FONT)
    most = MOST_LINES * room.height
    if slide.key == FIRST:
        slide = shortened(slide, lines_within(slide.lines, room, most))
    if lines_height(slide.lines, room) > most:
        _pages(deck, replace(slide, tables=()), slide.message)
        slide = replace(slide, lines=(), notes=())
    page = _page(deck, slide, slide.message)
    top = _lines(page, slide.lines)
    chart_add(page, chart, left=MARGIN, top=top, width=WIDTH - 2 * MARGIN, height=BODY_END - top)


def _pages(deck: Any, slide: Slide, title: str) -> None:
    """Lines and tables, on as many slides as they take."""
    size = min((size_for(table) for table in slide.tables), default=FONT)
    # Letters a little smaller are better than a second slide with one row.
    if len(in_pages(slide, room_for(size))) > 1 and len(in_pages(slide, room_for(SMALL))) == 1:
        size = SMALL
    for part in in_pages(slide, room_for(size)):
        named = replace(part.slide, title=f"{slide.title}, {part.part}" if part.part else slide.title)
        page = _page(deck, named, title)
        top = _lines(page, named.lines)
        for number, table in enumerate(named.tables):
            top += Pt(0.5 * size) if number or named.lines else 0
            if len(slide.tables) > 1:
                text_add(page, [table.title], top=top, height=Pt(1.22 * size), size=size, bold=True)
                top += Pt(1.22 * size)
            top = table_add(page, table, top, size=size)


def _page(deck: Any, slide: Slide, title: str) -> Any:
    """A slide with what it is about, its title, unit and notes."""
    page = deck.slides.add_slide(deck.slide_layouts[_TITLE_ONLY])
    title_set(page, title)
    text_add(page, [slide.title], top=Inches(0.4), height=Inches(0.3), size=14, colour=SOFT)
    if slide.unit:
        text_add(page, [slide.unit], top=Inches(1.75), height=Inches(0.3), size=14, colour=SOFT)
    if slide.notes:
        page.notes_slide.notes_text_frame.text = "\n".join(slide.notes)
    return page


def _lines(page: Any, lines: tuple[str, ...]) -> int:
    """Lines of text below the head; returns where they end."""
    if not lines:
        return int(BODY_TOP)
    room = room_for(FONT)
    height = Pt(FONT * lines_height(lines, room))
    text_add(page, lines, top=BODY_TOP, height=height, size=FONT, after=FONT * room.between)
    return int(BODY_TOP + height)


def _number(deck: Any, content: ExportContent) -> None:
    """Foot of every slide: whose figures, as known on which day, the beginning of the hash, and the page."""
    total = len(deck.slides)
    for number, page in enumerate(deck.slides, 1):
        foot = f"{content.head}  ·  sha256 {content.pack.sha256[:12]}"
        text_add(page, [foot], top=Inches(6.98), height=Inches(0.3), size=12, colour=SOFT, width=Inches(10.5))
        text_add(
            page, [f"{number} / {total}"], top=Inches(6.98), height=Inches(0.3), size=12, colour=SOFT,
            left=WIDTH - MARGIN - Inches(1.5), width=Inches(1.5), right=True,
        )  # fmt: skip
