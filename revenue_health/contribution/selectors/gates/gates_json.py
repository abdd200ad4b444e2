"""Judgements as JSON, as a score run keeps them, and back; and the evidence as pages and commands show it."""

from __future__ import annotations

from departments.json_types import Json
from revenue_health.contribution.core.gates.company import Evidence, GateFigures, Judgements
from revenue_health.contribution.core.gates.gate import Gate, GateName, Judged
from revenue_health.contribution.core.verdict import Verdict


def gates_to_json(figures: GateFigures) -> Json:
    """All a score run keeps of its gates. Amounts in units of the reporting currency."""
    judgements = figures.judgements
    return {
        "parties": {key: _judged_to_json(judged) for key, judged in judgements.parties.items()},
        "scale": judgements.scale,
        "margin": judgements.margin,
        "false_alarm_rate": judgements.false_alarm_rate,
        "most_named": judgements.most_named,
        "evidence": _evidence_to_json(figures.evidence),
    }


def judgements_from_json(record: Json) -> Judgements:
    """What was said of each party, and what was found in the earlier quarters."""
    return Judgements(
        parties={key: _judged_from_json(each) for key, each in record["parties"].items()},
        scale=record["scale"],
        margin=record["margin"],
        false_alarm_rate=record["false_alarm_rate"],
        quarters=len(record["evidence"]["quarters"]),
        most_named=record.get("most_named"),
    )


def _judged_to_json(judged: Judged) -> Json:
    return {
        "verdict": str(judged.verdict),
        "reason": judged.reason,
        "low": judged.low,
        "high": judged.high,
        "gates": {str(name): [gate.passed, gate.detail] for name, gate in judged.gates.items()},
        "tipping_point": judged.tipping_point,
        "since": judged.since,
    }


def _judged_from_json(record: Json) -> Judged:
    return Judged(
        verdict=Verdict(record["verdict"]),
        reason=record["reason"],
        low=record["low"],
        high=record["high"],
        gates={
            GateName(name): Gate(passed=passed, detail=detail) for name, (passed, detail) in record["gates"].items()
        },
        tipping_point=record["tipping_point"],
        since=record["since"],
    )


def _evidence_to_json(evidence: Evidence) -> Json:
    return {
        "quarters": [{"label": quarter.label, "parts": quarter.parts} for quarter in evidence.quarters or ()],
        "variants": [{"name": variant.name, "shares": variant.shares} for variant in evidence.variants or ()],
        "tippings": {
            key: [
                {
                    "kind": str(tipping.kind),
                    "of_own": tipping.of_own,
                    "of_others": tipping.of_others,
                    "shares": list(tipping.shares),
                }
                for tipping in tippings
            ]
            for key, tippings in (evidence.tippings or {}).items()
        },
        "moved": dict(evidence.moved),
    }
