"""What a department hands on at most in a stage, and what another limit would do to the waits there.

A fluid queue: deals arrive, are lost at their hazard, and are handed on at the department's free pace, but never more a
day than its limit. While the queue is short the limit plays no part; once the free pace would hand on more than the
limit, the hand-ons stay where they are, the queue grows, and the hazard of every deal in it falls.

Whether there is a limit is read from the weeks: with one, a longer queue brings no more hand-ons; without, hand-ons
grow with the queue, however slow the pace is. A department that nobody ever saw at its limit has none that is known.

Source: Newell, Applications of Queueing Theory (1982), chapter 2.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from revenue_health.contribution.core.flows import Floats, FlowArrays, Ints
from revenue_health.contribution.core.intervals import replicated
from revenue_health.contribution.core.model.hazards import FASTEST, on_another_scale, ratio
from revenue_health.contribution.core.model.rates import Rates, estimate_rates, picked

CLEARLY = 10.0
"""Log-likelihood by which hand-ons that do not grow with the queue must fit better than hand-ons that do. On simulated
companies it was above 20 for who is at a limit, and up to 7 for a department that is only slow."""
RISE = 1.10
"""The queue of the last weeks over the one before: nobody is at a limit before whom nothing piles up."""
SLOWER = -2.0
"""Standard errors of hand-ons against what the pace before would have handed on of the same queue."""
FEWEST_DAYS = 28.0
"""Days before the weeks looked at, below which nothing is known of the pace without a limit."""
STEP = 1.0
"""Step of the fluid queue, days."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How a department hands on in a stage, by replicate [R]; its turns there together, since they wait in one queue.

    custodies: its turns. hand_ons: deals a day; before: the same in the time before. at_most: deals a day, None where
    no limit shows. pace: the part of its deals that it hands on a day while nothing limits it; pace_now: of late.
    leave: the part that is lost a day. opening: deals at the begin. arrivals [R, W]: deals a day in each step.
    """

    stage: int
    department: str
    custodies: Ints
    hand_ons: Floats
    before: Floats
    at_most: Floats | None
    pace: Floats
    pace_now: Floats
    leave: Floats
    opening: Floats
    arrivals: Floats

    @property
    def most(self) -> Floats:
        """Deals a day: the limit, where none shows what is handed on."""
        return self.hand_ons if self.at_most is None else self.at_most

    def speeds(self, most: Floats, step_days: Floats) -> Floats:
        """What a limit of `most` [R] deals a day multiplies the free pace with in each step, [R, W], from 0 to 1.

        step_days [W]: of the steps that `arrivals` are for.
        """
        deals, result = self.opening.astype(np.float64), np.ones((self.pace.size, step_days.size))
        for step, length in enumerate(step_days):
            count = max(round(float(length) / STEP), 1)
            day, slowed, there = float(length) / count, np.zeros(self.pace.size), np.zeros(self.pace.size)
            for _ in range(count):
                factor, deals, present = self._day(deals, self.arrivals[:, step] * day, most * day, day)
                slowed += factor * present
                there += present
            result[:, step] = ratio(slowed, there, 1.0)
        return result

    def _day(self, deals: Floats, came: Floats, most: Floats, day: float) -> tuple[Floats, Floats, Floats]:
        """(factor on the pace, deals at the end, deals meanwhile): what comes in a day is there for half of it."""
        there = deals + came / 2
        free = there * -np.expm1(-self.pace * day)
        handed_on = np.minimum(most, free)
        # Not quite all of them, or the hazard would be infinite.
        part = np.minimum(ratio(handed_on, there), 1 - 1e-12)
        hazard = -np.log1p(-part) / day
        factor = np.where(handed_on < free, np.minimum(ratio(hazard, self.pace, 1.0), 1.0), 1.0)
        left = np.maximum(deals + came - handed_on - there * -np.expm1(-self.leave * day), 0.0)
        return factor, left, there


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Every department that holds deals somewhere, by (stage key, department key); free: rates as they are without a
    limit, over the same layout and replicates."""

    free: Rates
    places: Mapping[tuple[str, str], Limit]

    @cached_property
    def reached(self) -> dict[tuple[str, str], Limit]:
        """Those that are at their limit."""
        return {place: limit for place, limit in self.places.items() if limit.at_most is not None}

    def thinned(self, most: int) -> "Limits":
        """The whole and at most so many of its replicates, as `Rates.thinned` picks them."""
        return self._of(self.free.thinned(most), picked(self.free.replicates, most))

    def whole(self) -> "Limits":
        """Everything, without replicates."""
        return self._of(self.free.whole(), np.zeros(1, dtype=np.int64))

    def _of(self, free: Rates, which: Ints) -> "Limits":
        names = ("hand_ons", "before", "at_most", "pace", "pace_now", "leave", "opening", "arrivals")

        def chosen(limit: Limit) -> Limit:
            values = {name: getattr(limit, name) for name in names}
            return replace(limit, **{name: value[which] for name, value in values.items() if value is not None})

        return Limits(free=free, places={place: chosen(limit) for place, limit in self.places.items()})

    def applied(self, rates: Rates, limit: Limit, most: Floats) -> Rates:
        """Rates over the steps ahead had the department this limit, [R] deals a day; the rates given stay as they are.

        With the limit that it has, or without one that binds, nothing changes. With a higher one its hazards go as far
        from what they are to the free ones as the fluid queue's do, step by step.
        """
        here = limit.custodies
        new = limit.speeds(most, rates.step_days)
        now = np.ones_like(new) if limit.at_most is None else limit.speeds(limit.at_most, rates.step_days)
        fresh, old, speed = rates.fresh.copy(), rates.old.copy(), rates.speed.copy()
        slowed = ratio(np.minimum(new, now), now, 1.0)
        if (slowed < 1).any():
            # Who waits in a longer line has the same pattern on a longer scale: the mean of the steps, then each step.
            scale = slowed.mean(axis=1, keepdims=True)
            fresh[:, here] = on_another_scale(fresh[:, here], scale[:, None])
            old[:, here] = on_another_scale(old[:, here], scale[:, None])
            speed[:, here] *= ratio(slowed, scale, 1.0)[:, None]
        part = ratio(np.maximum(new - now, 0.0), 1 - now)
        if limit.at_most is None or not part.any():
            return replace(rates, fresh=fresh, old=old, speed=speed)
        # One pattern by age for all steps, that of the mean part; the speed has the part of each step.
        mean, level = part.mean(axis=1, keepdims=True), speed[:, here].mean(axis=2, keepdims=True)
        blend, both = mean[:, None], (limit.pace_now[:, None], limit.pace[:, None])
        fresh[:, here] = (1 - blend) * level * fresh[:, here] + blend * self.free.fresh[:, here]
        old[:, here] = (1 - blend) * level * old[:, here] + blend * self.free.old[:, here]
        pace = (1 - part) * both[0], part * both[1]
        own = ratio(speed[:, here], level, 1.0) * pace[0][:, None] + pace[1][:, None]
        speed[:, here] = ratio(own, ((1 - mean) * both[0] + mean * both[1])[:, None], 1.0)
        return replace(rates, fresh=fresh, old=old, speed=speed)


