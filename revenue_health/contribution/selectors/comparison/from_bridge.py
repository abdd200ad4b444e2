"""Comparisons made of the model's bridges, with names, scores and what the reader must be told."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from departments.models import Department
from departments.translation import gettext_noop
from pipeline.models import Stage
from revenue_health.contribution.core.comparison import (
    Comparison,
    GroupComparison,
    LoadedStage,
    MoneyInterval,
    PartyKind,
    PartyShare,
)
from revenue_health.contribution.core.flows import MARKET, OPENING
from revenue_health.contribution.core.gates.company import Judgements
from revenue_health.contribution.core.gates.gate import Judged
from revenue_health.contribution.core.intervals import Interval
from revenue_health.contribution.core.model.bridge import Bridge, Party
from revenue_health.contribution.core.solver.backward import FACTORS
from revenue_health.contribution.core.verdict import UNCLEAR, Verdict
from revenue_health.contribution.selectors.comparison.bridges import CompanyBridge
from revenue_health.contribution.selectors.comparison.contributions_json import number
from revenue_health.contribution.selectors.comparison.earned import Earned
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.comparison.remarks import Remarks

STRATEGY = str(PartyKind.STRATEGY)
NAMES = {MARKET: gettext_noop("Market"), OPENING: gettext_noop("Opening pipeline"), STRATEGY: gettext_noop("Strategy")}
"""What the parties that are no department are called."""
_NO_PLAN = gettext_noop("no plan: the bridge starts at the baseline")
_OF_PLAN = gettext_noop("what the company does at its baseline, against the plan")


def comparison_from_bridge(
    company_bridge: CompanyBridge,
    *,
    periods: ComparisonPeriods,
    remarks: Remarks,
    judgements: Judgements,
    by: str = "",
    earned: Earned | None = None,
) -> Comparison:
    """The comparison that a bridge of the company makes, and with `by` of the groups it was cut into.

    remarks: on the data of the period. judgements: what the gates say. earned: what was won and taken back in
    the period; `actual` is their difference.
    """
    whole, names, judged = company_bridge.company, department_names(), judgements.parties
    known = (*periods.reasons, *remarks.reasons)
    reasons = [*known, *(each for each in whole.reasons if not _is_repeated(each, known))]
    return Comparison(
        period=periods.period,
        baseline=periods.baseline,
        baseline_rule=str(periods.baseline_rule),
        as_of=periods.today,
        running=periods.running,
        target=number(whole.target),
        target_period=number(company_bridge.targets.company.whole),
        actual=float(whole.actual),
        baseline_revenue=float(whole.baseline_revenue),
        modelled_actual=float(whole.modelled_actual),
        parties=_with_loads(_parties(whole, names, remarks.unrecorded, judged), company_bridge),
        strategy=number(whole.strategy.value) if whole.strategy else None,
        unexplained=_money(whole.unexplained),
        won=earned.won if earned else None,
        reversed=earned.reversed if earned else None,
        players=len(whole.parties),
        replicates=whole.replicates,
        reasons=tuple(dict.fromkeys([*reasons, *company_bridge.targets.reasons])),
        by=by,
        groups=groups_from_bridges(company_bridge, remarks=remarks, judged=judged) if by else (),
        past=judgements.past,
    )


def groups_from_bridges(
    company_bridge: CompanyBridge, *, remarks: Remarks, judged: Mapping[str, Judged]
) -> tuple[GroupComparison, ...]:
    """The groups of a cut, in its order. judged: what is said of the parties of the whole company."""
    names = department_names()
    return tuple(
        GroupComparison(
            key=key,
            target=number(group.target),
            actual=float(group.actual),
            baseline_revenue=float(group.baseline_revenue),
            modelled_actual=float(group.modelled_actual),
            parties=_parties(group, names, remarks.unrecorded, _judged_in_group(group, judged)),
            strategy=number(group.strategy.value) if group.strategy else None,
            unexplained=_money(group.unexplained),
        )
        for key, group in company_bridge.groups.items()
    )


def department_names() -> dict[str, str]:
    """Names of the departments and of the parties that are none, by key."""
    return dict(Department.objects.values_list("key", "name")) | NAMES


def _is_repeated(reason: str, earlier: tuple[str, ...]) -> bool:
    return any(reason.split(":")[0] == other.split(":")[0] for other in earlier)


def _judged_in_group(group: Bridge, company: Mapping[str, Judged]) -> dict[str, Judged]:
    """A group of deals names only whom the company as a whole names, and only where its own interval agrees."""
    return {party.key: _in_group(party, company[party.key]) for party in group.parties if party.key in company}


def _in_group(party: Party, whole: Judged) -> Judged:
    share, named = party.share, whole.verdict in (Verdict.CONTRIBUTES, Verdict.CONTAMINATES)
    verdict, reason = whole.verdict, whole.reason
    if named and party.judgement.verdict != whole.verdict:
        verdict, reason = Verdict.CANNOT_TELL, party.judgement.reason
        if party.judgement.verdict != Verdict.CANNOT_TELL:
            reason = UNCLEAR + gettext_noop("here the share has the other sign than in the company as a whole")
    elif not named and verdict == Verdict.CANNOT_TELL:
        reason = UNCLEAR + gettext_noop("not named in the company as a whole")
    return Judged(verdict=verdict, reason=reason, low=share.low, high=share.high, gates={})


def _parties(
    bridge: Bridge, names: dict[str, str], unrecorded: tuple[int, int], judged: Mapping[str, Judged]
) -> tuple[PartyShare, ...]:
    shares = (_party(party, names, bridge, judged[party.key]) for party in bridge.parties)
    return (*(with_silent_losses(share, unrecorded) for share in shares), _strategy(bridge))


def _party(party: Party, names: dict[str, str], bridge: Bridge, judged: Judged) -> PartyShare:
    """One department, the market or the opening pipeline."""
    switch, finite = party.switch, math.isfinite(party.share.value)
    return PartyShare(
        key=party.key,
        name=names.get(party.key, party.key),
        kind=PartyKind(party.key) if party.key in (MARKET, OPENING) else PartyKind.INTERNAL,
        share=_money(party.share) if finite else None,
        score=score(party.share.value, _scale(bridge)),
        switch=_money(switch),
        had_met_baseline=MoneyInterval(
            amount=float(bridge.actual - switch.value),
            low=float(bridge.actual - switch.high),
            high=float(bridge.actual - switch.low),
        ),
        verdict=judged.verdict,
        reason=judged.reason,
        factors=_factors(party),
        deals=number(party.deals),
        simultaneous=MoneyInterval(amount=party.share.value, low=judged.low, high=judged.high) if finite else None,
        gates=judged.gates,
        tipping_point=judged.tipping_point,
        pace=number(party.pace),
        load=number(party.load),
        since=judged.since,
    )


def _with_loads(parties: tuple[PartyShare, ...], bridge: CompanyBridge) -> tuple[PartyShare, ...]:
    """The parties with the stages in which they wait longer because more came, of every pipeline."""
    loads: dict[str, list[LoadedStage]] = {}
    for pipeline, part in bridge.pipelines.items():
        if part.loads:
            stages = list(Stage.objects.filter(pipeline=pipeline).values_list("name", flat=True))
            for load in part.loads:
                stage = LoadedStage(
                    stage=stages[load.stage], arrivals=load.arrivals, hand_ons=load.hand_ons, queue=load.queue
                )
                loads.setdefault(part.parties[load.player].key, []).append(stage)
    return tuple(replace(party, loads=tuple(loads.get(party.key, ()))) for party in parties)


def _factors(party: Party) -> dict[str, float | None]:
    if party.key == OPENING:
        parts: dict[str, float | None] = {name: number(party.factors.get(name, 0.0)) for name in FACTORS}
        return parts | {"opening": number(party.share.value)}
    if not party.factors:
        return dict.fromkeys(FACTORS)
    return {name: number(party.factors.get(name, 0.0)) for name in FACTORS}


def with_silent_losses(share: PartyShare, unrecorded: tuple[int, int]) -> PartyShare:
    """What must be said beside the market of losses that name no reason: the model counts them with it, but nothing
    shows that it caused them.

    unrecorded: losses of the period without a reason, and all its losses.
    """
    silent, losses = unrecorded
    if share.kind != PartyKind.MARKET or not silent:
        return share
    if silent == losses:
        note = gettext_noop("no loss of the period names a reason, and they are all counted here")
    else:
        text = gettext_noop("{silent:,} of {losses:,} losses of the period name no reason and are counted here")
        note = text.format(silent=silent, losses=losses)
    return replace(share, reason=f"{share.reason}; {note}")


def _scale(bridge: Bridge) -> float:
    """What scores are percent of: the plan, without one the baseline's revenue."""
    return bridge.baseline_revenue if bridge.target is None else bridge.target


def _strategy(bridge: Bridge) -> PartyShare:
    """The stretch of the plan beyond the baseline; not a department, so it gets no verdict."""
    stretch = bridge.strategy
    share = _money(stretch) if stretch and math.isfinite(stretch.value) else None
    factors: dict[str, float | None] = dict.fromkeys(FACTORS, 0.0 if stretch else None)
    return PartyShare(
        key=STRATEGY,
        name=NAMES[STRATEGY],
        kind=PartyKind.STRATEGY,
        share=share,
        score=score(stretch.value, _scale(bridge)) if stretch else None,
        switch=None,
        had_met_baseline=None,
        verdict=Verdict.NOT_JUDGED,
        reason=_OF_PLAN if stretch else _NO_PLAN,
        factors=factors | {STRATEGY: share.amount if share else None},
        deals=None,
    )


def score(amount: float, scale: float) -> float | None:
    """A share as percent of the plan (or of the baseline's revenue), one decimal; None where that is nothing."""
    return round(100 * amount / abs(scale), 1) if scale and math.isfinite(amount / scale) else None


def _money(interval: Interval) -> MoneyInterval:
    return MoneyInterval(amount=float(interval.value), low=float(interval.low), high=float(interval.high))
