"""The charts of the leak map: created, won and lost week by week, and money lost by cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from departments.day_formats import day_format
from departments.formats import MoneyScale, grouped
from departments.translation import gettext as _
from departments.translation import gettext_noop

type Chart = dict[str, Any]

_TRACES = (
    ("created", gettext_noop("Created"), "ac-soft"),
    ("won", gettext_noop("Won"), "good"),
    ("lost", gettext_noop("Lost"), "bad"),
)
_DASHES = {"created": "dot", "won": "solid", "lost": "dash"}


@dataclass(frozen=True, kw_only=True)
class TrendPoint:
    """One week: what was created, won and lost, in minor units or deals."""

    week: date
    created: int
    won: int
    lost: int
    whole: bool = True


@dataclass(frozen=True, kw_only=True)
class CauseBar:
    """What one department's causes lost."""

    name: str
    value: int


def trend_chart(points: Sequence[TrendPoint], *, scale: MoneyScale | None) -> Chart:
    """Three lines over whole weeks, each named at its end; without a scale the values are deals."""
    weeks = [point.week.isoformat() for point in points]
    data, labels = [], []
    hover = _("week of {day}").format(day=f"%{{x|{day_format('%-d %b %Y')}}}")
    for name, message, token in _TRACES:
        title = _(message)
        values = [_scaled_value(getattr(point, name), scale) for point in points]
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers" if len(points) < 30 else "lines",
                "name": title,
                "x": weeks,
                "y": values,
                "meta": {"token": token},
                "line": {"width": 2, "dash": _DASHES[name]},
                "marker": {"size": 5},
                "hovertemplate": f"{title} %{{y:,}}<extra>{hover}</extra>",
            }
        )
        if points:
            labels.append((values[-1], title))
    return {"data": data, "layout": _trend_layout(_spread(labels), weeks)}


def cause_chart(bars: Sequence[CauseBar], *, scale: MoneyScale | None) -> Chart:
    """Horizontal bars, the largest on top, each with its number."""
    values = [_scaled_value(bar.value, scale) for bar in bars]
    figure = {
        "type": "bar",
        "orientation": "h",
        "x": values,
        "y": [bar.name for bar in bars],
        "text": [scale.write(bar.value) if scale else grouped(bar.value) for bar in bars],
        "textposition": "outside",
        # The number of the longest bar stands beyond the plot.
        "cliponaxis": False,
        "meta": {"token": "ac"},
        "marker": {"line": {"width": 0}},
        "hoverinfo": "skip",
        "width": 0.6,
    }
    layout = {
        "margin": {"l": 8, "r": 56, "t": 4, "b": 8},
        "showlegend": False,
        "dragmode": False,
        "xaxis": {"rangemode": "tozero", "visible": False, "fixedrange": True},
        # Plotly counts from the bottom.
        "yaxis": {"autorange": "reversed", "automargin": True, "showgrid": False, "ticks": "", "fixedrange": True},
    }
    return {"data": [figure], "layout": layout}


def _scaled_value(value: int, scale: MoneyScale | None) -> float:
    return scale.value(value) if scale else value


def _trend_layout(labels: list[dict[str, Any]], weeks: list[str]) -> dict[str, Any]:
    return {
        "margin": {"l": 48, "r": 64, "t": 8, "b": 32},
        "showlegend": False,
        "dragmode": False,
        "hovermode": "x unified",
        "xaxis": {
            "type": "date",
            "showgrid": False,
            "tickformat": day_format("%-d %b") + "\n%Y",
            "nticks": 8,
            "fixedrange": True,
        },
        "yaxis": {"rangemode": "tozero", "tickformat": ",", "nticks": 5, "fixedrange": True},
        "annotations": [
            label | {"x": weeks[-1], "xanchor": "left", "showarrow": False, "xshift": 8} for label in labels
        ],
    }


def _spread(ends: list[tuple[float, str]]) -> list[dict[str, Any]]:
    """Names at the ends of the lines, pushed apart where they would lie on each other."""
    top = max((value for value, _ in ends), default=0) or 1
    placed: list[dict[str, Any]] = []
    floor = float("-inf")
    for value, title in sorted(ends):
        # A line of text takes about nine percent of the height.
        height = max(value / top, floor + 0.09)
        placed.append({"y": round(height * top, 3), "text": title})
        floor = height
    return placed
