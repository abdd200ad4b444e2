"""A frozen chart as SVG: presentation attributes in colours for paper, and classes by which a page recolours them.

No inline style, so the strict content policy holds, and the same drawing goes into the page, the board and the PDF.
Notation: plan outlined, actual solid, forecast hatched; steps by impact with a sign and a mark, and on paper the
contaminating ones are striped, so that nothing rests on colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import escape

from revenue_health.review.charts.axis import Axis, axis_for, ends, spread

type Json = dict[str, Any]

INK, TEXT, SOFT, PAPER = "#37474f", "#16202a", "#7d929d", "#ffffff"
FILLS = {"good": "#00796b", "bad": "#c2410c", "soft": SOFT, "ink": INK}
LETTER = 0.62
"""Mean width of a letter by its height, in the fonts pages are set in."""
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


def chart_svg(chart: Json, *, width: int, font: float, prefix: str, row: float = 0.0, striped: bool = False) -> str:
    """The drawing of a chart of kind waterfall, intervals or bars; `prefix` keeps its ids apart from others'.

    The numbers stand in the table beside it, so the drawing itself is hidden from readers of the page by voice.
    """
    bars = chart["bars"]
    height = row or font * 1.9
    texts = [_words(bar, chart["kind"]) for bar in bars]
    frame = Frame(
        width=width,
        height=round(height * len(bars) + font * 0.4),
        font=font,
        left=min(max(len(bar["name"]) for bar in bars) * font * LETTER + font, width * 0.34),
        right=max(len(text) for text in texts) * font * LETTER + font * 1.2,
        row=height,
        prefix=prefix,
    )
    axis = axis_for(bars, chart["kind"], frame.plot)
    parts = [_patterns(prefix), _zero(axis, frame)]
    if chart["kind"] == "waterfall":
        parts += _connectors(bars, axis, frame)
    parts += [
        _row(bar, text, number, axis, frame, striped)
        for number, (bar, text) in enumerate(zip(bars, texts, strict=True))
    ]
    return (
        f'<svg class="drawing" viewBox="0 0 {frame.width} {frame.height}" width="{frame.width}" '
        f'height="{frame.height}" preserveAspectRatio="xMinYMin meet" role="presentation" '
        f'aria-hidden="true" focusable="false" '
        f'font-size="{_n(font)}" xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )


def _row(bar: Json, text: str, number: int, axis: Axis, frame: Frame, striped: bool) -> str:
    top = number * frame.row + frame.font * 0.2
    middle = top + frame.row / 2
    start, end = ends(bar)
    low, high = spread(bar)
    x, width = axis.at(min(start, end)), abs(axis.at(end) - axis.at(start))
    thick = frame.row * FILLED
    rect = (
        f'<rect {_fill(bar, frame.prefix, striped)} x="{_n(x)}" y="{_n(middle - thick / 2)}" '
        f'width="{_n(max(width, 1.5))}" height="{_n(thick)}"/>'
    )
    whisker = _whisker(axis.at(low), axis.at(high), middle, thick) if low is not None and high is not None else ""
    after = max(axis.at(value) for value in (start, end, low, high) if value is not None) + frame.font * 0.45
    strong = ' font-weight="650"' if bar.get("role") in ("plan", "actual", "forecast") else ""
    name = _shortened(bar["name"], frame.left / (frame.font * LETTER))
    return (
        f'<text class="d-name" x="{_n(frame.left - frame.font * 0.6)}" y="{_n(middle + frame.font * 0.35)}" '
        f'text-anchor="end" fill="{TEXT}"{strong}>{escape(name)}</text>'
        f"{rect}{whisker}"
        f'<text class="d-value d-{bar["impact"]}" x="{_n(after)}" y="{_n(middle + frame.font * 0.35)}" '
        f'fill="{FILLS[bar["impact"]] if bar["impact"] != "soft" else TEXT}"{strong}>{escape(text)}</text>'
    )


def _fill(bar: Json, prefix: str, striped: bool) -> str:
    """Class and paint of a bar by what it shows."""
    role = bar.get("role", "step")
    if role == "plan":
        return f'class="d-plan" fill="{PAPER}" stroke="{INK}" stroke-width="2"'
    if role == "forecast":
        return f'class="d-forecast" fill="url(#{prefix}-hatch)" stroke="{INK}" stroke-width="2"'
    if role == "actual":
        return f'class="d-actual" fill="{INK}"'
    colour = FILLS[bar["impact"]]
    if striped and bar["impact"] == "bad":
        return f'class="d-bar-bad" fill="url(#{prefix}-bad)" stroke="{colour}" stroke-width="1.5"'
    return f'class="d-bar-{bar["impact"]}" fill="{colour}"'


def _patterns(prefix: str) -> str:
    return (
        f'<defs><pattern id="{prefix}-hatch" width="9" height="9" patternUnits="userSpaceOnUse">'
        f'<rect class="d-paper" width="9" height="9" fill="{PAPER}"/>'
        f'<path class="d-line" d="M-2,2 L2,-2 M0,9 L9,0 M7,11 L11,7" stroke="{INK}" stroke-width="2" fill="none"/>'
        "</pattern>"
        f'<pattern id="{prefix}-bad" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect width="6" height="6" fill="{FILLS["bad"]}"/>'
        f'<path d="M3,0 L3,6" stroke="{PAPER}" stroke-width="2" fill="none"/></pattern></defs>'
    )


def _zero(axis: Axis, frame: Frame) -> str:
    x = _n(axis.at(0))
    return f'<line class="d-zero" x1="{x}" x2="{x}" y1="0" y2="{frame.height}" stroke="{SOFT}" stroke-width="1.5"/>'


def _connectors(bars: Sequence[Json], axis: Axis, frame: Frame) -> list[str]:
    """Thin lines from the end of each bar to the next, so that the eye follows the sum."""
    lines = []
    for number, bar in enumerate(bars[:-1]):
        x = _n(axis.at(ends(bar)[1]))
        top = number * frame.row + frame.font * 0.2 + frame.row * (0.5 + FILLED / 2)
        lines.append(
            f'<line class="d-zero" x1="{x}" x2="{x}" y1="{_n(top)}" y2="{_n(top + frame.row * (1 - FILLED))}" '
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


def _words(bar: Json, kind: str) -> str:
    """The number of a bar: with its sign where it is a step, and its mark."""
    signed = kind != "bars" and bar.get("role", "step") == "step" and bar["amount"] > 0
    return f"{'+' if signed else ''}{bar['text']} {bar['mark']}".rstrip()


def _shortened(name: str, letters: float) -> str:
    most = int(letters)
    return name if len(name) <= most else f"{name[: max(most - 1, 1)].rstrip()}…"


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
