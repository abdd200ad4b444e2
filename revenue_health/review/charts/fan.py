"""The forecast as a fan: won so far solid, what may come hatched, plan outlined, last year light (IBCS notation)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from departments.formats import MoneyScale
from departments.json_types import Json
from departments.translation import gettext as _
from revenue_health.review.core.forecast_figures import ForecastDay

_NONE = "rgba(0,0,0,0)"
_INK_OF_OUTLINES = "#7d929d"  # legible on both papers; outlines are not recoloured by theme


def fan(
    weeks: Sequence[ForecastDay],
    *,
    begin: date,
    target: int | None,
    last_year: str,
    scale: MoneyScale,
    outer: str = "range",
) -> Json:
    """Lines over time on one zero-based axis; the bands start where what is won ends. outer: what the outer band is
    called."""
    won = [(week.day, week.won) for week in weeks if week.won is not None]
    joint = won[-1:]
    data = []
    if earlier := [(week.day, week.last_year) for week in weeks if week.last_year is not None]:
        data.append(_line(last_year, [(begin, 0), *earlier], scale, "py", width=3))
    for low, high, name, size in (("p5", "p95", _capital(_(outer)), 9), ("p25", "p75", _("Inner range"), 4)):
        ends = [
            [*joint, *((w.day, getattr(w, end)) for w in weeks if getattr(w, end) is not None)] for end in (low, high)
        ]
        data += _band(ends[0], ends[1], name, scale, size)
    middle = [*joint, *((week.day, week.median) for week in weeks if week.median is not None)]
    data.append(_line(_("Forecast, middle"), middle, scale, "ac", width=1.5, dash="dash"))
    data.append(_line(_("Won"), [(begin, 0), *won], scale, "ac", width=3))
    if target is not None:
        data.append(_plan(begin, weeks[-1].day, target, scale))
    return {"data": data, "layout": _layout(weeks, begin, target, last_year, scale)}


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _line(name: str, points: Sequence[tuple[date, int | None]], scale: MoneyScale, token: str, **line: object) -> Json:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [day.isoformat() for day, _ in points],
        "y": [scale.value(amount or 0) for _, amount in points],
        "line": line,
        "meta": {"token": token},
        "hovertemplate": f"{name}: %{{y:,.0f}}<extra>%{{x|%e %b}}</extra>",
    }


def _band(
    low: Sequence[tuple[date, int | None]],
    high: Sequence[tuple[date, int | None]],
    name: str,
    scale: MoneyScale,
    size: int,
) -> list[Json]:
    """Two edges, hatched between them."""
    lower = _line(_("{name} from").format(name=name), low, scale, "ac-soft", width=1)
    upper = _line(_("{name} to").format(name=name), high, scale, "ac-soft", width=1)
    upper |= {
        "fill": "tonexty",
        "fillcolor": _NONE,
        "fillpattern": {"shape": "/", "size": size, "solidity": 0.18, "bgcolor": _NONE},
        "meta": {"token": "ac-soft", "area": "ac-soft"},
    }
    return [lower, upper]


def _plan(begin: date, end: date, target: int, scale: MoneyScale) -> Json:
    """A thin line, and the plan itself, outlined, at its end."""
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": _("Plan"),
        "x": [begin.isoformat(), end.isoformat()],
        "y": [scale.value(target)] * 2,
        "line": {"width": 1, "dash": "dot"},
        "marker": {"size": [0, 12], "symbol": "square", "line": {"width": 1.5, "color": _INK_OF_OUTLINES}},
        "meta": {"token": "paper", "line": "text"},
        # The marker at the end lies half beyond the plot.
        "cliponaxis": False,
        "hoverinfo": "skip",
    }


def _layout(weeks: Sequence[ForecastDay], begin: date, target: int | None, last_year: str, scale: MoneyScale) -> Json:
    end = weeks[-1]
    named = [(_("Plan"), target), (_("Forecast"), end.median), (last_year, end.last_year)]
    labels = sorted(((scale.value(at), f"{name} {scale.write(at)}") for name, at in named if name and at is not None))
    return {
        "margin": {"l": 56, "r": 132, "t": 8, "b": 32},
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "xaxis": {
            "type": "date",
            "tickformat": "%e %b",
            "showgrid": False,
            "fixedrange": True,
            "range": [begin.isoformat(), end.day.isoformat()],
        },
        "yaxis": {"rangemode": "tozero", "tickformat": ",.0f", "fixedrange": True, "zeroline": True},
        "annotations": [
            {
                "x": end.day.isoformat(),
                "y": value,
                "text": text,
                "xanchor": "left",
                "xshift": 12,
                "yshift": shift,
                "showarrow": False,
            }
            for (value, text), shift in zip(labels, _apart([value for value, _ in labels]), strict=True)
        ],
    }


def _apart(values: Sequence[float]) -> list[int]:
    """Pixels by which labels in ascending order are moved so that close ones do not cover each other."""
    # Estimated for a plot 300 pixels high, with labels of 16.
    most, shifts, last = max([abs(value) for value in values], default=0.0) or 1.0, [], -1e9
    for value in values:
        at = value / most * 300
        moved = max(at, last + 16)
        shifts.append(round(moved - at))
        last = moved
    return shifts
