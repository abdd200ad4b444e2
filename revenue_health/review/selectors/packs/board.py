"""Slides for the board: one that does not fit is split into several, each of which says which rows it has.

Measured for a window of 1280 x 720, where letters at their smallest (20 px) leave the least room; larger windows show
the same pages with room to spare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from revenue_health.review.core.slides import Slide
from revenue_health.review.selectors.packs.drawings import DRAWING_FONT, drawing_height
from revenue_health.review.selectors.packs.fit import Room, lines_height, lines_of, lines_within
from revenue_health.review.selectors.packs.paging import SlidePage, in_pages, numbered

BODY, MESSAGE, UNIT = 26.2, 2.4, 1.7
"""In the letters of the body: what lies between eyebrow and foot of a slide, a line of its message, its unit."""
WIDTH = 53.0
MESSAGE_LETTERS = 40
HASH = 3.4
FIRST = "headline"
"""The slide that is one page whatever happens: its message, its drawing, and the lines that find room between them."""
SMALLEST = 1.0
"""Letters of a drawing, in those of the body: where lines above it would press them below that, the lines get a slide
of their own."""


def board_pages(slides: Sequence[Slide]) -> list[SlidePage]:
    """The slides as the pages they take on a screen."""
    return [page for slide in slides for page in _pages(slide)]


def _pages(slide: Slide) -> list[SlidePage]:
    room = room_below(slide)
    if slide.drawing is None:
        return in_pages(slide, room)
    drawing = drawing_height(slide) / DRAWING_FONT * SMALLEST
    if slide.key == FIRST:
        slide = shortened(slide, lines_within(slide.lines, room, room.height - drawing))
    if not slide.lines or lines_height(slide.lines, room) + drawing <= room.height:
        return [SlidePage(slide=slide)]
    lines = in_pages(replace(slide, chart=None, tables=(), notes=()), room)
    return numbered([SlidePage(slide=replace(slide, lines=())), *lines])


def shortened(slide: Slide, count: int) -> Slide:
    """The slide with its first lines; the presenter has the others, and the page of the pack has all."""
    return replace(slide, lines=slide.lines[:count], notes=(*slide.notes, *slide.lines[count:]))


def room_below(slide: Slide) -> Room:
    """What is left below the head of a slide; the last one shows the hash as well."""
    message = MESSAGE * lines_of(slide.message, MESSAGE_LETTERS)
    height = BODY - message - (UNIT if slide.unit else 0.0) - (HASH if slide.key == "method" else 0.0)
    return Room(width=WIDTH, height=max(height, BODY / 3))
