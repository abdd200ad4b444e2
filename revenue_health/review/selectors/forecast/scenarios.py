"""Saved scenarios side by side: what they promised to change then, and what they would on today's figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from departments.json_types import Json
from departments.models import Company
from pipeline.models import RecomputeRun
from pipeline.selectors.overview import structure_names
from revenue_health.contribution.core.flows import FlowError
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.comparison.sentences import minor
from revenue_health.contribution.selectors.forecast.levers import levers_of
from revenue_health.contribution.selectors.forecast.whatif import PromiseError
from revenue_health.review.charts.signed_axis import Mark, SignedAxis, axis_of
from revenue_health.review.models import Scenario
from revenue_health.review.selectors.forecast.promises import outcome_of, promise_words

MOST_SHOWN = 12
"""The newest ones: each is computed anew on every night's figures."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change of the period's revenue in cents, with its interval."""

    amount: int
    low: int
    high: int


@dataclass(frozen=True, kw_only=True)
class Row:
    """One scenario: its promises in words, its change as it was and as it is; now None where it fits no longer."""

    scenario: Scenario
    promises: list[str]
    then: Change
    now: Change | None
    following: Change | None
    mark: Mark | None
    why_not: str = ""
    impact: str = ""


def scenario_rows(*, run: RecomputeRun, company: Company, periods: ComparisonPeriods) -> tuple[list[Row], SignedAxis]:
    """The newest scenarios and the axis they share."""
    found = list(Scenario.objects.filter(deleted_at=None).select_related("created_by")[:MOST_SHOWN])
    levers, structure = levers_of(run=run, company=company), structure_names()
    outcomes = {one.pk: _outcome(run, company, periods, one.promises) for one in found}
    today = {pk: _change(figures) if figures else None for pk, (figures, _) in outcomes.items()}
    axis = axis_of(_ends(change for change in today.values() if change))
    rows = []
    for one in found:
        now, (figures, why) = today[one.pk], outcomes[one.pk]
        rows.append(
            Row(
                scenario=one,
                promises=[promise_words(text, levers, structure) for text in one.promises],
                then=_change(one.result),
                now=now,
                following=_change(figures["next"]) if figures and figures.get("next") else None,
                mark=axis.mark(now.amount, now.low, now.high) if now else None,
                why_not=why,
                impact="" if now is None or now.low <= 0 <= now.high else ("good" if now.amount > 0 else "bad"),
            )
        )
    return rows, axis


def _outcome(
    run: RecomputeRun, company: Company, periods: ComparisonPeriods, texts: list[str]
) -> tuple[Json | None, str]:
    try:
        return outcome_of(run=run, company=company, periods=periods, texts=texts), ""
    except (PromiseError, FlowError) as problem:
        return None, str(problem)


def _change(figures: Json) -> Change:
    amount, low, high = (minor(figures[name]) or 0 for name in ("change", "low", "high"))
    return Change(amount=amount, low=low, high=high)


def _ends(changes: Iterable[Change]) -> list[int]:
    return [value for change in changes for value in (change.amount, change.low, change.high)]
