"""From flows to rates: what every department did per day, in the baseline and in the period.

All rates carry a leading axis of replicates R (see `intervals`). A rate that cannot be known from the period, because
nothing was exposed to it, is the baseline's, so it moves nobody's share; one that neither span knows is zero.
"""

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from revenue_health.contribution.core.flows import Floats, FlowArrays, Ints, Layout
from revenue_health.contribution.core.model import fits, hazards
from revenue_health.contribution.core.model.hazards import ratio
from revenue_health.contribution.core.model.options import DEFAULT, ModelOptions
from revenue_health.contribution.core.model.sums import Sums, sums_of

if TYPE_CHECKING:
    from revenue_health.contribution.core.model.interplay.worlds import Interplay

WEEK_PULL = 0.3
"""Weight of the period's mean in a week's own rate, in mean weeks of exposure."""
MOST_GROWTH = 0.5
"""Ceiling of the revaluation rate per day: a hold that took no time cannot say how fast it grows."""


@dataclass(frozen=True, kw_only=True)
class Rates:
    """What everyone does. Axes: R replicates, W steps of the period, J custodies, A age bins, S stages, P players.

    fresh, old [R, J, A]: hand-on hazard per day by age, of holds begun in and before the period. speed [R, J, W]:
    multiplies them in a step. pace [R, J]: theta, hand-ons over what the baseline's hazards expected. loss
    [R, S, P, W]: hazard per day by cause. growth [R, J, P, W]: revaluation per day by who writes it. routing
    [R, J, J + 1]: shares of where handed-on money goes, rows sum to 1. demand [R, J, P, W]: amount entering per day.
    opening [R, J, A]: amount.
    reversed [R, P, W]: won amount taken back per day, net of growth, by who did it, from custodies nothing stays in (a
    deal lost, revalued or reopened after it had left the books has no time in stage, so no hazard).
    """

    layout: Layout
    step_days: Floats
    fresh: Floats
    old: Floats
    speed: Floats
    pace: Floats
    loss: Floats
    growth: Floats
    routing: Floats
    demand: Floats
    opening: Floats
    reversed: Floats

    @property
    def replicates(self) -> int:
        """Number of replicates, the whole included."""
        return int(self.fresh.shape[0])

    def whole(self) -> "Rates":
        """The rates of everything, without replicates."""
        return self._of(slice(1))

    def thinned(self, most: int) -> "Rates":
        """The whole and at most so many of its replicates, evenly picked."""
        return self._of(picked(self.replicates, most))

    def first_steps(self, count: int) -> "Rates":
        """The same rates over the first so many steps: R of a shorter period."""
        names = ("speed", "loss", "growth", "demand", "reversed")
        cut = {name: getattr(self, name)[..., :count] for name in names}
        return replace(self, step_days=self.step_days[:count], **cut)

    def _of(self, which: slice | Ints) -> "Rates":
        names = [field.name for field in fields(self) if field.name not in ("layout", "step_days")]
        return replace(self, **{name: getattr(self, name)[which] for name in names})


