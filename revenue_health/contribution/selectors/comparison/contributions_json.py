"""Bridges as figures for machines: plain dictionaries that JSON can write, finite numbers or null."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from departments.models import Department
from departments.periods import Period
from revenue_health.contribution.core.bridge import Bridge, Party
from revenue_health.contribution.core.flows import MARKET, OPENING
from revenue_health.contribution.core.intervals import Interval
from revenue_health.contribution.core.steps import STRATEGY
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.selectors.comparison.bridges import CompanyBridge
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods

type Json = dict[str, Any]

FACTORS = ("demand", "waiting", "losses", "value", "routing")
NAMES = {MARKET: "Market", OPENING: "Opening pipeline", STRATEGY: "Strategy"}
_NO_PLAN = "no plan: the bridge starts at the baseline"


def contributions_json(
    *, found: CompanyBridge, periods: ComparisonPeriods, by: str = "", earned: Mapping[str, float] | None = None
) -> Json:
    """The bridge of the company, and with `by` of its groups; amounts in the reporting currency.

    earned: see `earned_json`; `actual` is its `won` less its `reversed`.
    """
    names = department_names()
    whole = found.company
    reasons = [*periods.reasons, *(reason for reason in whole.reasons if not _said(reason, periods.reasons))]
    figures: Json = {
        "period": period_json(periods.period),
        "baseline": period_json(periods.baseline) if periods.baseline else None,
        "as_of": periods.today.isoformat(),
        "running": periods.running,
        "target": number(whole.target),
        "target_period": number(found.targets.company.whole),
        **bridge_json(whole, names, unrecorded=periods.unrecorded),
        **(earned or {}),
        "players": len(whole.parties),
        "replicates": whole.replicates,
        "reasons": list(dict.fromkeys([*reasons, *found.targets.reasons])),
    }
    if by:
        figures["by"] = by
        figures["groups"] = [
            {"key": key, "target": number(group.target), **bridge_json(group, names, unrecorded=periods.unrecorded)}
            for key, group in found.groups.items()
        ]
    return figures


def _said(reason: str, already: tuple[str, ...]) -> bool:
    return any(reason.split(":")[0] == other.split(":")[0] for other in already)


def department_names() -> dict[str, str]:
    """Names of the departments and of the parties that are none."""
    return dict(Department.objects.values_list("key", "name")) | NAMES


def bridge_json(bridge: Bridge, names: dict[str, str], *, unrecorded: tuple[int, int] = (0, 0)) -> Json:
    """The figures a bridge and a group of it share; unrecorded: see ComparisonPeriods."""
    return {
        "actual": number(bridge.actual),
        "baseline_revenue": number(bridge.baseline_revenue),
        "modelled_actual": number(bridge.modelled_actual),
        "parties": [
            *(party_json(party, names, bridge) | _silent_losses(party, unrecorded) for party in bridge.parties),
            _strategy_json(bridge),
        ],
        "strategy": number(bridge.strategy.value) if bridge.strategy else None,
        "unexplained": number(bridge.unexplained.value),
        "unexplained_low": number(bridge.unexplained.low),
        "unexplained_high": number(bridge.unexplained.high),
    }


def party_json(party: Party, names: dict[str, str], bridge: Bridge) -> Json:
    """One department, the market or the opening pipeline.

    `switch`: what its own play changed while all others played as they did; `had_met_baseline`: actual less that.
    """
    scale, switch = _scale(bridge), party.switch
    other = party.key in (MARKET, OPENING)
    factors: Json = {name: number(party.factors.get(name, 0.0)) for name in FACTORS}
    if party.key == OPENING:
        factors["opening"] = number(party.share.value)
    elif not party.factors:
        factors = dict.fromkeys(FACTORS)
    return {
        "key": party.key,
        "name": names.get(party.key, party.key),
        "kind": party.key if other else "internal",
        **_interval_json(party.share),
        "score": score(party.share.value, scale),
        "switch": _interval_json(switch),
        "had_met_baseline": {
            "amount": number(bridge.actual - switch.value),
            "low": number(bridge.actual - switch.high),
            "high": number(bridge.actual - switch.low),
        },
        "verdict": str(party.judgement.verdict),
        "reason": party.judgement.reason,
        "factors": factors,
        "deals": number(party.deals),
    }


def _silent_losses(party: Party, unrecorded: tuple[int, int]) -> Json:
    """What the market's verdict must say of losses that name no reason: the model counts them with it, but nothing
    shows that it caused them. Where no loss names one, the market cannot be told from the departments."""
    silent, losses = unrecorded
    if party.key != MARKET or not silent:
        return {}
    if silent == losses:
        return {
            "verdict": str(Verdict.CANNOT_TELL),
            "reason": "cannot tell: no loss of the period names a reason, and they are all counted here",
        }
    note = f"{silent:,} of {losses:,} losses of the period name no reason and are counted here"
    return {"reason": f"{party.judgement.reason}; {note}"}


def _scale(bridge: Bridge) -> float:
    """What scores are percent of: the plan, without one the baseline's revenue."""
    return bridge.baseline_revenue if bridge.target is None else bridge.target


def _strategy_json(bridge: Bridge) -> Json:
    """The stretch of the plan beyond the baseline; nobody's doing, so it gets no verdict."""
    found = bridge.strategy
    figures = _interval_json(found) if found else dict.fromkeys(("amount", "low", "high"))
    return {
        "key": STRATEGY,
        "name": NAMES[STRATEGY],
        "kind": STRATEGY,
        **figures,
        "score": score(found.value, _scale(bridge)) if found else None,
        "switch": None,
        "had_met_baseline": None,
        "verdict": str(Verdict.NOT_JUDGED),
        "reason": "what the company does at its baseline, against the plan" if found else _NO_PLAN,
        "factors": dict.fromkeys(FACTORS, 0.0 if found else None) | {STRATEGY: figures["amount"]},
        "deals": None,
    }


def score(amount: float, scale: float) -> float | None:
    """A share as percent of the plan (or of the baseline's revenue), one decimal; None where that is nothing."""
    return round(100 * amount / abs(scale), 1) if scale and math.isfinite(amount / scale) else None


def _interval_json(value: Interval) -> Json:
    return {"amount": number(value.value), "low": number(value.low), "high": number(value.high)}


def period_json(period: Period) -> Json:
    """A period by its days, both inclusive."""
    return {"label": period.label, "start": period.start.isoformat(), "end": period.end.isoformat()}


def number(value: float | None) -> float | None:
    """A float that JSON can write: null for what is not finite."""
    return float(value) if value is not None and math.isfinite(value) else None
