"""How a department moved revenue, in words and two bars: the one rate in one stage that changed most."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from departments.formats import counted, days, grouped, money_in_words
from pipeline.selectors.overview import StageName, Structure
from revenue_health.contribution.core.comparison import PartyShare
from revenue_health.contribution.core.sensitivity import Lever
from revenue_health.contribution.selectors.comparison.share_breakdown import Rate

KINDS = {"waiting": "hold_days", "losses": "loss_rate", "demand": "demand"}
"""The rate that shows a factor of a share."""
LEVERS = {"hold_days": Lever.WAIT_DAYS, "loss_rate": Lever.LOSS_RATE, "demand": Lever.DEMAND}
PERCENT_A_WEEK = 0.7
"""From lost per 1,000 held for a day to percent of what waits, a week."""
ROOM_FOR_BARS = 72.0
"""Percent of the drawing's width for the longer bar; its figure stands beside it."""


@dataclass(frozen=True, kw_only=True)
class Mechanism:
    """One rate before and now. before, now: as they are written; the bars in percent of the drawing's width.

    stage: the stage it is about. goal: what a commitment to be as before says; try_it: the what-if of that.
    """

    factor: str
    stage: StageName
    sentence: str
    before: str
    now: str
    before_bar: str
    now_bar: str
    goal: str
    try_it: str


def mechanism_of(
    party: PartyShare,
    rates: Sequence[Rate],
    *,
    structure: Structure,
    currency: str,
    leaks: Sequence[tuple[int, str]] = (),
) -> Mechanism | None:
    """The change that moved most and goes the way of the party's share; None where no rate shows it.

    leaks: stage and factor of the party's leaks, the costliest first: where the register says what each cost, a share
    below zero is explained by the first of them that a rate shows, so that both pages tell of the same stage.
    """
    if party.share is None:
        return None
    sign = -1 if party.share.amount < 0 else 1
    if sign < 0 and (costliest := _costliest(rates, leaks, structure)):
        return _mechanism(party, *costliest, currency)
    factors = sorted(KINDS, key=lambda name: -sign * (party.factors.get(name) or 0.0))
    for factor in factors:
        if sign * (party.factors.get(factor) or 0.0) <= 0:
            continue
        rate = _changed_most((rate for rate in rates if rate.kind == KINDS[factor] and _moves(rate, structure)), sign)
        stage = _stage_of(rate, structure) if rate else None
        if rate and stage:
            return _mechanism(party, factor, rate, stage, currency)
    return None


def _costliest(
    rates: Sequence[Rate], leaks: Sequence[tuple[int, str]], structure: Structure
) -> tuple[str, Rate, StageName] | None:
    for stage_id, factor in leaks:
        of_factor = [rate for rate in rates if rate.kind == KINDS.get(factor) and _moves(rate, structure)]
        for rate in of_factor:
            stage = _stage_of(rate, structure)
            if stage and stage.id == stage_id and _changed_most([rate], sign=-1):
                return factor, rate, stage
    return None


def _changed_most(rates: Iterable[Rate], sign: int) -> Rate | None:
    """By money, not by deals: many small renewals weigh less than a few large contracts. More days and more losses cost
    revenue, more demand brings it."""
    best, largest = None, 0.0
    for rate in rates:
        if rate.before is None or rate.now is None:
            continue
        change = (rate.now - rate.before) * (sign if rate.kind == "demand" else -sign)
        weight = change * rate.base
        if weight > largest:
            best, largest = rate, weight
    return best


def _moves(rate: Rate, structure: Structure) -> bool:
    """Whether a rate can move revenue: days in a stage that a deal reaches by being won, such as delivery, cannot."""
    stage = _stage_of(rate, structure)
    if stage is None or rate.kind != "hold_days":
        return stage is not None
    earning = [
        other.position for other in structure.stages.values() if other.pipeline == stage.pipeline and other.earns
    ]
    return not earning or stage.position < min(earning)