def limits_of(*, before: FlowArrays | None, now: FlowArrays, rates: Rates) -> Limits:
    """Who hands on how much, and who is at a limit.

    before: flows of a time in which the pace without a limit is seen; None where there is none. now: the weeks looked
    at. rates: what is asked about, with its own steps: those of `now`, whose arrivals are then known, or steps ahead,
    to which as many a day go on arriving as came in `now`.
    """
    early = now.sum_of_steps() if before is None else before.sum_of_steps()
    counts = _Counts(early, now, rates, has_earlier_part=before is not None and before.days >= FEWEST_DAYS)
    free = estimate_rates(baseline=early, period=now.sum_of_steps()).baseline
    layout, places = now.layout, {}
    for stage, department in dict.fromkeys(custody[:2] for custody in layout.custodies):
        custodies = [place for place, custody in enumerate(layout.custodies) if custody[:2] == (stage, department)]
        limit = counts.limit(stage, department, np.array(custodies, dtype=np.int64))
        if limit is not None:
            places[layout.stages[stage], department] = limit
    return Limits(free=free, places=places)


class _Counts:
    """Deals of both spans by replicate: amounts held, over the mean amount of what arrived in that span."""

    def __init__(self, before: FlowArrays, now: FlowArrays, rates: Rates, *, has_earlier_part: bool) -> None:
        self.before, self.now, self.rates, self.has_earlier_part = before, now, rates, has_earlier_part
        self.same_steps = np.array_equal(now.step_days, rates.step_days)

    def limit(self, stage: int, department: str, custodies: Ints) -> Limit | None:
        size = self._size(self.now, custodies)
        handed = replicated(self.now.handed_on_count[:, :, custodies].sum(axis=2))
        waiting = ratio(replicated(self.now.held[:, :, custodies].sum(axis=(2, 3))), size[:, None])
        if not handed[0].any() or not waiting[0].any():
            return None
        first = replicated(self.before.handed_on_count[:, 0, custodies].sum(axis=1))
        stood = ratio(
            replicated(self.before.held[:, 0, custodies].sum(axis=(1, 2))), self._size(self.before, custodies)
        )
        days, free = self.now.days, np.minimum(ratio(first, stood), FASTEST)
        limited = self.has_earlier_part and _is_limited(
            handed[0], waiting[0], self.now.step_days, free[0], stood[0] / self._days
        )
        weeks, of_late = free[0] * waiting[0] > handed[0], ratio(handed.sum(axis=1), waiting.sum(axis=1))
        return Limit(
            stage=stage,
            department=department,
            custodies=custodies,
            hand_ons=handed.sum(axis=1) / days,
            before=first / self._days,
            at_most=handed[:, weeks].sum(axis=1) / self.now.step_days[weeks].sum() if limited else None,
            pace=free if limited else np.minimum(of_late, FASTEST),
            pace_now=np.minimum(of_late, FASTEST),
            leave=self._leave(stage),
            opening=ratio(self.rates.opening[:, custodies].sum(axis=(1, 2)), size),
            arrivals=self._arrivals(custodies),
        )

    @property
    def _days(self) -> float:
        return max(self.before.days, 1e-9)

    def _size(self, flows: FlowArrays, custodies: Ints) -> Floats:
        """Mean amount of what arrived, [R]."""
        came = flows.routed[..., custodies].sum(axis=(1, 2, 3)) + flows.entered[:, :, custodies].sum(axis=(1, 2, 3))
        return ratio(replicated(came), replicated(flows.arrived_count[:, :, custodies].sum(axis=(1, 2))))

    def _leave(self, stage: int) -> Floats:
        here = self.now.layout.stage_of == stage
        return ratio(
            replicated(self.now.lost[:, :, stage].sum(axis=(1, 2))),
            replicated(self.now.held[:, :, here].sum(axis=(1, 2, 3))),
        )

    def _arrivals(self, custodies: Ints) -> Floats:
        came = replicated(self.now.arrived_count[:, :, custodies].sum(axis=2))
        if self.same_steps:
            return came / self.now.step_days
        mean = came.sum(axis=1, keepdims=True) / self.now.days
        return np.repeat(mean, self.rates.step_days.size, axis=1)


