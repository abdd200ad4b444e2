"""The bridge as a waterfall: plan outlined, every party's step by impact, actual solid (IBCS notation)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from departments.formats import MoneyScale
from departments.json_types import Json

type Chart = Json
"""A figure as Plotly draws it."""

_STEPS = (("good", "Contributes"), ("bad", "Contaminates"), ("ac-soft", "Cannot tell, or nobody's doing"))
_INK_OF_OUTLINES = "#7d929d"  # legible on both papers; outlines are not recoloured by theme


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One row of the bridge in cents: a total (plan, actual) from zero, or a step from `start`, with half its interval.

    colour: the token of its colour.
    """

    name: str
    start: int
    amount: int
    half: int = 0
    total: bool = False
    outlined: bool = False
    colour: str = "ac-soft"
    text: str = ""


def waterfall(bars: Sequence[Bar], *, scale: MoneyScale) -> Chart:
    """Horizontal bars from top to bottom on one zero-based axis; steps carry their 90 % interval as a whisker."""
    data = [_trace("ac", "Actual", [bar for bar in bars if bar.total and not bar.outlined], scale)]
    outlined = _trace("paper", "Plan", [bar for bar in bars if bar.outlined], scale)
    outlined["marker"] = {"line": {"width": 1.5, "color": _INK_OF_OUTLINES}}
    data.append(outlined)
    for token, name in _STEPS:
        data.append(_trace(token, name, [bar for bar in bars if not bar.total and bar.colour == token], scale))
    layout = {
        "margin": {"l": 8, "r": 72, "t": 4, "b": 8},
        "showlegend": False,
        "dragmode": False,
        "barmode": "overlay",
        "xaxis": {"rangemode": "tozero", "visible": False, "fixedrange": True},
        "yaxis": {
            "type": "category",
            "categoryorder": "array",
            "categoryarray": [bar.name for bar in reversed(bars)],
            "automargin": True,
            "showgrid": False,
            "ticks": "",
            "fixedrange": True,
        },
    }
    return {"data": [trace for trace in data if trace["y"]], "layout": layout}


def _trace(token: str, name: str, bars: Sequence[Bar], scale: MoneyScale) -> Json:
    trace: Json = {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": [bar.name for bar in bars],
        "x": [scale.value(bar.amount) for bar in bars],
        "base": [scale.value(bar.start) for bar in bars],
        "text": [bar.text for bar in bars],
        "textposition": "outside",
        "cliponaxis": False,
        "meta": {"token": token},
        "marker": {"line": {"width": 0}},
        "hoverinfo": "skip",
        "width": 0.62,
    }
    if any(bar.half for bar in bars):
        halves = [scale.value(bar.half) for bar in bars]
        trace["error_x"] = {"type": "data", "array": halves, "thickness": 1, "width": 3, "color": _INK_OF_OUTLINES}
        # The whisker takes the place beside the bar; the numbers stand in the table.
        trace["text"], trace["textposition"] = None, "none"
    return trace
