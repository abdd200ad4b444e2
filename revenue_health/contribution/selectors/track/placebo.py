"""Verdicts that the company's own earlier quarters would have got, out of the gates that a run has asked."""

from __future__ import annotations

from dataclasses import dataclass

from departments.json_types import Json
from pipeline.models import RecomputeRun
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.selectors.comparison.scores import last_periods, running_periods, score_run_of


@dataclass(frozen=True, kw_only=True)
class Placebo:
    """The verdict that the interval alone would have given a department in an earlier quarter; share: part of that
    quarter's revenue."""

    period: str
    department: str
    share: float
    verdict: str


@dataclass(frozen=True, kw_only=True)
class PlaceboRecord:
    """What the interval of the quarter `period` alone says of earlier ones: a row a department and quarter, the oldest
    first. false_alarm_rate: part of them that it would have named; most_named: how many of them all five gates would
    have named at most. None where unknown."""

    period: str
    rows: tuple[Placebo, ...]
    false_alarm_rate: float | None
    most_named: int | None = None


def placebo_record(run: RecomputeRun) -> PlaceboRecord:
    """Without a period and rows while the gates of the run were not asked."""
    period, gates = _gates(run)
    if not gates:
        return PlaceboRecord(period="", rows=(), false_alarm_rate=None)
    scale, margin = gates["scale"], gates["margin"]
    limits = {
        key: ((party["high"] - party["low"]) / 2 + margin) / scale
        for key, party in gates["parties"].items()
        if scale and party["gates"]
    }
    rows = (
        Placebo(period=quarter["label"], department=key, share=part, verdict=_verdict(part, limits[key]))
        for quarter in gates["evidence"]["quarters"]
        for key, part in quarter["parts"].items()
        if key in limits
    )
    return PlaceboRecord(
        period=period,
        rows=tuple(rows),
        false_alarm_rate=gates.get("false_alarm_rate"),
        most_named=gates.get("most_named"),
    )


def _verdict(part: float, limit: float) -> str:
    if abs(part) <= limit:
        return str(Verdict.CANNOT_TELL)
    return str(Verdict.CONTRIBUTES if part > 0 else Verdict.CONTAMINATES)


def _gates(run: RecomputeRun) -> tuple[str, Json]:
    """The label of the running quarter and what was asked about it, as the drivers' page says it; of the last quarter
    where the running one's earlier quarters are not read yet. Empty where nothing was asked."""
    for periods in (running_periods(run=run), last_periods(run=run)):
        score_run = score_run_of(run=run, periods=periods) if periods is not None else None
        gates = dict(score_run.gates or {}) if score_run is not None else {}
        if periods is not None and gates and gates["evidence"]["quarters"]:
            return periods.period.label, gates
    return "", {}
