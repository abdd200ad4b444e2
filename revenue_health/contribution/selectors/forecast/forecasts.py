"""Where revenue of the running period will land: pipeline by pipeline, and together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from departments.models import Company
from departments.periods import Period
from pipeline.custody_store import custody_cursor
from pipeline.models import RecomputeRun
from pipeline.run_cache import cached
from pipeline.selectors.leaks.leaks import calendar_of
from pipeline.selectors.leaks.unrecorded import no_losses
from pipeline.selectors.plan.targets import NET_REVENUE
from revenue_health.contribution.core.capacity import Limit
from revenue_health.contribution.core.comparison import MINOR_UNITS
from revenue_health.contribution.core.flows import Floats
from revenue_health.contribution.core.forecast import NO_LOSSES, QUANTILES, Band, Coverage, Forecast, forecast
from revenue_health.contribution.core.model.groups import reasons_together
from revenue_health.contribution.core.sensitivity import ranked_constraints
from revenue_health.contribution.core.track.record import RangeHits, learned, range_hits
from revenue_health.contribution.models import ForecastSnapshot
from revenue_health.contribution.selectors.comparison.bridges import NO_TARGET, company_targets
from revenue_health.contribution.selectors.comparison.earned import earned_amounts
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods, first_day
from revenue_health.contribution.selectors.forecast.correction import chance_to_reach, corrected_path, past_forecasts
from revenue_health.contribution.selectors.forecast.curves import Curves, curves_of
from revenue_health.contribution.selectors.forecast.forward import Forward, forward_of, steps_ahead, won_by_pipeline
from revenue_health.contribution.selectors.forecast.history import History

SEED = 1953
PAST_PERIODS = 4
"""Earlier periods behind the coverage needed."""


@dataclass(frozen=True, kw_only=True)
class StageConstraint:
    """Gain in revenue of the period if (stage, department) held or lost a tenth less; see `sensitivity.Constraint`."""

    pipeline: str
    stage: str
    department: str
    kind: str
    gain: float


@dataclass(frozen=True, kw_only=True)
class Reached:
    """A department that hands on no more deals a day than `at_most`, however many wait: a day arrive, and are there."""

    pipeline: str
    stage: str
    department: str
    at_most: float
    arrivals: float
    waiting: float


@dataclass(frozen=True, kw_only=True)
class CompanyForecast:
    """The period's revenue, all pipelines together, in units of the reporting currency; see core.forecast.Forecast.

    won, reversed: what was earned in the period and what was taken back; won_so_far is their difference.
    path: bands by the end of each week ahead; curves: what is won by now, and what last year had won by when.
    held: how many past forecasts as they would have been told held what came. limits: who is at one.
    """

    period: Period
    target: float | None
    won_so_far: float
    expected: float
    median: float
    p5: float
    p25: float
    p75: float
    p95: float
    probability: float | None
    coverage: Coverage
    constraints: tuple[StageConstraint, ...]
    reasons: tuple[str, ...]
    path: tuple[Band, ...]
    curves: Curves
    won: float = 0.0
    reversed: float = 0.0
    held: RangeHits = field(default_factory=RangeHits)
    limits: tuple[Reached, ...] = ()


def company_forecast(*, run: RecomputeRun, company: Company, periods: ComparisonPeriods) -> CompanyForecast:
    """Forecast of the period from today's open pipeline. Raises ComparisonError for a period that is over."""
    ahead = steps_ahead(periods=periods, company=company, until=periods.period)
    targets = company_targets(run=run, company=company, periods=periods)
    won, every = won_by_pipeline(run=run, periods=periods), forward_of(run=run, company=company)
    past = {pipeline.id: _past(run, company, periods, pipeline.id) for pipeline in every}
    parts = [
        _pipeline_forecast(
            pipeline,
            ahead,
            won=won.get(pipeline.id, 0.0),
            target=targets.pipelines.get(pipeline.id, NO_TARGET).whole,
            past=past[pipeline.id],
        )
        for pipeline in every
    ]
    pairs = [pair for total in past.values() for pair in total]
    total = _together(
        periods,
        {pipeline.key: part.forecast for pipeline, part in zip(every, parts, strict=True)},
        targets.company.whole,
        tuple(constraint for part in parts for constraint in part.constraints),
        _coverage(every, pairs, won, targets.company.whole),
    )
    reasons = dict.fromkeys((*total.reasons, *targets.reasons))
    if no_losses(run=run):
        reasons[NO_LOSSES] = None
    earned = earned_amounts(run=run, company=company, period=periods.period)
    return replace(
        _as_published(total, run=run, company=company),
        reasons=tuple(reasons),
        curves=curves_of(run=run, company=company, periods=periods, pipelines=[pipeline.id for pipeline in every]),
        won=earned.won,
        reversed=earned.reversed,
        limits=tuple(limit for part in parts for limit in part.limits),
    )


