"""The track record as its page and slide show it: sentences, errors by day in percent, and every forecast as a row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from departments.formats import grouped
from departments.models import Company
from revenue_health.contribution.core.comparison import minor_units
from revenue_health.contribution.core.track.summary import Accuracy, Summary
from revenue_health.contribution.selectors.forecast.correction import day_of
from revenue_health.contribution.selectors.track.track_record import NAMES, TrackRecord
from revenue_health.review.charts.signed_axis import Mark, SignedAxis, axis_of

PER_CENT = 100.0


@dataclass(frozen=True, kw_only=True)
class DayRow:
    """Errors over all forecasts (day None) or those of one day of the quarter, percent of what came. naive: by rule in
    the order of NAMES, None where it could make none. best: whether the forecast beats every rule."""

    day: int | None
    forecasts: int
    error: float
    bias: float
    naive: tuple[float | None, ...]
    inside_50: int
    inside_90: int
    best: bool


@dataclass(frozen=True, kw_only=True)
class ForecastRow:
    """One past forecast: amounts in minor units, how far the middle was off in percent of what came, and the range on
    the axis, off in percent as well."""

    period: str
    day: int
    as_of: date
    median: int
    low: int
    high: int
    actual: int
    off: float
    inside: bool
    mark: Mark


@dataclass(frozen=True, kw_only=True)
class TrackRows:
    """The whole record; message and sentences say in words what the tables say in figures."""

    message: str
    sentences: tuple[str, ...]
    names: tuple[str, ...]
    whole: DayRow
    days: tuple[DayRow, ...]
    forecasts: tuple[ForecastRow, ...]
    axis: SignedAxis
    range_name: str


def track_rows(record: TrackRecord, company: Company) -> TrackRows | None:
    """None while no quarter can be looked back on."""
    if record.whole is None:
        return None
    whole, days = _day_row(None, record.whole), tuple(_day_row(day, found) for day, found in record.days.items())
    ranges = [
        (PER_CENT * (told.p5 / one.actual - 1), PER_CENT * (told.p95 / one.actual - 1))
        for one, told in record.forecasts
        if one.actual > 0
    ]
    axis = axis_of([end for ends in ranges for end in ends])
    return TrackRows(
        message=_message(whole, record.whole),
        sentences=(*(_sentence(row) for row in days), held_sentence(record)),
        names=tuple(NAMES.values()),
        whole=whole,
        days=days,
        forecasts=_forecast_rows(record, company, axis),
        axis=axis,
        range_name=range_name(record),
    )


def range_name(record: TrackRecord) -> str:
    """`90 % range` where about nine in ten held what came, else `range`."""
    return "90 % range" if record.nine_in_ten else "range"


def held_sentence(record: TrackRecord) -> str:
    """How often the outer range held what came."""
    count, inside = len(record.forecasts), _inside(record, "p5", "p95")
    verdict = "" if record.nine_in_ten else ", so it is not called a 90 % range"
    return f"The range held what came in {inside} of {count}{verdict}."


def _message(row: DayRow, found: Summary) -> str:
    text = f"The forecast was off by {_percent(row.error)} on average over {row.forecasts} past days"
    if not found.best_naive:
        return f"{text}."
    best = found.naive[found.best_naive].error * PER_CENT
    return f"{text}; the best simple rule, {_rule(found.best_naive)}, by {_percent(best)}."


def _sentence(row: DayRow) -> str:
    """One day of the quarter beside the run-rate."""
    run_rate = row.naive[list(NAMES).index("run_rate")]
    beside = "" if run_rate is None else f"; run-rate by {_percent(run_rate)}"
    return f"On day {row.day} the forecast was off by {_percent(row.error)} on average{beside}."


def _rule(name: str) -> str:
    """A rule's name inside a sentence."""
    return NAMES[name][0].lower() + NAMES[name][1:]


def _percent(value: float) -> str:
    return f"{grouped(value, 1 if value < 10 else 0)} %"


def _day_row(day: int | None, found: Summary) -> DayRow:
    known = [one.error for one in found.naive.values()]
    return DayRow(
        day=day,
        forecasts=found.told.forecasts,
        error=PER_CENT * found.told.error,
        bias=PER_CENT * found.told.bias,
        naive=tuple(_error(found.naive.get(name)) for name in NAMES),
        inside_50=round(found.coverage_50 * found.told.forecasts),
        inside_90=round(found.coverage_90 * found.told.forecasts),
        best=all(found.told.error < error for error in known),
    )


def _error(one: Accuracy | None) -> float | None:
    return None if one is None else PER_CENT * one.error


def _inside(record: TrackRecord, low: str, high: str) -> int:
    return sum(getattr(told, low) <= one.actual <= getattr(told, high) for one, told in record.forecasts)


def _forecast_rows(record: TrackRecord, company: Company, axis: SignedAxis) -> tuple[ForecastRow, ...]:
    def off(amount: float, actual: float) -> float:
        return PER_CENT * (amount / actual - 1)

    rows: Iterable[ForecastRow] = (
        ForecastRow(
            period=one.label,
            day=one.day,
            as_of=date.fromisoformat(day_of(one, company)),
            median=minor_units(told.median) or 0,
            low=minor_units(told.p5) or 0,
            high=minor_units(told.p95) or 0,
            actual=minor_units(one.actual) or 0,
            off=off(told.median, one.actual),
            inside=told.p5 <= one.actual <= told.p95,
            mark=axis.mark(*(off(amount, one.actual) for amount in (told.median, told.p5, told.p95))),
        )
        for one, told in reversed(record.forecasts)
        if one.actual > 0
    )
    return tuple(rows)
