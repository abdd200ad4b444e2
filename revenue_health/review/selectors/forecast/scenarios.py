"""Saved scenarios side by side: what they promised to change then, and what they would on today's figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from departments.models import Company
from pipeline.models import RecomputeRun
from pipeline.selectors.overview import structure_names
from revenue_health.contribution.core.flows import FlowError
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.forecast.levers import levers_of
from revenue_health.contribution.selectors.forecast.whatif import PromiseError
from revenue_health.review.charts.signed_axis import Mark, SignedAxis, axis_of
from revenue_health.review.core.forecast_figures import Outcome, WhatIf
from revenue_health.review.models import Scenario
from revenue_health.review.selectors.forecast.forecast_reader import what_if_from_json
from revenue_health.review.selectors.forecast.promises import outcome_of, promise_words

MOST_SHOWN = 12
"""The newest ones: each is computed anew on every night's figures."""


@dataclass(frozen=True, kw_only=True)
class ScenarioRow:
    """One scenario: its promises in words, its change as it was and as it is; now None where it fits no longer."""

    scenario: Scenario
    promises: list[str]
    then: Outcome
    now: Outcome | None
    following: Outcome | None
    mark: Mark | None
    why_not: str = ""
    impact: str = ""


def scenario_rows(
    *, run: RecomputeRun, company: Company, periods: ComparisonPeriods
) -> tuple[list[ScenarioRow], SignedAxis]:
    """The newest scenarios and the axis they share."""
    scenarios = list(Scenario.objects.filter(deleted_at=None).select_related("created_by")[:MOST_SHOWN])
    levers, structure = levers_of(run=run, company=company), structure_names()
    answers = [_answer(run, company, periods, scenario.promises) for scenario in scenarios]
    axis = axis_of(_ends(what_if.now for what_if, _ in answers if what_if))
    rows = []
    for scenario, (what_if, why_not) in zip(scenarios, answers, strict=True):
        now = what_if.now if what_if else None
        rows.append(
            ScenarioRow(
                scenario=scenario,
                promises=[promise_words(text, levers, structure) for text in scenario.promises],
                then=what_if_from_json(scenario.result).now,
                now=now,
                following=what_if.following if what_if else None,
                mark=axis.mark(now.change, now.low, now.high) if now else None,
                why_not=why_not,
                impact="" if now is None or now.impact == "soft" else now.impact,
            )
        )
    return rows, axis


def _answer(
    run: RecomputeRun, company: Company, periods: ComparisonPeriods, texts: list[str]
) -> tuple[WhatIf | None, str]:
    """What the promises would change on today's figures, or why they fit no longer."""
    try:
        return what_if_from_json(outcome_of(run=run, company=company, periods=periods, texts=texts)), ""
    except (PromiseError, FlowError) as problem:
        return None, str(problem)


def _ends(outcomes: Iterable[Outcome]) -> list[int]:
    return [value for outcome in outcomes for value in (outcome.change, outcome.low, outcome.high)]