@dataclass(frozen=True, kw_only=True)
class _PipelineForecast:
    """One pipeline's part: where it lands, what holds it back, and who is at a limit."""

    forecast: Forecast
    constraints: tuple[StageConstraint, ...]
    limits: tuple[Reached, ...]


def _pipeline_forecast(
    pipeline: Forward, ahead: Floats, *, won: float, target: float | None, past: list[tuple[float, float]]
) -> _PipelineForecast:
    rates = pipeline.rates(ahead)
    limits = pipeline.limits(rates)
    return _PipelineForecast(
        forecast=forecast(
            rates=rates,
            deals=pipeline.deals,
            won_so_far=won,
            target=target,
            mean_square_size=pipeline.square_size,
            past=past,
            rng=np.random.default_rng(SEED),
        ),
        constraints=tuple(
            StageConstraint(pipeline=pipeline.key, stage=c.stage, department=c.department, kind=c.kind, gain=c.gain)
            for c in ranked_constraints(rates, limits)
        ),
        limits=tuple(_reached(pipeline.key, stage, limit) for (stage, _), limit in limits.reached.items()),
    )


def _reached(pipeline: str, stage: str, limit: Limit) -> Reached:
    return Reached(
        pipeline=pipeline,
        stage=stage,
        department=limit.department,
        at_most=float(limit.most[0]),
        arrivals=float(limit.arrivals[0].mean()),
        waiting=float(limit.opening[0]),
    )


def _as_published(total: CompanyForecast, *, run: RecomputeRun, company: Company) -> CompanyForecast:
    """The forecast corrected by what past ones teach that were over by the run."""
    end, first = int(run.as_of.timestamp()) + 1, first_day(run=run, company=company)
    if not total.path or first is None:
        return total
    past = [forecast for forecast in past_forecasts(company=company) if forecast.ended <= end]
    history = History(cursor=custody_cursor(run), company=company, first=first)
    path = corrected_path(
        total.path,
        correction=learned(past, at=end),
        peers=history.peers_at(total.period, end),
        won_so_far=total.won_so_far,
    )
    last = path[-1]
    return replace(
        total,
        p5=last.p5,
        p25=last.p25,
        median=last.median,
        p75=last.p75,
        p95=last.p95,
        expected=total.expected + last.median - total.median,
        probability=chance_to_reach(last, total.target),
        path=path,
        held=range_hits(past),
    )


def forecast_median(*, run: RecomputeRun, company: Company, periods: ComparisonPeriods) -> float:
    """The forecast's number: as the night stored it, else computed."""
    of_period = {"period_start": periods.period.start, "period_end": periods.period.end}
    stored = ForecastSnapshot.objects.filter(run=run, **of_period).values_list("median", flat=True).first()
    if stored is not None:
        return float(stored)

    def compute() -> float:
        return company_forecast(run=run, company=company, periods=periods).median

    return cached(run, f"forecast-median-{periods.period.end.isoformat()}", compute, of=periods.period)


