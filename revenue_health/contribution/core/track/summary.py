"""How good forecasts were, in figures: error, bias, and how often the ranges held what came."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from revenue_health.contribution.core.track.record import PastForecast, Quantiles, as_published


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """Of several forecasts: mean distance from what came and mean signed distance (above zero: too high), as parts of
    what came; how many there are."""

    error: float
    bias: float
    forecasts: int


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Figures of a set of past forecasts as they would have been published. published, model: the corrected median, and
    the model's own. naive: by name of the simple rule, over the forecasts it could make. coverage_50, coverage_90:
    parts of the forecasts whose range held what came."""

    published: Accuracy
    model: Accuracy
    naive: dict[str, Accuracy]
    coverage_50: float
    coverage_90: float

    @property
    def best_naive(self) -> str:
        """The simple rule with the smallest error among those that could make all forecasts; empty without one."""
        complete = {name: rule.error for name, rule in self.naive.items() if rule.forecasts == self.published.forecasts}
        return min(complete, key=lambda name: complete[name]) if complete else ""


def summary(past: Sequence[PastForecast], *, day: int | None = None) -> Summary | None:
    """Over all past forecasts, or those of one day of the quarter; None where there are none, or nothing was earned."""
    pairs = [
        (forecast, published)
        for forecast, published in zip(past, as_published(past), strict=True)
        if forecast.actual > 0 and day in (None, forecast.day)
    ]
    if not pairs:
        return None
    names = list(dict.fromkeys(name for forecast, _ in pairs for name in forecast.peers))

    def rule(name: str) -> Accuracy:
        return _accuracy(pairs, lambda forecast, _: forecast.peers.get(name))

    return Summary(
        published=_accuracy(pairs, lambda _, published: published.median),
        model=_accuracy(pairs, lambda forecast, _: forecast.model.median),
        naive={name: rule(name) for name in names},
        coverage_50=sum(published.p25 <= forecast.actual <= published.p75 for forecast, published in pairs)
        / len(pairs),
        coverage_90=sum(published.p5 <= forecast.actual <= published.p95 for forecast, published in pairs) / len(pairs),
    )


def _accuracy(
    pairs: Sequence[tuple[PastForecast, Quantiles]], amount_of: Callable[[PastForecast, Quantiles], float | None]
) -> Accuracy:
    errors = [
        amount / forecast.actual - 1
        for forecast, published in pairs
        if (amount := amount_of(forecast, published)) is not None
    ]
    return Accuracy(error=sum(map(abs, errors)) / len(errors), bias=sum(errors) / len(errors), forecasts=len(errors))
