"""The slides of the board: what does not fit one is several, each of which says which rows of how many it has.

Measured for a window of 1280 x 720, where letters at their smallest (20 px) leave the least room; larger windows show
the same pages with room to spare.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from revenue_health.review.selectors.packs.fit import Room, lines_height, lines_of
from revenue_health.review.selectors.packs.pages import DRAWING_FONT, drawing_height, has_drawing
from revenue_health.review.selectors.packs.paging import in_pages

type Json = dict[str, Any]

BODY, MESSAGE, UNIT = 26.2, 2.4, 1.7
"""In the letters of the body: what lies between eyebrow and foot of a slide, a line of its message, its unit."""
WIDTH = 53.0
MESSAGE_LETTERS = 40
HASH = 3.4
SMALLEST = 1.0
"""Letters of a drawing, in those of the body: where lines above it would press them below that, the lines get a slide
of their own."""


def board_slides(slides: Sequence[Json]) -> list[Json]:
    """The slides as the pages they take on a screen."""
    return [page for slide in slides for page in _pages(slide)]


def _pages(slide: Json) -> list[Json]:
    room = room_below(slide)
    if not has_drawing(slide):
        return in_pages(slide, room)
    drawing = drawing_height(slide) / DRAWING_FONT * SMALLEST
    if not slide["lines"] or lines_height(slide["lines"], room) + drawing <= room.height:
        return [slide]
    said = in_pages(slide | {"chart": None, "tables": [], "notes": []}, room)
    pages = [slide | {"lines": [], "part": []}, *said]
    return [page | {"page": number, "pages": len(pages)} for number, page in enumerate(pages, 1)]


def room_below(slide: Json) -> Room:
    """What is left below the head of a slide; the last one shows the hash as well."""
    message = MESSAGE * lines_of(slide["message"], MESSAGE_LETTERS)
    height = BODY - message - (UNIT if slide["unit"] else 0.0) - (HASH if slide["key"] == "method" else 0.0)
    return Room(width=WIDTH, height=max(height, BODY / 3))
