"""What-if, and the constraints of the pipeline: both are R with other rates, and nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from revenue_health.contribution.core.capacity import Limits
from revenue_health.contribution.core.flows import AGE_EDGES, Floats, FlowError, Ints, Layout
from revenue_health.contribution.core.intervals import Interval, interval
from revenue_health.contribution.core.model import hazards
from revenue_health.contribution.core.model.rates import Rates
from revenue_health.contribution.core.model.revenue import everyone, revenue
from revenue_health.contribution.core.solver.single_scenario import SingleScenario

REPLICATES = 20
"""Replicates behind the interval of a what-if."""
FLUID_ERROR = 0.2
"""Standard error of what a limit changes, as a part of it: a fluid queue is no real one. Measured on simulated
companies, docs/method.md."""
LESS = 0.1
"""How much less holding or leaking the constraint asks about, and how much more a day of who is at a limit."""


class Lever(StrEnum):
    """What can be promised of one department, in one stage or in all."""

    WAIT_DAYS = "wait_days"
    """Mean days of a hold."""
    HANDS_ON = "hands_on"
    """Deals a day that are handed on at most: more hands, or fewer."""
    LIMIT_DAYS = "limit_days"
    """No hold lasts longer than this: whatever gets this old is handed on at once."""
    LOSS_RATE = "loss_rate"
    """Amount lost per amount-day in the stage, for this department's reasons."""
    DEMAND = "demand"
    """Amount a day entering the stage from the department's sources."""
    VALUE = "value"
    """Amount gained (or shaved) per amount-day in the department's hands, written by the department itself."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One promise: at (stage key, department key) the lever becomes value, or, if relative, changes by this part
    (-0.2: a fifth less). stage "" means every stage."""

    stage: str
    department: str
    lever: Lever
    value: float
    relative: bool = False


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """Revenue of the period as it is, with the changes, and the difference, each with its 90 % interval."""

    before: Interval
    after: Interval
    change: Interval


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """Gain in revenue if (stage, department) held ("holding") or lost ("leaking") a tenth less, or could hand on a
    tenth more a day than it does at most ("limited")."""

    stage: str
    department: str
    kind: str
    gain: float


def mean_hold(hazard: Floats) -> Floats:
    """Mean days of a hold [...], from its hazard by age bin [..., A]; infinite if nobody is ever handed on."""
    edges = np.array(AGE_EDGES)
    widths = np.diff(edges[:-1])
    stay = hazard[..., :-1] * widths
    reached = np.exp(-np.concatenate([np.zeros((*stay.shape[:-1], 1)), np.cumsum(stay, axis=-1)], axis=-1))
    safe = np.where(stay > 1e-9, hazard[..., :-1], 1.0)
    # Where hardly anybody leaves, the quotient would be 0 / 0: all of the bin's width is spent in it.
    inside = reached[..., :-1] * np.where(stay > 1e-9, -np.expm1(-stay) / safe, widths)
    with np.errstate(divide="ignore"):
        tail = np.where(reached[..., -1] > 0, reached[..., -1] / hazard[..., -1], 0.0)
    return np.asarray(inside.sum(axis=-1) + tail)


def apply_changes(rates: Rates, changes: Sequence[Change], limits: Limits | None = None) -> Rates:
    """The rates with every promise kept, in order; the rates given stay as they are.

    limits: of the same replicates and steps; what is handed on at most can only be promised with them. Raises FlowError
    for a stage or department that is not there, and for a value that is not finite, or an absolute one below zero of
    any lever but VALUE.
    """
    for change in changes:
        if not np.isfinite(change.value) or (not change.relative and change.value < 0 and change.lever != Lever.VALUE):
            raise FlowError(f"{change.lever} cannot be {change.value}")
        if change.lever == Lever.HANDS_ON:
            rates = _hands_on(rates, change, limits)
        else:
            rates = _APPLY[change.lever](rates, change)
    return rates


