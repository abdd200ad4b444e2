"""Stored forecasts and what-ifs, read from the JSON that `forecast --json` and `whatif --json` print."""

from __future__ import annotations

from datetime import date

from departments.json_types import Json
from departments.periods import Period
from revenue_health.contribution.core.comparison import minor_units
from revenue_health.contribution.models import ForecastSnapshot
from revenue_health.review.core.forecast_figures import (
    Constraint,
    Coverage,
    ForecastDay,
    ForecastFigures,
    LimitReached,
    Outcome,
    RangeHits,
    WhatIf,
)

_BANDS = ("p5", "p25", "median", "p75", "p95")
_AMOUNTS = ("target", "won_so_far", "won_gross", "reversed", *_BANDS)


def forecast_from_json(figures: Json) -> ForecastFigures:
    """The forecast a snapshot keeps; what an earlier release did not write is None."""
    return ForecastFigures(
        period=_period(figures["period"]),
        **{name: minor_units(figures.get(name)) for name in _AMOUNTS},
        probability=figures["probability"],
        coverage=Coverage(needed=figures["coverage"]["needed"], had=figures["coverage"]["had"]),
        constraints=tuple(_constraint(constraint) for constraint in figures["constraints"]),
        days=_days(figures),
        last_year_label=figures["last_year_label"],
        reasons=tuple(figures["reasons"]),
        held=range_hits_from_json(figures.get("held")),
        limits=tuple(LimitReached(**limit) for limit in figures.get("limits", ())),
    )


def range_hits_from_json(held: Json | None) -> RangeHits:
    """What past forecasts held; forecasts of earlier releases do not say."""
    if not held:
        return RangeHits()
    return RangeHits(forecasts=held["forecasts"], inside=held["inside_90"], nine_in_ten=held["nine_in_ten"])


def what_if_from_json(figures: Json) -> WhatIf:
    """The answer to promises."""
    following = figures.get("next")
    return WhatIf(
        now=_outcome(figures),
        following=_outcome(following) if following else None,
        notes=tuple(figures.get("notes", ())),
    )


def stored_what_if(snapshot: ForecastSnapshot) -> WhatIf | None:
    """The answer without a promise, as the night has stored it; None where it did not."""
    figures = snapshot.figures.get("what_if")
    return what_if_from_json(figures) if figures else None


def _outcome(figures: Json) -> Outcome:
    amounts = {name: minor_units(figures.get(name)) or 0 for name in ("before", "after", "change", "low", "high")}
    return Outcome(label=figures.get("period", {}).get("label", ""), **amounts)


def _period(period: Json) -> Period:
    start, end = (date.fromisoformat(period[name]) for name in ("start", "end"))
    return Period(label=period["label"], start=start, end=end)


def _constraint(constraint: Json) -> Constraint:
    keys = {name: constraint[name] for name in ("pipeline", "stage", "department", "kind")}
    return Constraint(**keys, gain=minor_units(constraint["gain"]) or 0)


def _days(figures: Json) -> tuple[ForecastDay, ...]:
    """All days the figures know, in order, with what is known of each."""
    cells: dict[date, dict[str, int | None]] = {}
    for name in ("won", "last_year"):
        for point in figures[name]:
            cells.setdefault(date.fromisoformat(point["date"]), {})[name] = minor_units(point["amount"])
    for band in figures["path"]:
        amounts = {name: minor_units(band[name]) for name in _BANDS}
        cells.setdefault(date.fromisoformat(band["date"]), {}).update(amounts)
    return tuple(ForecastDay(day=day, **cells[day]) for day in sorted(cells))
