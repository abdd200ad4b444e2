"""The bridge page: from plan to actual by party, as stored; or the button that has it computed."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from departments.access import may_see_company, note_reading, require
from departments.formats import MoneyScale, money_scale
from departments.models import Company
from departments.web.rendering import page_render
from pipeline.custody_store import CustodyStoreMissing
from pipeline.models import RecomputeRun
from pipeline.page.department_access import closed_departments
from pipeline.page.shell import shell_of
from pipeline.selectors.leaks.leaks import calendar_of
from pipeline.selectors.overview import structure_names
from pipeline.selectors.plan.reach import reach_of
from revenue_health.contribution.charts.waterfall import Bar, waterfall
from revenue_health.contribution.core.comparison import BridgeFigures, PartyKind, PartyShare, minor_units
from revenue_health.contribution.core.solver.backward import FACTORS
from revenue_health.contribution.core.steps import BridgeSteps, bridge_steps
from revenue_health.contribution.core.verdict import Impact
from revenue_health.contribution.filters import ComparisonFilters, parse_filters
from revenue_health.contribution.requested import comparison_wait, compute_comparison
from revenue_health.contribution.selectors.comparison.periods import ComparisonError
from revenue_health.contribution.selectors.comparison.sentences import ground, plan_gap, verdicts
from revenue_health.contribution.selectors.comparison.stored_comparison import stored_comparison

TEMPLATE = "contribution/bridge.html"
_COLOURS = {Impact.GOOD: "good", Impact.BAD: "bad", Impact.SOFT: "ac-soft"}
"""Tokens of the chart's colours."""


@dataclass(frozen=True, kw_only=True)
class PartyRow:
    """A line of the table, amounts in cents; factors in the order of FACTORS, None where they do not apply."""

    key: str
    name: str
    kind: str
    amount: int | None
    half: int | None
    score: float | None
    mark: str
    verdict: str
    reason: str
    impact: str
    factors: list[int | None]


@require_GET
def bridge_page(request: HttpRequest) -> HttpResponse:
    """The running quarter, or the period and baseline in the address."""
    require(request, may_see_company(request.user))
    shell = shell_of(request)
    run, company = shell.run, shell.company
    if run is None or company is None:
        return page_render(request, TEMPLATE, {"shell": shell, "nothing": True}, partial="page")
    try:
        question = parse_filters(request.GET, run=run, company=company)
        note_reading(request, f"bridge:{question.period.label}")
        context = {
            "shell": shell,
            "closed": closed_departments(request.user, structure_names()),
            **page_context(question, run, company),
        }
    except (ComparisonError, CustodyStoreMissing) as problem:
        context = {"shell": shell, "cannot": str(problem)}
    return page_render(request, TEMPLATE, context, partial="page")


@require_POST
def compute(request: HttpRequest) -> HttpResponse:
    """Have a worker compute the comparison in the form."""
    require(request, may_see_company(request.user))
    return compute_comparison(request, page="contribution:bridge")


def page_context(question: ComparisonFilters, run: RecomputeRun, company: Company) -> dict[str, object]:
    """Everything the page shows of one comparison."""
    calendar = calendar_of(company)
    context: dict[str, object] = {
        "question": question,
        "baselines": question.baselines,
        **reach_of(run=run, company=company).addresses(calendar, question.period, question.address),
    }
    comparison, score_run = stored_comparison(run=run, periods=question.periods)
    if comparison is None:
        return context | {"wait": comparison_wait(run=run, filters=question, score_run=score_run)}
    scale, bridge = scale_of(comparison, company), bridge_steps(comparison)
    return context | {
        "comparison": comparison,
        "headline": plan_gap(comparison, company.reporting_currency),
        "verdicts": verdicts(comparison, company.reporting_currency),
        "rows": party_rows(comparison, bridge),
        "factors": FACTORS,
        "unexplained": bridge.unexplained.amount,
        "start": bridge.start,
        "whole_target": minor_units(comparison.target_period) if comparison.running else None,
        "actual": bridge.actual,
        "scale": scale,
        "chart": waterfall(waterfall_bars(bridge, scale), scale=scale),
    }


def scale_of(comparison: BridgeFigures, company: Company) -> MoneyScale:
    """The unit of the page, by its smaller figures: parties are what one reads."""
    amounts = [party.share.minor.amount for party in comparison.parties if party.share]
    return money_scale(amounts, company.reporting_currency)


def party_row(party: PartyShare) -> PartyRow:
    """A party's line."""
    share = party.interval.minor if party.interval else None
    single = party.kind in (PartyKind.STRATEGY, PartyKind.OPENING)
    return PartyRow(
        key=party.key,
        name=party.name,
        kind=party.kind,
        amount=share.amount if share else None,
        half=share.half if share else None,
        score=party.score,
        mark=party.mark,
        verdict=party.judgement,
        reason=ground(party),
        impact=party.impact,
        factors=[None if single else minor_units(party.factors.get(name)) for name in FACTORS],
    )


def party_rows(comparison: BridgeFigures, bridge: BridgeSteps) -> list[PartyRow]:
    """A line for every step of a party, in the order of the steps."""
    parties = {party.key: party for party in comparison.parties}
    return [party_row(parties[step.key]) for step in bridge.parties]


def waterfall_bars(bridge: BridgeSteps, scale: MoneyScale) -> list[Bar]:
    """The steps between the plan and actual, as the chart draws them."""

    def total(name: str, amount: int, *, outlined: bool = False) -> Bar:
        return Bar(name=name, start=0, amount=amount, total=True, outlined=outlined, text=scale.write(amount))

    steps = [
        Bar(
            name=step.name,
            start=step.start,
            amount=step.amount,
            half=step.half,
            colour=_COLOURS[step.impact],
            text=scale.write(step.amount),
        )
        for step in bridge.steps
    ]
    return [total(bridge.first, bridge.start, outlined=True), *steps, total("Actual", bridge.actual)]