def _hands_on(rates: Rates, change: Change, limits: Limits | None) -> Rates:
    _custodies(rates.layout, change)
    places = limits.places if limits else {}
    here = [limit for place, limit in places.items() if _is_at(place, change)]
    if limits is None or not here:
        raise FlowError(f"nothing is known of what {change.department!r} hands on a day")
    for limit in here:
        rates = limits.applied(rates, limit, _new(limit.most, change))
    return rates


def _is_at(place: tuple[str, str], change: Change) -> bool:
    return change.stage in ("", place[0]) and change.department == place[1]


def _stages(layout: Layout, change: Change) -> list[int]:
    if change.stage and change.stage not in layout.stages:
        raise FlowError(f"there is no stage {change.stage!r}")
    return [index for index, key in enumerate(layout.stages) if change.stage in ("", key)]


def _custodies(layout: Layout, change: Change) -> Ints:
    stages = _stages(layout, change)
    custodies = [
        index
        for index, custody in enumerate(layout.custodies)
        if custody.stage in stages and custody.department == change.department
    ]
    if not custodies:
        raise FlowError(f"{change.department!r} never holds a deal in {change.stage or 'any stage'!r}")
    return np.array(custodies, dtype=np.int64)


def _player(layout: Layout, change: Change) -> int:
    if change.department not in layout.players:
        raise FlowError(f"there is no department {change.department!r}")
    return layout.players.index(change.department)


def _new(old: Floats, change: Change) -> Floats:
    return np.maximum(old * (1 + change.value), 0.0) if change.relative else np.full_like(old, change.value)


def _wait(rates: Rates, change: Change) -> Rates:
    """Another time scale: the pattern by age stays, the mean becomes what was promised. An absolute value is the mean
    of the department's first turn; its later turns change in proportion."""
    fresh, old = rates.fresh.copy(), rates.old.copy()
    for custody in _custodies(rates.layout, change):
        first = next(
            index
            for index, other in enumerate(rates.layout.custodies)
            if other[:2] == rates.layout.custodies[custody][:2]
        )
        speed = rates.speed[:, first].mean(axis=-1, keepdims=True)
        now = mean_hold(hazards.capped(rates.fresh[:, first] * speed))[:, None]
        target = np.maximum(_new(now, change), 1 / hazards.FASTEST)
        # Nothing is ever handed on there, and no change shortens an endless wait.
        scale = np.divide(now, target, out=np.ones_like(now), where=np.isfinite(now))
        fresh[:, custody] = hazards.on_another_scale(fresh[:, custody], scale)
        old[:, custody] = hazards.on_another_scale(old[:, custody], scale)
    return replace(rates, fresh=fresh, old=old)


def _limit(rates: Rates, change: Change) -> Rates:
    fresh, old = rates.fresh.copy(), rates.old.copy()
    beyond = np.array(AGE_EDGES[:-1]) >= change.value
    for custody in _custodies(rates.layout, change):
        fresh[:, custody, beyond] = old[:, custody, beyond] = hazards.FASTEST
    return replace(rates, fresh=fresh, old=old)


def _loss(rates: Rates, change: Change) -> Rates:
    loss, player = rates.loss.copy(), _player(rates.layout, change)
    for stage in _stages(rates.layout, change):
        loss[:, stage, player] = _new(loss[:, stage, player], change)
    return replace(rates, loss=loss)


def _demand(rates: Rates, change: Change) -> Rates:
    """An absolute value is spread over the stage's first custodies as they are now."""
    demand, player = rates.demand.copy(), _player(rates.layout, change)
    here = np.isin(rates.layout.stage_of, _stages(rates.layout, change))
    now = demand[:, here, player]
    total = now.sum(axis=1, keepdims=True)
    factor = 1 + change.value if change.relative else hazards.ratio(np.full_like(total, change.value), total, 1.0)
    demand[:, here, player] = np.maximum(now * factor, 0.0)
    return replace(rates, demand=demand)


def _value(rates: Rates, change: Change) -> Rates:
    growth, player = rates.growth.copy(), _player(rates.layout, change)
    for custody in _custodies(rates.layout, change):
        now = growth[:, custody, player]
        growth[:, custody, player] = now * (1 + change.value) if change.relative else change.value
    return replace(rates, growth=growth)