def picked(replicates: int, most: int) -> Ints:
    """Which of so many replicates, the whole first, stand for all: the whole and at most `most`, evenly."""
    every = max(-(-(replicates - 1) // most), 1)
    return np.array([0, *range(1, replicates, every)], dtype=np.int64)


@dataclass(frozen=True, kw_only=True)
class RatePair:
    """The two sets of rates every question compares; interplay: factors on which two parties act, None without."""

    baseline: Rates
    actual: Rates
    interplay: "Interplay | None" = None


def estimate_rates(*, baseline: FlowArrays, period: FlowArrays, options: ModelOptions = DEFAULT) -> RatePair:
    """Rates of both spans, by bucket replicate.

    baseline: any number of steps (they are summed; baseline rates are constant), opening = mean of its quarters'
    openings. A baseline without a single amount-day is refused by the bridge before it comes here. options: only `fit`
    counts here.
    """
    return rates_of(sums_of(baseline.sum_of_steps()), sums_of(period), options)


def rates_of(before: Sums, now: Sums, options: ModelOptions = DEFAULT) -> RatePair:
    """As `estimate_rates`, of sums that are made already; the baseline's have one step."""
    layout, days, steps = now.layout, now.step_days, now.step_days.size
    one_deal = _one_deal(before, now)
    base = fits.baseline_hazards(options.fit, before.handed_on[:, 0], before.held[:, 0], one_deal)
    has_baseline = (before.held[:, 0].sum(axis=-1) > 0) | (before.handed_on[:, 0].sum(axis=-1) > 0)
    alone = fits.baseline_hazards(options.fit, now.handed_on.sum(axis=1), now.held.sum(axis=1), one_deal)
    base = np.where(has_baseline[..., None], base, alone)
    fitted = fits.period_hazards(options.fit, now.handed_on, now.held, base, one_deal, days, WEEK_PULL)
    steady = np.ones((base.shape[0], base.shape[1], steps))
    routing_before, routing_now = _routing(before.routed, now.routed)
    loss_before, loss_now = _losses(layout, before, now)
    growth_before, growth_now = _growth(layout, before, now)
    reversed_before, reversed_now = _reversed(layout, before, now)
    actual = Rates(
        layout=layout, step_days=days, fresh=fitted.fresh, old=fitted.old, speed=fitted.speed, pace=fitted.pace,
        loss=loss_now, growth=growth_now, routing=routing_now, demand=_demand(now), opening=now.opening,
        reversed=reversed_now / days,
    )  # fmt: skip
    known_rates = Rates(
        layout=layout, step_days=days, fresh=base, old=base, speed=steady, pace=steady[..., 0],
        loss=_constant(loss_before, steps), growth=_constant(growth_before, steps), routing=routing_before,
        demand=_constant(_demand(before)[..., 0], steps), opening=before.opening,
        reversed=_constant(reversed_before[..., 0] / before.days, steps),
    )  # fmt: skip
    return RatePair(baseline=known_rates, actual=actual)


def with_entries_of(pair: RatePair, *, before: Sums, now: Sums) -> RatePair:
    """The pair with demand, opening stock and take-backs of other deals, in the same steps and replicates."""
    back_before, back_now = _reversed(now.layout, before, now)
    steps = now.step_days.size
    return RatePair(
        baseline=replace(
            pair.baseline,
            demand=_constant(_demand(before)[..., 0], steps),
            opening=before.opening,
            reversed=_constant(back_before[..., 0] / before.days, steps),
        ),
        actual=replace(pair.actual, demand=_demand(now), opening=now.opening, reversed=back_now / now.step_days),
    )


def _demand(sums: Sums) -> Floats:
    return np.moveaxis(sums.entered, 1, -1) / sums.step_days


def _constant(rate: Floats, steps: int) -> Floats:
    return np.repeat(rate[..., None], steps, axis=-1)


def _one_deal(before: Sums, now: Sums) -> Floats:
    """Mean amount of a hand-on, [R, J, 1]; it makes events out of amounts."""
    amount = before.handed_on.sum(axis=(1, 3)) + now.handed_on.sum(axis=(1, 3))
    count = before.count + now.count
    overall = ratio(amount.sum(axis=1, keepdims=True), count.sum(axis=1, keepdims=True), 1.0)
    return ratio(amount, count, np.broadcast_to(overall, amount.shape))[..., None]


def _weekly(over: Floats, under: Floats, fallback: Floats) -> Floats:
    """Rates by step, each shrunk to the period's mean m: (o + c m) / (u + c mean u). [R, W, ...] -> [R, ..., W]."""
    mean_rate = ratio(over.sum(axis=1), under.sum(axis=1), fallback)[:, None]
    pull = WEEK_PULL * under.mean(axis=1, keepdims=True)
    rate = ratio(over + pull * mean_rate, under + pull, np.broadcast_to(mean_rate, over.shape))
    return np.moveaxis(rate, 1, -1)


def _losses(layout: Layout, before: Sums, now: Sums) -> tuple[Floats, Floats]:
    """Loss hazards [R, S, P] before and [R, S, P, W] now: amount lost / amount-days held in the stage.

    Money lost without exposure (a deal that entered and was lost at once) counts as held for an hour.
    """
    stages = len(layout.stages)
    in_stage = np.zeros((len(layout.custodies), stages))
    in_stage[np.arange(len(layout.custodies)), layout.stage_of] = 1.0
    exposed = [
        np.maximum(sums.held.sum(axis=-1) @ in_stage, sums.lost.sum(axis=-1) / hazards.FASTEST)[..., None]
        for sums in (before, now)
    ]
    baseline = ratio(before.lost[:, 0], np.broadcast_to(exposed[0][:, 0], before.lost[:, 0].shape))
    baseline_known = np.broadcast_to(exposed[0][:, 0] > 0, baseline.shape)
    exposure = np.broadcast_to(exposed[1], now.lost.shape)
    alone = ratio(now.lost.sum(axis=1), exposure.sum(axis=1))
    baseline = np.where(baseline_known, baseline, alone)
    return baseline, _weekly(now.lost, exposure, baseline)


def _reversed(layout: Layout, before: Sums, now: Sums) -> tuple[Floats, Floats]:
    """Amounts [R, P, W] taken back where no rate can say so: lost from earned stages in which nothing was ever held,
    shrunk (net of grown) in the hands of somebody who held nothing, and of deals that came back onto the books."""
    occupied = before.ever_held | now.ever_held
    in_stage = layout.stage_of[:, None] == np.arange(len(layout.stages))
    empty = layout.after_earning & ~(occupied[:, :, None] & in_stage).any(axis=1)
    same, earned = _same_holder(layout), layout.after_earning[layout.stage_of]

    def taken_back(sums: Sums) -> Floats:
        held = (sums.held.sum(axis=-1) @ same)[..., None]
        shrunk = np.where(held > 0, 0.0, -sums.revalued)[:, :, earned].sum(axis=2)
        lost = np.where(empty[:, None, :, None], sums.lost, 0.0).sum(axis=2)
        return np.moveaxis(lost + shrunk + sums.taken_back, 1, -1)

    return taken_back(before), taken_back(now)


def _same_holder(layout: Layout) -> Floats:
    """[J, J]: 1 where two custodies are turns of one department in one stage; revaluations do not tell turns apart."""
    holder = [custody[:2] for custody in layout.custodies]
    return np.array([[float(first == second) for second in holder] for first in holder])


def _growth(layout: Layout, before: Sums, now: Sums) -> tuple[Floats, Floats]:
    """Revaluation [R, J, P] before and [R, J, P, W] now, by who wrote it: signed amount per amount-day held, at most
    `MOST_GROWTH` a day up and one ceiling hazard down (shaving more than everything means losing everything, no less
    than that).

    One rate for all turns of a department in a stage: revaluations are booked by holder, not by turn. What is changed
    at the very instant of a hand-on shrinks (or grows) all that is handed on, however long it was held: as a rate it
    is larger by the amount before over the amount after, so that the same part of it arrives.
    """
    same = _same_holder(layout)
    revalued_before, revalued_now = (
        np.einsum("rwjp,jk->rwkp", sums.revalued, same, optimize=True) * _at_once(sums, same)[:, None, :, None]
        for sums in (before, now)
    )
    held_before, held_now = (
        np.broadcast_to((sums.held.sum(axis=-1) @ same)[..., None], revalued.shape)
        for sums, revalued in ((before, revalued_before), (now, revalued_now))
    )
    baseline = ratio(revalued_before[:, 0], held_before[:, 0])
    alone = ratio(revalued_now.sum(axis=1), held_now.sum(axis=1))
    baseline = np.where(held_before[:, 0] > 0, baseline, alone)
    weekly = _weekly(np.where(held_now > 0, revalued_now, 0.0), held_now, baseline)
    return np.clip(baseline, -hazards.FASTEST, MOST_GROWTH), np.clip(weekly, -hazards.FASTEST, MOST_GROWTH)


def _at_once(sums: Sums, same: Floats) -> Floats:
    """[R, J]: what revaluations are multiplied with because a part of them came at the instant of a hand-on."""
    left, arrived = sums.handed_on.sum(axis=(1, 3)) @ same, sums.routed.sum(axis=-1) @ same
    changed = sums.revalued.sum(axis=(1, 3)) @ same
    part = np.clip(ratio((arrived - left) * np.sign(changed), np.abs(changed)), 0.0, 1.0)
    stretch = np.clip(ratio(left, arrived, 1.0), 0.5, 2.0)
    return np.asarray(1 + part * (stretch - 1))


def _routing(before: Floats, now: Floats) -> tuple[Floats, Floats]:
    """Routing rows [R, J, J + 1] of both spans; an empty row is the other span's, or leaves the books."""
    leave = np.zeros(before.shape[1:])
    leave[:, -1] = 1.0
    sums_before, sums_now = before.sum(axis=-1, keepdims=True), now.sum(axis=-1, keepdims=True)
    own_now = ratio(now, np.broadcast_to(sums_now, now.shape), np.broadcast_to(leave, now.shape))
    baseline = ratio(before, np.broadcast_to(sums_before, before.shape), own_now)
    return baseline, ratio(now, np.broadcast_to(sums_now, now.shape), baseline)
