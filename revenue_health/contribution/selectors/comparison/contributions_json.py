"""Comparisons as JSON and back: what `contributions --json` prints, score runs store and packs freeze.

A number comes back as it was stored, to the bit, and what a release did not know yet stays absent: a pack's hash is
over its JSON, and figures of years ago are read by the same code. null stands for what is not finite.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from datetime import date

from departments.json_types import Json
from departments.periods import Period
from revenue_health.contribution.core.comparison import (
    BridgeFigures,
    Comparison,
    GroupComparison,
    LoadedStage,
    MoneyInterval,
    PartyKind,
    PartyShare,
)
from revenue_health.contribution.core.gates.gate import UNCHECKED, Gate, GateName, PastCheck
from revenue_health.contribution.core.verdict import Verdict

_ENDS = ("amount", "low", "high")


def comparison_to_json(comparison: Comparison) -> Json:
    """The bridge of the company, and of its groups where it was cut; amounts in units of the reporting currency."""
    figures: Json = {
        "period": period_json(comparison.period),
        "baseline": period_json(comparison.baseline) if comparison.baseline else None,
        # figures of earlier releases do not know it, and are written as they were
        **({"baseline_rule": comparison.baseline_rule} if comparison.baseline_rule else {}),
        "as_of": comparison.as_of.isoformat(),
        "running": comparison.running,
        "target": _finite(comparison.target),
        "target_period": _finite(comparison.target_period),
        **_bridge_to_json(comparison),
    }
    if comparison.won is not None:
        figures |= {"won": comparison.won, "reversed": comparison.reversed}
    figures |= {
        "players": comparison.players,
        "replicates": comparison.replicates,
        "reasons": list(comparison.reasons),
    }
    if comparison.by:
        figures |= {"by": comparison.by, "groups": [group_to_json(group) for group in comparison.groups]}
    if comparison.past is not None:
        figures["past"] = asdict(comparison.past)
        if comparison.past.most_named is None:  # as comparisons of earlier releases are stored
            del figures["past"]["most_named"]
    return figures


def comparison_from_json(figures: Json) -> Comparison:
    """The comparison that `comparison_to_json` wrote, of this release or an earlier one."""
    return Comparison(
        period=Period.from_iso(**figures["period"]),
        baseline=Period.from_iso(**figures["baseline"]) if figures["baseline"] else None,
        baseline_rule=figures.get("baseline_rule", ""),
        as_of=date.fromisoformat(figures["as_of"]),
        running=figures["running"],
        target_period=figures["target_period"],
        **_bridge_from_json(figures),
        won=figures.get("won"),
        reversed=figures.get("reversed"),
        players=figures["players"],
        replicates=figures["replicates"],
        reasons=tuple(figures["reasons"]),
        by=figures.get("by", ""),
        groups=tuple(group_from_json(group) for group in figures.get("groups", ())),
        past=PastCheck(**figures["past"]) if figures.get("past") else None,
    )


def group_to_json(group: GroupComparison) -> Json:
    """One group of a cut."""
    return {"key": group.key, "target": _finite(group.target), **_bridge_to_json(group)}


def group_from_json(figures: Json) -> GroupComparison:
    """The group that `group_to_json` wrote."""
    return GroupComparison(key=figures["key"], **_bridge_from_json(figures))


def _bridge_to_json(bridge: BridgeFigures) -> Json:
    """What the company and a group of it share."""
    # Releases that did not know what a party's own switch changes wrote neither of the two figures of it.
    switches = any(party.switch for party in bridge.parties)
    return {
        "actual": _finite(bridge.actual),
        "baseline_revenue": _finite(bridge.baseline_revenue),
        "modelled_actual": _finite(bridge.modelled_actual),
        "parties": [party_to_json(party, switches=switches) for party in bridge.parties],
        "strategy": _finite(bridge.strategy),
        "unexplained": _finite(bridge.unexplained.amount),
        "unexplained_low": _finite(bridge.unexplained.low),
        "unexplained_high": _finite(bridge.unexplained.high),
    }


def _bridge_from_json(figures: Json) -> Json:
    return {
        "target": figures["target"],
        "actual": _number(figures["actual"]),
        "baseline_revenue": _number(figures["baseline_revenue"]),
        "modelled_actual": _number(figures["modelled_actual"]),
        "parties": tuple(party_from_json(party) for party in figures["parties"]),
        "strategy": figures["strategy"],
        "unexplained": MoneyInterval(
            amount=_number(figures["unexplained"]),
            low=_number(figures["unexplained_low"]),
            high=_number(figures["unexplained_high"]),
        ),
    }


def party_to_json(party: PartyShare, *, switches: bool = True) -> Json:
    """One party; `switches`: with what its own switch changes."""
    switch = {"switch": _interval(party.switch), "had_met_baseline": _interval(party.had_met_baseline)}
    return {
        "key": party.key,
        "name": party.name,
        "kind": str(party.kind),
        **(_interval(party.share) or dict.fromkeys(_ENDS)),
        "score": party.score,
        **(switch if switches else {}),
        "verdict": str(party.verdict),
        "reason": party.reason,
        "factors": {name: _finite(amount) for name, amount in party.factors.items()},
        "deals": _finite(party.deals),
        **(_gates_to_json(party) if party.gates is not None else {}),
    }


def _gates_to_json(party: PartyShare) -> Json:
    """What the gates say of a party; figures of releases that had none stay as they were."""
    return {
        "simultaneous_low": _finite(party.simultaneous.low) if party.simultaneous else None,
        "simultaneous_high": _finite(party.simultaneous.high) if party.simultaneous else None,
        "gates": {str(name): {"passed": gate.passed, "detail": gate.detail} for name, gate in gates_in_full(party)},
        "tipping_point": party.tipping_point,
        "pace": _finite(party.pace),
        "load": _finite(party.load),
        "since": party.since,
        **({"loads": [_loaded_stage_json(stage) for stage in party.loads]} if party.loads else {}),
    }


def gates_in_full(party: PartyShare) -> list[tuple[GateName, Gate]]:
    """Every gate of a party in order; the ones that an earlier one made needless are unchecked."""
    return [(name, (party.gates or {}).get(name, UNCHECKED)) for name in GateName]


def party_from_json(figures: Json) -> PartyShare:
    """The party that `party_to_json` wrote."""
    return PartyShare(
        key=figures["key"],
        name=figures["name"],
        kind=PartyKind(figures["kind"]),
        share=None if figures["amount"] is None else _interval_from_json(figures),
        score=figures["score"],
        switch=_interval_from_json(figures.get("switch")),
        had_met_baseline=_interval_from_json(figures.get("had_met_baseline")),
        verdict=Verdict(figures["verdict"]),
        reason=figures["reason"],
        factors=dict(figures["factors"]),
        deals=figures["deals"],
        **_gates_from_json(figures),
    )


def _gates_from_json(figures: Json) -> Json:
    if "gates" not in figures:
        return {}
    gates = {
        GateName(name): Gate(passed=gate["passed"], detail=gate["detail"]) for name, gate in figures["gates"].items()
    }
    ends = [figures["simultaneous_low"], figures["simultaneous_high"]]
    is_known = figures["amount"] is not None and None not in ends
    return {
        "gates": gates,
        "simultaneous": MoneyInterval(amount=figures["amount"], low=ends[0], high=ends[1]) if is_known else None,
        "tipping_point": figures["tipping_point"],
        "pace": figures["pace"],
        "load": figures["load"],
        "since": figures["since"],
        "loads": tuple(
            LoadedStage(stage=load["stage"], **{pair: tuple(load[pair]) for pair in ("arrivals", "hand_ons", "queue")})
            for load in figures.get("loads", ())
        ),
    }


def _loaded_stage_json(stage: LoadedStage) -> Json:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(stage).items()}


def _interval(interval: MoneyInterval | None) -> Json | None:
    return {end: _finite(getattr(interval, end)) for end in _ENDS} if interval else None


def _interval_from_json(figures: Json | None) -> MoneyInterval | None:
    return MoneyInterval(**{end: _number(figures[end]) for end in _ENDS}) if figures else None


def period_json(period: Period) -> Json:
    """A period by its days, both inclusive."""
    return {"label": period.label, "start": period.start.isoformat(), "end": period.end.isoformat()}


def number(value: float | None) -> float | None:
    """A float that JSON can write: null for what is not finite."""
    return float(value) if value is not None and math.isfinite(value) else None


def _finite(value: float | None) -> float | None:
    """The number as it is, null for what is not finite: a stored one must not change its type, so no `float`."""
    return value if value is not None and math.isfinite(value) else None


def _number(value: float | None) -> float:
    return math.nan if value is None else value
