"""The track record as its page and slide show it: sentences, errors by day in percent, and every forecast as a row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from departments.formats import grouped
from departments.models import Company
from revenue_health.contribution.core.comparison import minor_units
from revenue_health.contribution.core.track.bias_words import bias_words
from revenue_health.contribution.core.track.summary import Accuracy, Summary
from revenue_health.contribution.selectors.forecast.correction import day_of
from revenue_health.contribution.selectors.track.track_record import NAMES, TrackRecord
from revenue_health.review.charts.signed_axis import Mark, SignedAxis, axis_of

PER_CENT = 100.0


@dataclass(frozen=True, kw_only=True)
class DayRow:
    """Errors over all forecasts (day None) or those of one day of the quarter, percent of what came. bias: in words.
    naive: by rule in the order of NAMES, None where it could make none. best: whether the forecast beats every rule."""

    day: int | None
    forecasts: int
    error: float
    bias: str
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
    whole, days = _day_row(None, record.whole), tuple(_day_row(day, summary) for day, summary in record.days.items())
    best = [summary.best_naive for summary in record.days.values()]
    ranges = [
        (PER_CENT * (published.p5 / forecast.actual - 1), PER_CENT * (published.p95 / forecast.actual - 1))
        for forecast, published in record.forecasts
        if forecast.actual > 0
    ]
    axis = axis_of([end for ends in ranges for end in ends])
    return TrackRows(
        message=_message(whole, record.whole),
        sentences=(*map(_sentence, days, best), range_hits_sentence(record)),
        names=tuple(_(name) for name in NAMES.values()),
        whole=whole,
        days=days,
        forecasts=_forecast_rows(record, company, axis),
        axis=axis,
        range_name=range_name(record),
    )


def range_name(record: TrackRecord) -> str:
    """`90 % range` where about nine in ten held what came, else `range`."""
    return _("90 % range") if record.nine_in_ten else "range"


def range_hits_sentence(record: TrackRecord) -> str:
    """How often the outer range held what came."""
    count, inside = len(record.forecasts), _inside(record, "p5", "p95")
    verdict = "" if record.nine_in_ten else _(", so it is not called a 90 % range")
    return _("The range held what came in {inside} of {count}{verdict}.").format(
        inside=inside, count=count, verdict=verdict
    )


def _message(row: DayRow, summary: Summary) -> str:
    text = _("The forecast was off by {percent} on average over {forecasts} past days").format(
        percent=_percent(row.error), forecasts=row.forecasts
    )
    if not summary.best_naive:
        return f"{text}."
    best = summary.naive[summary.best_naive].error * PER_CENT
    return _("{text}; the best simple rule, {rule}, by {percent}.").format(
        text=text, rule=_rule(summary.best_naive), percent=_percent(best)
    )


def _sentence(row: DayRow, best: str) -> str:
    """One day of the quarter: how far off beside the simple rule that did best on that day, and how often the range
    held."""
    error, beside = row.naive[list(NAMES).index(best)] if best else None, ""
    if error is not None:
        beside = _(", the best simple rule ({rule}) by {percent}").format(rule=_rule(best), percent=_percent(error))
    text = _("On day {day} the forecast was off by {percent} on average{beside}; the range held {inside} of {count}.")
    return text.format(
        day=row.day, percent=_percent(row.error), beside=beside, inside=row.inside_90, count=row.forecasts
    )


def _rule(name: str) -> str:
    """A rule's name inside a sentence; German ones begin with a noun."""
    text = _(NAMES[name])
    return text[0].lower() + text[1:] if text == NAMES[name] else text


def _percent(value: float) -> str:
    return f"{grouped(value, 1 if value < 10 else 0)} %"


def _day_row(day: int | None, summary: Summary) -> DayRow:
    errors = [rule.error for rule in summary.naive.values()]
    return DayRow(
        day=day,
        forecasts=summary.published.forecasts,
        error=PER_CENT * summary.published.error,
        bias=bias_words(summary.published.bias),
        naive=tuple(_error(summary.naive.get(name)) for name in NAMES),
        inside_50=round(summary.coverage_50 * summary.published.forecasts),
        inside_90=round(summary.coverage_90 * summary.published.forecasts),
        best=all(summary.published.error < error for error in errors),
    )


def _error(rule: Accuracy | None) -> float | None:
    return None if rule is None else PER_CENT * rule.error


def _inside(record: TrackRecord, low: str, high: str) -> int:
    return sum(
        getattr(published, low) <= forecast.actual <= getattr(published, high)
        for forecast, published in record.forecasts
    )


def _forecast_rows(record: TrackRecord, company: Company, axis: SignedAxis) -> tuple[ForecastRow, ...]:
    def off(amount: float, actual: float) -> float:
        return PER_CENT * (amount / actual - 1)

    rows: Iterable[ForecastRow] = (
        ForecastRow(
            period=forecast.label,
            day=forecast.day,
            as_of=date.fromisoformat(day_of(forecast, company)),
            median=minor_units(published.median) or 0,
            low=minor_units(published.p5) or 0,
            high=minor_units(published.p95) or 0,
            actual=minor_units(forecast.actual) or 0,
            off=off(published.median, forecast.actual),
            inside=published.p5 <= forecast.actual <= published.p95,
            mark=axis.mark(
                *(off(amount, forecast.actual) for amount in (published.median, published.p5, published.p95))
            ),
        )
        for forecast, published in reversed(record.forecasts)
        if forecast.actual > 0
    )
    return tuple(rows)