def _is_limited(handed: Floats, waiting: Floats, days: Floats, free: float, queue: float) -> bool:
    """Whether hand-ons stayed where they were while the queue grew. handed, waiting [W]: deals and deal-days by week;
    free: the pace before; queue: deals that stood there on a mean day before."""
    expected, total = free * float(waiting.sum()), float(handed.sum())
    late = -(-days.size // 3)
    grown = float(waiting[-late:].sum() / days[-late:].sum()) >= RISE * queue
    if not grown or not expected or (total - expected) / np.sqrt(expected) > SLOWER:
        return False
    level = total * days / days.sum()
    # Deals come in bunches: how much more hand-ons vary by week than single deals would, at least as much.
    chance = max(float(((handed - level) ** 2 / level).sum()) / max(days.size - 1, 1), 1.0)
    as_queue = np.maximum(waiting / waiting.sum(), 1e-12)
    # Log-likelihood of hand-ons that follow the days, less that of hand-ons that follow the queue.
    lead = float((handed * np.log(days / days.sum() / as_queue)).sum())
    return lead >= CLEARLY * chance


def earlier_part(history: FlowArrays, recent: FlowArrays) -> FlowArrays | None:
    """What the history holds beside its last part, as one step; None where that part is all of it.

    Raises FlowError where the layouts differ.
    """
    days = history.days - recent.days
    if days <= 0:
        return None
    long, late = history.sum_of_steps(), recent.sum_of_steps()
    rest: dict[str, Any] = {
        field.name: getattr(long, field.name) - getattr(late, field.name)
        for field in fields(long)
        if field.name not in ("layout", "step_days", "opening")
    }
    # Amounts are floats: what is nothing but rounding is nothing.
    for name in rest.keys() - _SIGNED:
        rest[name] = np.maximum(rest[name], 0.0)
    return replace(long, step_days=np.array([days]), **rest)


_SIGNED = {"revalued", "taken_back"}
