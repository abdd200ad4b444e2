"""A frozen chart as SVG: presentation attributes in colours for paper, and classes by which a page recolours them.

No inline style, so the strict content policy holds, and the same drawing goes into the page, the board and the PDF.
Notation: plan outlined, actual solid, forecast hatched, and nothing else is; steps by impact with a sign and a mark.
On paper the contributing ones are light and the contaminating ones dark, so that nothing rests on colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.html import escape

from revenue_health.review.charts.axis import Axis, axis_for
from revenue_health.review.core.slides import Bar, Chart, ChartKind, Role, Tone

# The light colours of static/css/base/tokens.css: a picture in a document knows no style sheet.
INK, TEXT, SOFT, PAPER = "#37474f", "#16202a", "#7d929d", "#ffffff"
FILLS = {Tone.GOOD: "#00796b", Tone.BAD: "#c2410c", Tone.SOFT: SOFT, Tone.INK: INK}
LIGHT_GOOD = "#9fd0ca"
LETTER = 0.62
"""Mean width of a letter by its height, in the fonts pages are set in."""
TWO_LINES = 2.15
"""So many times the size of its letters a row must be high for a name on two lines."""
ONE_LINE, MOST_FOR_NAMES = 0.34, 0.5
"""Parts of the drawing's width a name may take before it is set on two lines, and before it is set smaller."""
BOLD = 1.12
"""How much wider the bold names of totals are."""
FILLED = 0.62
"""Part of a row's height its bar takes."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The measures of one drawing, in its own units."""

    width: int
    height: int
    font: float
    left: float
    right: float
    row: float
    prefix: str

    @property
    def plot(self) -> tuple[float, float]:
        return self.left, self.width - self.right


