"""How good forecasts were, in figures: error, bias, and how often the ranges held what came."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from revenue_health.contribution.core.track.record import PastForecast, Quantiles, as_told


@dataclass(frozen=True, kw_only=True)
class Accuracy:
    """Of several forecasts: mean distance from what came and mean signed distance (above zero: too high), as parts of
    what came; how many there are."""

    error: float
    bias: float
    forecasts: int


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Figures of a set of past forecasts as they would have been told. model, told: the model's own and the corrected
    median. naive: by name of the simple rule, over the forecasts it could make. coverage_50, coverage_90: parts of the
    forecasts whose range held what came."""

    told: Accuracy
    model: Accuracy
    naive: dict[str, Accuracy]
    coverage_50: float
    coverage_90: float

    @property
    def best_naive(self) -> str:
        """The simple rule with the smallest error among those that could make every forecast; empty without one."""
        complete = {name: one.error for name, one in self.naive.items() if one.forecasts == self.told.forecasts}
        return min(complete, key=lambda name: complete[name]) if complete else ""


def summary(past: Sequence[PastForecast], *, day: int | None = None) -> Summary | None:
    """Over all past forecasts, or those of one day of the quarter; None where there are none, or nothing was earned."""
    pairs = [
        (one, told) for one, told in zip(past, as_told(past), strict=True) if one.actual > 0 and day in (None, one.day)
    ]
    if not pairs:
        return None
    names = list(dict.fromkeys(name for one, _ in pairs for name in one.peers))

    def rule(name: str) -> Accuracy:
        return _accuracy(pairs, lambda one, _: one.peers.get(name))

    return Summary(
        told=_accuracy(pairs, lambda _, told: told.median),
        model=_accuracy(pairs, lambda one, _: one.said.median),
        naive={name: rule(name) for name in names},
        coverage_50=sum(told.p25 <= one.actual <= told.p75 for one, told in pairs) / len(pairs),
        coverage_90=sum(told.p5 <= one.actual <= told.p95 for one, told in pairs) / len(pairs),
    )


def _accuracy(
    pairs: Sequence[tuple[PastForecast, Quantiles]], said: Callable[[PastForecast, Quantiles], float | None]
) -> Accuracy:
    errors = [amount / one.actual - 1 for one, told in pairs if (amount := said(one, told)) is not None]
    return Accuracy(error=sum(map(abs, errors)) / len(errors), bias=sum(errors) / len(errors), forecasts=len(errors))
