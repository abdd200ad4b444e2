"""Texts of a deck: the title in its placeholder, everything else in boxes; nothing is set larger than it fits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Inches, Pt

from departments.core.line_breaks import non_breaking
from revenue_health.review.selectors.packs.fit import LETTER, lines_of

WIDTH, HEIGHT, MARGIN = Inches(13.333), Inches(7.5), Inches(0.6)
INK, SOFT, PAPER = RGBColor(0x16, 0x20, 0x2A), RGBColor(0x51, 0x60, 0x6E), RGBColor(0xFF, 0xFF, 0xFF)
HAIRLINE = RGBColor(0xDD, 0xE3, 0xE9)
FONT = "Calibri"
TITLE_TOP, TITLE_HEIGHT = Inches(0.7), Inches(1.0)
TITLE_SIZES = (24, 20, 18, 16, 14, 12)
BOLD = 1.08
"""How much wider bold letters are."""


def title_set(page: Any, text: str) -> None:
    """The title of a slide, in the placeholder that the outline and screen readers read it from."""
    title = page.shapes.title
    title.left, title.top, title.width, title.height = MARGIN, TITLE_TOP, WIDTH - 2 * MARGIN, TITLE_HEIGHT
    frame = _bare(title.text_frame)
    frame.vertical_anchor = MSO_ANCHOR.TOP
    frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    run_add(frame.paragraphs[0], text, title_size(text), bold=True)


def title_size(text: str) -> int:
    """The largest letters in which a title fits its box."""
    points = (WIDTH - 2 * MARGIN) / Pt(1)
    return next(
        (
            size
            for size in TITLE_SIZES
            if lines_of(text, points / (size * LETTER * BOLD)) * size * 1.2 <= TITLE_HEIGHT / Pt(1)
        ),
        TITLE_SIZES[-1],
    )


def text_add(
    page: Any,
    lines: Sequence[str],
    *,
    top: int,
    height: int,
    size: int,
    bold: bool = False,
    colour: RGBColor = INK,
    left: int = MARGIN,
    width: int = WIDTH - 2 * MARGIN,
    right: bool = False,
    after: float = 0,
) -> None:
    """A box with a paragraph for each line, `after` points apart."""
    frame = _bare(page.shapes.add_textbox(left, top, width, height).text_frame)
    for number, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
        paragraph.space_after = Pt(after)
        run_add(paragraph, line, size, bold=bold, colour=colour)


def run_add(paragraph: Any, text: str, size: int, *, bold: bool, colour: RGBColor = INK) -> None:
    """Text in the letters of the deck; amounts and days stay on one line."""
    run = paragraph.add_run()
    run.text = non_breaking(text)
    run.font.size, run.font.bold, run.font.name = Pt(size), bold, FONT
    run.font.color.rgb = colour


def _bare(frame: Any) -> Any:
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    return frame