def chart_svg(chart: Chart, *, width: int, font: float, prefix: str, row: float = 0.0, on_paper: bool = False) -> str:
    """The drawing of a chart of kind waterfall, intervals or bars; `prefix` keeps its ids apart from others'.

    The numbers stand in the table beside it, so the drawing itself is hidden from readers of the page by voice.
    """
    bars = chart.bars
    height = row or font * 1.9
    texts = [bar.label(chart.kind) for bar in bars]
    frame = Frame(
        width=width,
        height=round(height * len(bars) + font * 0.4),
        font=font,
        left=_room_for_names(bars, font, height, width),
        right=max(len(text) for text in texts) * font * LETTER + font * 1.2,
        row=height,
        prefix=prefix,
    )
    axis = axis_for(bars, frame.plot)
    parts = [_patterns(prefix), _zero(axis, frame)]
    if chart.kind == ChartKind.WATERFALL:
        parts += _connectors(bars, axis, frame)
    parts += [
        _drawn_bar(bar, text, number, axis, frame, on_paper)
        for number, (bar, text) in enumerate(zip(bars, texts, strict=True))
    ]
    return (
        f'<svg class="drawing" viewBox="0 0 {frame.width} {frame.height}" width="{frame.width}" '
        f'height="{frame.height}" preserveAspectRatio="xMinYMin meet" role="presentation" '
        f'aria-hidden="true" focusable="false" '
        f'font-size="{_n(font)}" xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


def _drawn_bar(bar: Bar, text: str, number: int, axis: Axis, frame: Frame, on_paper: bool) -> str:
    top = number * frame.row + frame.font * 0.2
    middle = top + frame.row / 2
    interval = bar.interval
    x, width = axis.bar(bar.begin, bar.end)
    thick = frame.row * FILLED
    # A step of nothing is a thin line, or its row would look empty.
    rect = (
        f'<rect {_fill(bar, frame.prefix, on_paper)} x="{_n(x)}" y="{_n(middle - thick / 2)}" '
        f'width="{_n(max(width, 1.5))}" height="{_n(thick)}"/>'
    )
    whisker = _whisker(axis.at(interval[0]), axis.at(interval[1]), middle, thick) if interval else ""
    after = max(axis.at(value) for value in (bar.begin, bar.end, *(interval or ()))) + frame.font * 0.45
    strong = "" if bar.is_step else ' font-weight="650"'
    return (
        f"{_name(bar, middle, frame, strong)}{rect}{whisker}"
        f'<text class="d-value d-{bar.impact}" x="{_n(after)}" y="{_n(middle + frame.font * 0.35)}" '
        f'fill="{FILLS[bar.impact] if bar.impact != Tone.SOFT else TEXT}"{strong}>{escape(text)}</text>'
    )


def _fill(bar: Bar, prefix: str, on_paper: bool) -> str:
    """Class and paint of a bar by what it shows."""
    if bar.role == Role.PLAN:
        return f'class="d-plan" fill="{PAPER}" stroke="{INK}" stroke-width="2"'
    if bar.role == Role.FORECAST:
        return f'class="d-forecast" fill="url(#{prefix}-hatch)" stroke="{INK}" stroke-width="2"'
    if bar.role == Role.ACTUAL:
        return f'class="d-actual" fill="{INK}"'
    colour = FILLS[bar.impact]
    if on_paper and bar.impact == Tone.GOOD:
        return f'class="d-bar-good" fill="{LIGHT_GOOD}" stroke="{colour}" stroke-width="1.5"'
    return f'class="d-bar-{bar.impact}" fill="{colour}"'


def _patterns(prefix: str) -> str:
    return (
        f'<defs><pattern id="{prefix}-hatch" width="9" height="9" patternUnits="userSpaceOnUse">'
        f'<rect class="d-paper" width="9" height="9" fill="{PAPER}"/>'
        f'<path class="d-line" d="M-2,2 L2,-2 M0,9 L9,0 M7,11 L11,7" stroke="{INK}" stroke-width="2" fill="none"/>'
        "</pattern></defs>"
    )


def _zero(axis: Axis, frame: Frame) -> str:
    x = _n(axis.at(0))
    return f'<line class="d-zero" x1="{x}" x2="{x}" y1="0" y2="{frame.height}" stroke="{SOFT}" stroke-width="1.5"/>'


def _connectors(bars: Sequence[Bar], axis: Axis, frame: Frame) -> list[str]:
    """Thin lines from the end of each bar to the next, so that the eye follows the sum; past the next one where that
    is a step with an interval: a whisker that crosses the line where its step begins says it may be none."""
    lines = []
    for number, (bar, following) in enumerate(pairwise(bars)):
        x = _n(axis.at(bar.end))
        top = number * frame.row + frame.font * 0.2 + frame.row * (0.5 + FILLED / 2)
        bottom = top + frame.row * (1.0 if following.is_step and following.interval else 1 - FILLED)
        lines.append(
            f'<line class="d-zero" x1="{x}" x2="{x}" y1="{_n(top)}" y2="{_n(bottom)}" '
            f'stroke="{SOFT}" stroke-width="1.5"/>'
        )
    return lines


def _whisker(low: float, high: float, middle: float, thick: float) -> str:
    cap = thick * 0.22
    return (
        f'<path class="d-whisker" d="M{_n(low)},{_n(middle)} L{_n(high)},{_n(middle)} '
        f"M{_n(low)},{_n(middle - cap)} L{_n(low)},{_n(middle + cap)} "
        f'M{_n(high)},{_n(middle - cap)} L{_n(high)},{_n(middle + cap)}" stroke="{TEXT}" stroke-width="2" fill="none"/>'
    )


def _room_for_names(bars: Sequence[Bar], font: float, row: float, width: int) -> float:
    """What the longest name takes; names that would take too much of the drawing stand on two lines where rows are
    high enough. A name is never cut: it says whose bar this is."""
    needed = max(_wide(line, bar, font) for bar in bars for line in _lines(bar, font, row, width))
    return min(needed, width * MOST_FOR_NAMES)


def _wide(line: str, bar: Bar, font: float) -> float:
    """The room a line of a bar's name takes; names of totals are bold."""
    return len(line) * font * LETTER * (1.0 if bar.is_step else BOLD) + font


def _lines(bar: Bar, font: float, row: float, width: int) -> list[str]:
    return _in_two(bar.name, font, width) if row >= TWO_LINES * font else [bar.name]


def _in_two(name: str, font: float, width: int) -> list[str]:
    """The name, or its two halves cut at the space nearest to its middle."""
    spaces = [at for at, letter in enumerate(name) if letter == " "]
    if len(name) * font * LETTER + font <= width * ONE_LINE or not spaces:
        return [name]
    cut = min(spaces, key=lambda at: abs(at - len(name) / 2))
    return [name[:cut], name[cut + 1 :]]


def _name(bar: Bar, middle: float, frame: Frame, strong: str) -> str:
    """Right-aligned before its bar; what is longer than the room for names is set smaller."""
    lines = _lines(bar, frame.font, frame.row, frame.width)
    wide = max(_wide(line, bar, frame.font) for line in lines)
    size = frame.font * min(1.0, frame.left / wide)
    smaller = f' font-size="{_n(size)}"' if size < frame.font - 0.05 else ""
    x, first = _n(frame.left - frame.font * 0.6), middle + size * (0.35 - 0.55 * (len(lines) - 1))
    return "".join(
        f'<text class="d-name" x="{x}" y="{_n(first + number * size * 1.1)}" text-anchor="end" fill="{TEXT}"{smaller}'
        f"{strong}>{escape(line)}</text>"
        for number, line in enumerate(lines)
    )


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
