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


def placebo_rows(run: RecomputeRun) -> list[Placebo]:
    """One row a department and earlier quarter, the oldest first. Empty while the gates of the run were not asked."""
    gates = _gates(run)
    if not gates:
        return []
    scale, margin = gates["scale"], gates["margin"]
    limits = {
        key: ((party["high"] - party["low"]) / 2 + margin) / scale
        for key, party in gates["parties"].items()
        if scale and party["gates"]
    }
    return [
        Placebo(period=quarter["label"], department=key, share=part, verdict=_verdict(part, limits[key]))
        for quarter in gates["evidence"]["quarters"]
        for key, part in quarter["parts"].items()
        if key in limits
    ]


def false_alarm_rate(run: RecomputeRun) -> float | None:
    """Part of the earlier quarters' departments that the interval alone would have named; None where unknown."""
    return _gates(run).get("false_alarm_rate")


def _verdict(part: float, limit: float) -> str:
    if abs(part) <= limit:
        return str(Verdict.CANNOT_TELL)
    return str(Verdict.CONTRIBUTES if part > 0 else Verdict.CONTAMINATES)


def _gates(run: RecomputeRun) -> Json:
    """What was asked about the last quarter, else about the running one; empty where nothing was."""
    for periods in (last_periods(run=run), running_periods(run=run)):
        score_run = score_run_of(run=run, periods=periods) if periods is not None else None
        if score_run is not None and score_run.gates:
            return dict(score_run.gates)
    return {}
