"""What if a department kept a promise: the change of revenue of the period, and of the next one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from django.utils.translation import gettext as _

from departments.models import Company
from pipeline.models import RecomputeRun
from pipeline.run_cache import process_cache
from pipeline.selectors.leaks.leaks import calendar_of
from pipeline.selectors.leaks.unrecorded import no_losses
from revenue_health.contribution.core.capacity import Limits, limits_of
from revenue_health.contribution.core.intervals import Interval
from revenue_health.contribution.core.model.groups import whole_of
from revenue_health.contribution.core.model.rates import Rates, estimate_rates
from revenue_health.contribution.core.sensitivity import REPLICATES, Change, Lever, what_if, what_if_scenario
from revenue_health.contribution.core.solver.single_scenario import SingleScenario
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.forecast.forecasts import forecast_median
from revenue_health.contribution.selectors.forecast.forward import forward_of, steps_ahead, won_by_pipeline
from revenue_health.contribution.selectors.model_input import cached_flows

_PROMISE = re.compile(
    r"(?P<stage>[^:]*):(?P<department>[^:]+):(?P<lever>[a-z_]+)=(?P<value>[+-]?[\d.]+)(?P<percent>%?)"
)
EVERY_STAGE = ("", "*")


class PromiseError(ValueError):
    """A promise that cannot be read; the message says what one looks like."""


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A change, and the key of the pipeline it is meant for ('' for every one that has the stage)."""

    pipeline: str
    change: Change


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Revenue of a period as it is and with the promises, and the change with its 90 % interval. notes: what has to be
    known of the promises, as sentences without full stops."""

    before: float
    after: float
    change: Interval
    notes: tuple[str, ...] = ()


def promise_of(text: str) -> Promise:
    """Reads `STAGE:DEPARTMENT:LEVER=VALUE`, such as `contract:legal:wait_days=4` or `new/offer:sales:loss_rate=-20%`.

    With a percent sign the value is a change by that part of what is; without, the new value itself.
    """
    match = _PROMISE.fullmatch(text.strip())
    if match is None or match["lever"] not in set(Lever):
        raise PromiseError(
            _(
                "“{text}” is no promise. Write STAGE:DEPARTMENT:LEVER=VALUE, such as "
                "contract:legal:wait_days=4 or offer:sales:loss_rate=-20%; levers are {levers}."
            ).format(text=text, levers=", ".join(Lever))
        )
    try:
        value = float(match["value"])
    except ValueError:
        raise PromiseError(
            _("“{value}” in “{text}” is not a number.").format(value=match["value"], text=text)
        ) from None
    pipeline, _slash, stage = match["stage"].rpartition("/")
    relative = bool(match["percent"])
    if relative and match["lever"] == Lever.LIMIT_DAYS:
        raise PromiseError(_("A limit is a number of days, not a percentage: write limit_days=5."))
    if relative and value < -100:
        raise PromiseError(_("“{text}” takes away more than everything: at most -100%.").format(text=text))
    change = Change(
        stage="" if stage in EVERY_STAGE else stage,
        department=match["department"],
        lever=Lever(match["lever"]),
        value=value / 100 if relative else value,
        relative=relative,
    )
    return Promise(pipeline=pipeline, change=change)


def company_what_if(
    *,
    run: RecomputeRun,
    company: Company,
    periods: ComparisonPeriods,
    promises: Sequence[Promise],
    base: float | None = None,
) -> tuple[Outcome, Outcome | None]:
    """The period with the promises kept, and the next one (None for a period that is over).

    What it is compared with is the number other pages show: the forecast's of a running period (`base`, where the
    caller has it already), the revenue of one that is over. The change is the model's.

    Of a running period, promises are kept from today on, from today's open deals at the pace of the last quarter. Of a
    finished one they are kept from its first day, at its own rates. Raises PromiseError where nothing fits a promise,
    and where no loss is recorded: then the model would win every deal.
    """
    if promises and (problem := no_losses(run=run)):
        raise PromiseError(problem)
    if not periods.running:
        flows = cached_flows(run=run, periods=periods)
        worlds = {}
        for pipeline in flows:
            together = whole_of(pipeline.groups.values())
            rates = estimate_rates(baseline=together.baseline, period=together.period).actual
            limits = limits_of(before=together.baseline, now=together.period, rates=rates)
            worlds[pipeline.key] = _world(rates, limits)
        actual = sum(won_by_pipeline(run=run, periods=periods).values())
        return _rebased(_outcome(worlds, promises, won=0.0), actual), None
    ahead = steps_ahead(periods=periods, company=company, until=periods.period)
    following = calendar_of(company).following(periods.period)
    further = steps_ahead(periods=periods, company=company, until=following)
    won = sum(won_by_pipeline(run=run, periods=periods).values())
    now = _outcome(_cached_worlds(run, company, periods, tuple(ahead)), promises, won=won)
    both = _outcome(_cached_worlds(run, company, periods, tuple(further)), promises, won=won)
    landing = forecast_median(run=run, company=company, periods=periods) if base is None else base
    return _rebased(now, landing), _difference(both, now)


def _rebased(outcome: Outcome, before: float) -> Outcome:
    """The same change from another starting point."""
    return replace(outcome, before=before, after=before + outcome.change.value)


def prepare_worlds(*, run: RecomputeRun, company: Company, periods: ComparisonPeriods) -> None:
    """Load everything into this process that answering a what-if needs, before somebody moves a lever."""
    if periods.running:
        for period in (periods.period, calendar_of(company).following(periods.period)):
            ahead = steps_ahead(periods=periods, company=company, until=period)
            _cached_worlds(run, company, periods, tuple(ahead))


@dataclass(frozen=True, kw_only=True)
class World:
    """One pipeline's rates, the same ready to be asked many questions, and who hands on how much, of as many
    replicates as are asked."""

    rates: Rates
    scenario: SingleScenario
    limits: Limits


def _world(rates: Rates, limits: Limits) -> World:
    return World(rates=rates, scenario=what_if_scenario(rates), limits=limits.thinned(REPLICATES))


@process_cache(maxsize=2)
def _cached_worlds(
    run: RecomputeRun, company: Company, periods: ComparisonPeriods, ahead: tuple[float, ...]
) -> dict[str, World]:
    """The pipelines as they stand, over the steps ahead; the last ones asked for stay in this process, because whoever
    moves a slider asks again at once."""
    worlds = {}
    for pipeline in forward_of(run=run, company=company):
        rates = pipeline.rates(np.array(ahead))
        worlds[pipeline.key] = _world(rates, pipeline.limits(rates))
    return worlds


def _outcome(worlds: dict[str, World], promises: Sequence[Promise], won: float) -> Outcome:
    """Sum over pipelines; their deals are different ones, so errors add as squares."""
    fits = {key: _fitting(key, world, promises) for key, world in worlds.items()}
    for promise in promises:
        if not any(promise.change in changes for changes in fits.values()):
            raise PromiseError(_misfit(promise, {key: world.rates for key, world in worlds.items()}))
    outcomes = [
        what_if(rates=world.rates, changes=fits[key], scenario=world.scenario, limits=world.limits)
        for key, world in worlds.items()
    ]
    return Outcome(
        before=won + sum(part.before.value for part in outcomes),
        after=won + sum(part.after.value for part in outcomes),
        change=_sum([part.change for part in outcomes]),
        notes=tuple(_without_limit(worlds, fits)),
    )


def _without_limit(worlds: dict[str, World], fits: dict[str, list[Change]]) -> Iterator[str]:
    """Of every promise of more hands where nobody is at a limit, that it changes nothing, and why."""
    for key, changes in fits.items():
        for change in changes:
            for stage, department in _limits_meant(worlds[key].limits, change):
                limit = worlds[key].limits.places[stage, department]
                if limit.at_most is None and _is_more(change, float(limit.most[0])):
                    yield (
                        _(
                            "no limit shows of what “{department}” hands on in “{stage}”: it hands on more when more "
                            "waits, so a higher limit changes nothing"
                        ).format(department=department, stage=stage)
                    )


def _is_more(change: Change, today: float) -> bool:
    return change.value > (0 if change.relative else today)


def _limits_meant(limits: Limits, change: Change) -> list[tuple[str, str]]:
    if change.lever != Lever.HANDS_ON:
        return []
    return [place for place in limits.places if change.stage in ("", place[0]) and change.department == place[1]]


def _sum(parts: Sequence[Interval]) -> Interval:
    value = sum(part.value for part in parts)
    half = float(np.hypot.reduce([(part.high - part.low) / 2 for part in parts])) if parts else 0.0
    error = float(np.hypot.reduce([part.standard_error for part in parts])) if parts else 0.0
    return Interval(value=value, low=value - half, high=value + half, standard_error=error)


def _difference(both: Outcome, now: Outcome) -> Outcome:
    """The next period alone: up to its end less up to its start. The width is that of both, a little too wide."""
    value, half = both.change.value - now.change.value, (both.change.high - both.change.low) / 2
    return Outcome(
        before=both.before - now.before,
        after=both.after - now.after,
        change=Interval(value=value, low=value - half, high=value + half, standard_error=both.change.standard_error),
    )


def _fitting(pipeline: str, world: World, promises: Sequence[Promise]) -> list[Change]:
    return [
        promise.change for promise in promises if promise.pipeline in ("", pipeline) and _fits(world, promise.change)
    ]


def _fits(world: World, change: Change) -> bool:
    """Whether the pipeline has the stage, and the department something to promise there."""
    layout = world.rates.layout
    if change.lever == Lever.HANDS_ON:
        return bool(_limits_meant(world.limits, change))
    stages = [place for place, key in enumerate(layout.stages) if change.stage in ("", key)]
    if change.lever in (Lever.LOSS_RATE, Lever.DEMAND):
        return bool(stages) and change.department in layout.players
    return any(custody.stage in stages and custody.department == change.department for custody in layout.custodies)


def _misfit(promise: Promise, worlds: dict[str, Rates]) -> str:
    change = promise.change
    if promise.pipeline and promise.pipeline not in worlds:
        return _("There is no pipeline “{pipeline}”; there are {worlds}.").format(
            pipeline=promise.pipeline, worlds=", ".join(worlds)
        )
    chosen = [rates.layout for key, rates in worlds.items() if promise.pipeline in ("", key)]
    stages = list(dict.fromkeys(stage for layout in chosen for stage in layout.stages))
    if change.stage and change.stage not in stages:
        return _("There is no stage “{stage}”; there are {stages}.").format(
            stage=change.stage, stages=", ".join(stages)
        )
    players = list(dict.fromkeys(player for layout in chosen for player in layout.players))
    if change.department not in players:
        return _("There is no department “{department}”; there are {players}.").format(
            department=change.department, players=", ".join(players)
        )
    where = f"“{change.stage}”" if change.stage else _("any stage")
    return _("“{department}” never holds a deal in {where}, so it has no time to promise there.").format(
        department=change.department, where=where
    )