_APPLY = {
    Lever.WAIT_DAYS: _wait,
    Lever.LIMIT_DAYS: _limit,
    Lever.LOSS_RATE: _loss,
    Lever.DEMAND: _demand,
    Lever.VALUE: _value,
}


def what_if(
    *,
    rates: Rates,
    changes: Sequence[Change],
    scenario: SingleScenario | None = None,
    limits: Limits | None = None,
) -> WhatIf:
    """Change of the period's revenue if the promises were kept from its first day; intervals by the jackknife, from at
    most `REPLICATES` of its replicates, because somebody is waiting for the answer.

    scenario: `what_if_scenario` of the same rates, so that the next question costs only what it changes. limits: of the
    same rates, see `apply_changes`.
    """
    base = scenario or what_if_scenario(rates)
    if limits is not None and limits.free.replicates != base.rates.replicates:
        limits = limits.thinned(REPLICATES)
    after = base.revenue(apply_changes(base.rates, changes, limits)) if changes else base.before
    buckets, of_queue = max(rates.replicates - 1, 1), _error_of_queue(base, changes, limits, after)
    return WhatIf(
        before=interval(base.before, buckets=buckets),
        after=interval(after, of_queue, buckets=buckets),
        change=interval(after - base.before, of_queue, buckets=buckets),
    )


def _error_of_queue(base: SingleScenario, changes: Sequence[Change], limits: Limits | None, after: Floats) -> float:
    """Standard error of what promised limits change, beside that of the rates."""
    hands = [change for change in changes if change.lever == Lever.HANDS_ON]
    if not hands:
        return 0.0
    alone = after if len(hands) == len(changes) else base.revenue(apply_changes(base.rates, hands, limits))
    return FLUID_ERROR * abs(float(alone[0] - base.before[0]))


def what_if_scenario(rates: Rates) -> SingleScenario:
    """The rates with at most `REPLICATES` replicates and all kernels, for any number of what-ifs."""
    return SingleScenario(rates.thinned(REPLICATES))


def ranked_constraints(rates: Rates, limits: Limits | None = None) -> tuple[Constraint, ...]:
    """Every (stage, department) that holds or loses money, ranked by the revenue gained by a tenth less of it; and with
    `limits` of the same rates whoever is at a limit, by what a tenth more a day would bring.

    In the unit of the amounts, of the whole without replicates; one at a time, so gains do not add up.
    """
    layout, whole, whole_limits = rates.layout, rates.whole(), limits.whole() if limits else None
    limited = whole_limits.reached if whole_limits else ()
    candidates = [*_places(whole), *(("limited", Lever.HANDS_ON, *place) for place in limited)]
    worlds = [whole]
    for _, lever, stage, department in candidates:
        part = LESS if lever == Lever.HANDS_ON else -LESS
        change = Change(stage=stage, department=department, lever=lever, value=part, relative=True)
        worlds.append(apply_changes(whole, [change], whole_limits))
    choice = np.concatenate([everyone(layout, index) for index in range(len(worlds))])
    values = revenue(worlds, choice)[0]
    gains = [
        Constraint(stage=stage, department=department, kind=kind, gain=float(value - values[0]))
        for (kind, _, stage, department), value in zip(candidates, values[1:], strict=True)
    ]
    return tuple(sorted(gains, key=lambda gain: -gain.gain))


def _places(whole: Rates) -> Iterator[tuple[str, Lever, str, str]]:
    """(kind, lever, stage, department) of everybody who holds or loses money."""
    layout = whole.layout
    held = sorted({custody[:2] for index, custody in enumerate(layout.custodies) if whole.fresh[0, index].any()})
    for stage, department in held:
        yield "holding", Lever.WAIT_DAYS, layout.stages[stage], department
    for stage, player in np.argwhere(whole.loss[0].any(axis=-1)):
        yield "leaking", Lever.LOSS_RATE, layout.stages[stage], layout.players[player]