def _stage_of(rate: Rate, structure: Structure) -> StageName | None:
    stages = structure.stages.values()
    return next((stage for stage in stages if (stage.pipeline_name, stage.key) == (rate.pipeline, rate.stage)), None)


def _mechanism(party: PartyShare, factor: str, rate: Rate, stage: StageName, currency: str) -> Mechanism:
    before, now = rate.before or 0.0, rate.now or 0.0
    write, sentence, goal = _texts(rate, party.name, stage.name, currency)
    most = max(before, now) or 1.0
    lever, value = LEVERS[rate.kind], _in_lever(rate.kind, before)
    promise = f"{stage.pipeline_key}/{stage.key}:{party.key}:{lever}={value:.6g}"
    return Mechanism(
        factor=factor,
        stage=stage,
        sentence=sentence,
        before=write(before),
        now=write(now),
        before_bar=f"{ROOM_FOR_BARS * before / most:.1f}%",
        now_bar=f"{ROOM_FOR_BARS * now / most:.1f}%",
        goal=goal,
        try_it=f"{reverse('review:what_if')}?{urlencode({'set': promise})}",
    )


def _texts(rate: Rate, name: str, stage: str, currency: str) -> tuple[Callable[[float], str], str, str]:
    """How the rate is written, its sentence, and what a commitment about it says."""
    deals = counted(rate.count, "deal")
    if rate.kind == "hold_days":
        before, now = days(rate.before), days(rate.now)
        pace = _pace(rate)
        sentence = _(
            "Deals in {stage} stay {now} days with {name} on average, {before} before ({deals}); {pace}."
        ).format(stage=stage, now=now, name=name, before=before, deals=deals, pace=pace)
        return (
            _in_days,
            sentence,
            _("Deals in {stage} stay {before} days with {name} again").format(stage=stage, before=before, name=name),
        )
    if rate.kind == "loss_rate":
        before, now = _in_percent(rate.before or 0.0), _in_percent(rate.now or 0.0)
        sentence = _(
            "In {stage}, {now} of the open money is lost for {name}’s reasons, {before} before ({deals})."
        ).format(stage=stage, now=now, name=name, before=before, deals=deals)
        return (
            _in_percent,
            sentence,
            _("Losses in {stage} for {name}’s reasons back to {before}").format(stage=stage, name=name, before=before),
        )

    def in_money(value: float) -> str:
        return _("{value} a week").format(value=money_in_words(round(value), currency))

    before, now = in_money(rate.before or 0.0), in_money(rate.now or 0.0)
    sentence = _("{name} brings {now} into {stage}, {before} before ({deals}).").format(
        name=name, now=now, stage=stage, before=before, deals=deals
    )
    return in_money, sentence, _("Bring {before} into {stage} again").format(before=before, stage=stage)


def _pace(rate: Rate) -> str:
    """How many it handed on a day: whether more came than before, or it did less."""
    now, before = _a_day(rate.a_day_now), _a_day(rate.a_day_before)
    if rate.a_day_now is None or rate.a_day_before is None or now == before:
        text = _("it handed on {now} a day, {before} before")
    elif rate.a_day_now > rate.a_day_before:
        text = _("it handed on more, {now} a day, {before} before")
    else:
        text = _("it handed on fewer, {now} a day, {before} before")
    return text.format(now=now, before=before)


def _in_days(value: float) -> str:
    return _("{value} days").format(value=days(value))


def _in_percent(value: float) -> str:
    return _("{percent_a_week} % a week").format(percent_a_week=grouped(PERCENT_A_WEEK * value, 2))


def _a_day(value: float | None) -> str:
    return grouped(value, 1)


def _in_lever(kind: str, value: float) -> float:
    """The rate in the unit of the model's lever: days, per day, or money a day."""
    if kind == "loss_rate":
        return value / 1000
    # From cents a week to units a day.
    return value / 700 if kind == "demand" else value
