"""Frozen charts as native charts: stacked bars on invisible ground, whiskers as error bars, numbers in a workbook.

Amounts stand in the workbook in whole units of the currency; number formats show them in the unit of the slide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_PATTERN
from pptx.util import Pt

from departments.core.formula_guard import guarded
from departments.core.line_breaks import non_breaking
from departments.formats import MoneyScale
from departments.translation import gettext as _
from departments.translation import gettext_noop
from revenue_health.review.charts.drawing import FILLS
from revenue_health.review.core.slides import Bar, Chart, ChartKind, Tone

GROUND, WHISKER, LABEL = gettext_noop("Ground"), gettext_noop("Room for whiskers"), gettext_noop("Room for labels")
FILLED = (Tone.GOOD, Tone.BAD, Tone.SOFT, Tone.INK)
GOOD, BAD, SOFT, INK = (FILLS[tone].removeprefix("#").upper() for tone in FILLED)
PAPER = "FFFFFF"
LOOKS = {
    "plan": (gettext_noop("Plan"), PAPER, INK),
    "actual": (gettext_noop("Actual"), INK, None),
    "forecast": (gettext_noop("Forecast"), None, INK),
    "good": (gettext_noop("Better"), GOOD, None),
    "bad": (gettext_noop("Worse"), BAD, None),
    "soft": (gettext_noop("Neither, or unclear"), SOFT, None),
}
"""What a kind of bar is called, its fill (None: hatched) and its outline."""
SPACE = "http://schemas.openxmlformats.org/drawingml/2006/chart"
GAP = 0.012
"""Between the end of a bar or its whisker and its number, as a part of the longest bar."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One bar of a chart: invisible ground, its length beyond that, and room to its right; in whole units. across: of a
    step from one side of zero to the other what lies on the side it comes from; its length is the other part."""

    ground: float
    length: float
    across: float | None
    whisker: float
    plus: float
    minus: float
    on_ground: bool
    """The whisker sits on the end of the ground: a step down ends there."""


def piece_of(bar: Bar) -> Piece:
    """Stacked bars grow away from zero on both sides; a step that crosses zero is drawn in two parts."""
    start, end = bar.begin, bar.end
    low, high = bar.interval or (None, None)
    above = min(start, end) >= 0
    below = max(start, end) <= 0
    ground = min(start, end) if above else max(start, end) if below else 0
    length = abs(end - start) if above else -abs(end - start) if below else end
    most = max(start, end, 0)
    return Piece(
        ground=ground / 100,
        length=length / 100,
        across=None if above or below else start / 100,
        whisker=max(0, (high or 0) - most) / 100 if high is not None else 0.0,
        plus=((high or end) - end) / 100 if high is not None else 0.0,
        minus=(end - (low or end)) / 100 if low is not None else 0.0,
        on_ground=above and end < start,
    )


def chart_add(page: Any, chart: Chart, *, left: int, top: int, width: int, height: int) -> Any:
    """Put a chart of kind waterfall, intervals or bars on a slide."""
    bars = chart.bars
    pieces = [piece_of(bar) for bar in bars]
    kinds = [_kind(bar) for bar in bars]
    used = [kind for kind in LOOKS if kind in kinds]
    crossing = [
        kind for kind in used if any(p.across is not None for p, k in zip(pieces, kinds, strict=True) if k == kind)
    ]
    reach = max(abs(p.ground) + abs(p.length) + abs(p.across or 0) + p.whisker for p in pieces) or 1.0
    data = CategoryChartData(number_format=number_format(chart.scale))
    # They go into the chart's workbook, whose writer takes a leading = for a formula.
    data.categories = [guarded(bar.name) for bar in bars]
    data.add_series(_(GROUND), [piece.ground for piece in pieces])
    for kind in used:
        data.add_series(
            _(LOOKS[kind][0]), [p.length if k == kind else None for p, k in zip(pieces, kinds, strict=True)]
        )
    for kind in crossing:
        data.add_series(
            _(LOOKS[kind][0]), [p.across if k == kind else None for p, k in zip(pieces, kinds, strict=True)]
        )
    # A number right behind the end of a whisker would read as one below zero.
    data.add_series(_(WHISKER), [piece.whisker + GAP * reach for piece in pieces])
    data.add_series(_(LABEL), [0.14 * reach] * len(bars))
    frame = page.shapes.add_chart(XL_CHART_TYPE.BAR_STACKED, left, top, width, height, data)
    native = frame.chart
    _dress(native)
    for series in native.plots[0].series:
        _paint(series)
    for number, kind in enumerate(used, 1):
        _look(native.plots[0].series[number], kind)
        _whiskers(
            native.plots[0].series[number],
            [p if k == kind and not p.on_ground else None for p, k in zip(pieces, kinds, strict=True)],
        )
    for number, kind in enumerate(crossing, len(used) + 1):
        _look(native.plots[0].series[number], kind)
    _whiskers(native.plots[0].series[0], [piece if piece.on_ground else None for piece in pieces])
    _labels(native.plots[0].series[len(used) + len(crossing) + 2], bars, chart.kind)
    return native


def _kind(bar: Bar) -> str:
    """Which of LOOKS a bar has: its role, or the impact of a step."""
    return str(bar.impact if bar.is_step or bar.role is None else bar.role)


def number_format(scale: MoneyScale) -> str:
    """Shows whole units in thousands or millions."""
    return "#,##0" + {"": "", "k": ",", "M": ",,", "bn": ",,,"}[scale.letter]


def _dress(native: Any) -> None:
    native.has_legend, native.has_title = False, False
    native.font.size, native.font.name = Pt(14), "Calibri"
    plot = native.plots[0]
    # Series that overlap in full lie on one line: that is how a native chart stacks.
    plot.gap_width, plot.overlap = 45, 100
    category, value = native.category_axis, native.value_axis
    # Bar charts count from the bottom.
    category.reverse_order = True
    category.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    category.major_tick_mark = XL_TICK_MARK.NONE
    category.format.line.color.rgb = RGBColor.from_string(SOFT)
    category.has_major_gridlines = False
    value.visible, value.has_major_gridlines = False, False


def _paint(series: Any) -> None:
    """Invisible, until a look is given."""
    series.format.fill.background()
    series.format.line.fill.background()
    series.invert_if_negative = False


def _look(series: Any, kind: str) -> None:
    _name, fill, outline = LOOKS[kind]
    if fill is None:
        series.format.fill.patterned()
        series.format.fill.pattern = MSO_PATTERN.WIDE_UPWARD_DIAGONAL
        series.format.fill.fore_color.rgb = RGBColor.from_string(INK)
        series.format.fill.back_color.rgb = RGBColor.from_string(PAPER)
    else:
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = RGBColor.from_string(fill)
    if outline is not None:
        series.format.line.color.rgb = RGBColor.from_string(outline)
        series.format.line.width = Pt(1.5)


def _labels(series: Any, bars: Sequence[Bar], kind: ChartKind) -> None:
    """The number at the end of each bar, with sign and mark."""
    for number, bar in enumerate(bars):
        label = series.points[number].data_label
        label.position = XL_LABEL_POSITION.INSIDE_BASE
        run = label.text_frame.paragraphs[0].add_run()
        run.text = non_breaking(bar.label(kind))
        run.font.size = Pt(14)
        run.font.bold = not bar.is_step
        fill = LOOKS[bar.impact][1] if bar.impact in (Tone.GOOD, Tone.BAD) else "16202A"
        run.font.color.rgb = RGBColor.from_string(fill or INK)


def _whiskers(series: Any, pieces: list[Piece | None]) -> None:
    """Custom error bars; python-pptx has no words for them, so they are put into the XML before the categories."""
    if not any(piece and (piece.plus or piece.minus) for piece in pieces):
        return
    element = series._element
    bars = etree.SubElement(element, f"{{{SPACE}}}errBars")
    for name, value in (("errBarType", "both"), ("errValType", "cust"), ("noEndCap", "0")):
        etree.SubElement(bars, f"{{{SPACE}}}{name}", val=value)
    for name in ("plus", "minus"):
        literal = etree.SubElement(etree.SubElement(bars, f"{{{SPACE}}}{name}"), f"{{{SPACE}}}numLit")
        etree.SubElement(literal, f"{{{SPACE}}}formatCode").text = "General"
        etree.SubElement(literal, f"{{{SPACE}}}ptCount", val=str(len(pieces)))
        for number, piece in enumerate(pieces):
            point = etree.SubElement(literal, f"{{{SPACE}}}pt", idx=str(number))
            etree.SubElement(point, f"{{{SPACE}}}v").text = repr(getattr(piece, name) if piece else 0.0)
    line = etree.fromstring(
        f'<c:spPr xmlns:c="{SPACE}" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        '<a:ln w="15875"><a:solidFill><a:srgbClr val="16202A"/></a:solidFill></a:ln></c:spPr>'
    )
    bars.append(line)
    element.remove(bars)
    element.find(f"{{{SPACE}}}cat").addprevious(bars)