def _together(
    periods: ComparisonPeriods,
    pipelines: dict[str, Forecast],
    target: float | None,
    constraints: tuple[StageConstraint, ...],
    coverage: Coverage,
) -> CompanyForecast:
    """Sums of independent pipelines by key: medians add, distances to a quantile add as squares. How probable the
    target is follows from what is told in the end."""
    parts = list(pipelines.values())
    reasons = [*reasons_together([part.reasons for part in parts], names=tuple(pipelines), word="pipeline")]
    if target is None:
        reasons.append("no plan: no probability of reaching it")
    whole = Band(days=0.0, **quantiles_together(parts))
    return CompanyForecast(
        period=periods.period,
        target=target,
        won_so_far=sum(part.won_so_far for part in parts),
        expected=sum(part.expected for part in parts),
        p5=whole.p5,
        p25=whole.p25,
        median=whole.median,
        p75=whole.p75,
        p95=whole.p95,
        probability=None,
        coverage=coverage,
        constraints=tuple(sorted(constraints, key=lambda constraint: -constraint.gain)),
        reasons=tuple(dict.fromkeys(reasons)),
        path=tuple(
            Band(days=bands[0].days, **quantiles_together(bands))
            for bands in zip(*(part.path for part in parts), strict=True)
        ),
        curves=Curves(),
    )


def quantiles_together(parts: Sequence[Forecast | Band]) -> dict[str, float]:
    """Quantiles by name of a sum of independent parts: medians add, distances from them add as squares."""
    median = sum(part.median for part in parts)
    quantiles = {}
    for name in QUANTILES:
        away = [getattr(part, name) - part.median for part in parts]
        quantiles[name] = median + math.copysign(math.hypot(*away), sum(away)) if away else median
    return quantiles


def _coverage(
    every: list[Forward], past: list[tuple[float, float]], won: dict[int, float], target: float | None
) -> Coverage:
    """See core.forecast.coverage, over all pipelines."""
    opened, later = sum(pair[0] for pair in past), sum(pair[1] for pair in past)
    open_now = 0.0
    for pipeline in every:
        layout = pipeline.history.layout
        before = ~layout.after_earning[layout.stage_of]
        open_now += float(pipeline.deals.amount[before[pipeline.deals.custody]].sum())
    missing = 0.0 if target is None else target - sum(won.values())
    return Coverage(needed=opened / later if later > 0 else None, had=open_now / missing if missing > 0 else None)


_STOCK = """
WITH rules AS (
    SELECT stage, coalesce(position >= min(position) FILTER (earns) OVER (PARTITION BY pipeline), false) AS after
    FROM stages
)
SELECT coalesce(sum(amount), 0)::DOUBLE FROM holds JOIN rules USING (stage)
WHERE pipeline = $pipeline AND NOT after AND from_at < $moment AND (to_at IS NULL OR to_at >= $moment)
"""


def _past(run: RecomputeRun, company: Company, periods: ComparisonPeriods, pipeline: int) -> list[tuple[float, float]]:
    """Of earlier periods of the same kind, at the same part of the period: (open then, won from then to the end)."""
    cursor, calendar = custody_cursor(run), calendar_of(company)
    start, end = periods.period.instants(company.zone)
    part, earlier, pairs = (periods.steps[-1] - start) / (end - start), periods.period, []
    for _ in range(PAST_PERIODS):
        earlier = calendar.previous(earlier)
        first, after = earlier.instants(company.zone)
        moment = int(first + part * (after - first))
        opened = cursor.execute(_STOCK, {"pipeline": pipeline, "moment": moment}).fetchone()
        rows = cursor.execute(NET_REVENUE, [pipeline, moment, after]).fetchnumpy()
        won = float(np.asarray(list(rows.values())[1]).astype(np.float64).sum())
        if opened and opened[0] > 0:
            pairs.append((float(opened[0]) / MINOR_UNITS, won / MINOR_UNITS))
    return pairs
