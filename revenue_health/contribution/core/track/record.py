"""What past forecasts teach: how far to trust the model beside simple rules, and how wide its ranges have to be.

Only forecasts whose period was over count, so a past forecast is corrected by what was known when it was made. Two
things are learned, both shrunk to the model's own word while there is little past: how much of the way from the model
to the simple rules the truth used to lie (a regression through the origin), and by how much errors exceeded the
model's own ranges (quantiles of scaled errors, as in split conformal prediction: Lei, G'Sell, Rinaldo, Tibshirani and
Wasserman, JASA 113 (2018) 1094).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from revenue_health.contribution.core.flows import Floats

SIMPLE = ("run_rate", "recent_rest")
"""The rules whose mean the model leans on: the one knows this quarter, the other the last year."""
TRUSTED = 6.0
"""Past forecasts of doubt in the simple rules: so many say nothing before the model leans on them half as much as the
past alone would have it."""
MOST_LEANING = 0.5
ASSUMED = 12.0
"""Weight of the model's own ranges, in past forecasts."""
CAUTION = 1.5
"""How much wider than the model's own its ranges are where nothing is known: the model does not know that things
change. Measured on generated companies, docs/forecast.md."""
WIDEST = 4.0
_NAMES = ("p5", "p25", "median", "p75", "p95")
_WIDTH_90 = 2 * NormalDist().inv_cdf(0.95)


@dataclass(frozen=True, kw_only=True)
class Quantiles:
    """A forecast of a whole period, money."""

    p5: float
    p25: float
    median: float
    p75: float
    p95: float

    @property
    def deviation(self) -> float:
        """Half the 90 % range, in standard deviations of a normal spread."""
        return (self.p95 - self.p5) / _WIDTH_90


@dataclass(frozen=True, kw_only=True)
class PastForecast:
    """The model's own forecast at a cut-off, what simple rules said, and what came.

    as_of, ended: epoch seconds of the cut-off, and from when on `actual` was known. day: days of the period that were
    over. Amounts are money.
    """

    label: str
    day: int
    as_of: float
    ended: float
    won_so_far: float
    model: Quantiles
    peers: Mapping[str, float]
    actual: float


@dataclass(frozen=True, kw_only=True)
class Correction:
    """leaning: part of the way from the model to the simple rules. widen_50, widen_90: factors of the inner and the
    outer range. learned_from: past forecasts behind it."""

    leaning: float = 0.0
    widen_50: float = CAUTION
    widen_90: float = CAUTION
    learned_from: int = 0

    def corrected(self, model: Quantiles, peers: Mapping[str, float], *, won_so_far: float) -> Quantiles:
        """The forecast of a whole period as it is published."""
        middle = model.median + self.leaning * (simple(peers, model.median) - model.median)
        return self.widened(model, middle=middle, won_so_far=won_so_far)

    def widened(self, model: Quantiles, *, middle: float, won_so_far: float) -> Quantiles:
        """The ranges around another middle. None begins below what is won already unless the model's own does."""
        outer, inner = self.widen_90, min(self.widen_50, self.widen_90)
        floor = min(won_so_far, model.p5, middle)
        return Quantiles(
            p5=max(middle + outer * (model.p5 - model.median), floor),
            p25=max(middle + inner * (model.p25 - model.median), floor),
            median=middle,
            p75=middle + inner * (model.p75 - model.median),
            p95=middle + outer * (model.p95 - model.median),
        )


def simple(peers: Mapping[str, float], otherwise: float) -> float:
    """Mean of the simple rules, money; `otherwise` where history is too short for them all."""
    rules = [peers[name] for name in SIMPLE if name in peers]
    return float(np.mean(rules)) if len(rules) == len(SIMPLE) else otherwise


def learned(past: Sequence[PastForecast], *, at: float) -> Correction:
    """What the forecasts of periods that were over at an instant teach."""
    finished = [forecast for forecast in past if forecast.ended <= at and forecast.model.deviation > 0]
    if not finished:
        return Correction()
    size = np.array([forecast.model.deviation for forecast in finished])
    away = (
        np.array([simple(forecast.peers, forecast.model.median) - forecast.model.median for forecast in finished])
        / size
    )
    error = np.array([forecast.actual - forecast.model.median for forecast in finished]) / size
    leaning = _leaning(away, error)
    left = np.abs(error - leaning * away)
    return Correction(
        leaning=leaning,
        widen_50=_widening(left, 0.5),
        widen_90=_widening(left, 0.9),
        learned_from=len(finished),
    )


def _leaning(away: Floats, error: Floats) -> float:
    """Slope of the errors on the way to the simple rules, shrunk to nothing as if `TRUSTED` more forecasts had been
    exact; from 0 to `MOST_LEANING`."""
    squares = float(away @ away)
    if squares <= 0:
        return 0.0
    shrunk = float(away @ error) / (squares * (1 + TRUSTED / away.size))
    return float(np.clip(shrunk, 0.0, MOST_LEANING))


def _widening(errors: Floats, share: float) -> float:
    """Factor at which a range of this share holds its share of the errors (in standard deviations, without sign),
    beside `ASSUMED` errors as the model itself, made wider by `CAUTION`, expects them."""
    normal = NormalDist()
    steps = (np.arange(100) + 0.5) / 100
    assumed = np.array([CAUTION * normal.inv_cdf((1 + step) / 2) for step in steps])
    values = np.concatenate([errors, assumed])
    weights = np.concatenate([np.ones(errors.size), np.full(steps.size, ASSUMED / steps.size)])
    order = np.argsort(values)
    # Each error stands in the middle of its own weight.
    reached = (np.cumsum(weights[order]) - 0.5 * weights[order]) / weights.sum()
    quantile = float(np.interp(share, reached, values[order]))
    return float(np.clip(quantile / normal.inv_cdf((1 + share) / 2), 1 / WIDEST, WIDEST))


def as_published(past: Sequence[PastForecast]) -> list[Quantiles]:
    """Every past forecast as it would have been published: corrected by what was known when it was made."""
    return [
        learned(past, at=forecast.as_of).corrected(forecast.model, forecast.peers, won_so_far=forecast.won_so_far)
        for forecast in past
    ]


@dataclass(frozen=True, kw_only=True)
class RangeHits:
    """How many past forecasts there are, and in how many the 50 and the 90 % range, as they would have been published,
    held what came."""

    forecasts: int = 0
    inside_50: int = 0
    inside_90: int = 0

    @property
    def about_nine_in_ten(self) -> bool:
        """Whether the outer range may be called one of 90 %: with enough past to see it, it held 84 to 96 of 100, or
        one forecast more."""
        low, high = 0.84 * self.forecasts, 0.96 * self.forecasts + 1
        return self.forecasts >= LEAST_PAST and low <= self.inside_90 <= high


LEAST_PAST = 12
"""Past forecasts below which nobody can say whether a range holds nine in ten."""


def range_hits(past: Sequence[PastForecast]) -> RangeHits:
    """How often the ranges, as they would have been published, held the outcome."""
    pairs = list(zip(as_published(past), past, strict=True))
    return RangeHits(
        forecasts=len(pairs),
        inside_50=sum(published.p25 <= forecast.actual <= published.p75 for published, forecast in pairs),
        inside_90=sum(published.p5 <= forecast.actual <= published.p95 for published, forecast in pairs),
    )
