"""How large a slide's chart is drawn, on a screen and on paper."""

from __future__ import annotations

from django.utils.safestring import SafeString, mark_safe

from revenue_health.review.charts.drawing import chart_svg
from revenue_health.review.core.slides import Slide

DRAWING_WIDTH = 1500
DRAWING_HEIGHT = 500
DRAWING_FONT = 29.0
FEW = 7
"""On paper more bars than this are drawn closer."""


def drawing_height(slide: Slide, *, on_paper: bool = False) -> int:
    """Of a slide's drawing, as part of DRAWING_WIDTH; 0 without one."""
    if slide.drawing is None:
        return 0
    return round(_row_height(slide, len(slide.drawing.bars), on_paper) * len(slide.drawing.bars) + DRAWING_FONT * 0.4)


def slide_drawing(slide: Slide, *, on_paper: bool = False) -> SafeString | None:
    """The drawing of a slide; None where it has nothing to draw."""
    if slide.drawing is None:
        return None
    svg = chart_svg(
        slide.drawing,
        width=DRAWING_WIDTH,
        font=DRAWING_FONT,
        prefix=f"d-{slide.key}",
        row=_row_height(slide, len(slide.drawing.bars), on_paper),
        on_paper=on_paper,
    )
    return mark_safe(svg)  # noqa: S308  (chart_svg escapes every text)


def _row_height(slide: Slide, bars: int, on_paper: bool) -> float:
    """Of a bar: what the drawing has, less where lines of text stand above it or, on paper, a long table below."""
    if on_paper and bars > FEW:
        return 38.0
    # Six bars fit under a message of three lines on a small screen: smaller would be the letters.
    most = 40.0 if len(slide.lines) > 2 else 58.0 if bars > 5 else 68.0 if bars > 4 else 76.0
    return min(max(DRAWING_HEIGHT / bars, 31.0), most)
