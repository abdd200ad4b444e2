"""The bridge page: from plan to actual by party, as stored; or the button that has it computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from departments.access import may_see_company, note_reading, require
from departments.formats import MoneyScale, money_scale
from departments.models import Company
from departments.rendering import page_render
from pipeline.custody_store import CustodyStoreMissing
from pipeline.models import RecomputeRun
from pipeline.selectors.leaks import calendar_of
from pipeline.selectors.overview import structure_names
from pipeline.selectors.reach import reach_of
from pipeline.views.department_doors import closed_departments
from pipeline.views.shell import shell_of
from revenue_health.contribution.charts import Bar, waterfall
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.models import ScoreRun
from revenue_health.contribution.selectors.figures import FACTORS, STRATEGY, Json
from revenue_health.contribution.selectors.scores import pending_groups
from revenue_health.contribution.selectors.shown import shown_figures
from revenue_health.contribution.selectors.spans import SpanError
from revenue_health.contribution.selectors.words import MARKS, headline, minor, verdicts
from revenue_health.contribution.tasks import scores_requested
from revenue_health.contribution.views.question import BASELINES, Question, question_read

TEMPLATE = "contribution/bridge.html"
REQUEST_SECONDS = 30
_TOKENS = {Verdict.CONTRIBUTES: "good", Verdict.CONTAMINATES: "bad"}


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
def show(request: HttpRequest) -> HttpResponse:
    """The running quarter, or the period and baseline in the address."""
    require(request, may_see_company(request.user))
    shell = shell_of(request)
    run, company = shell.run, shell.company
    if run is None or company is None:
        return page_render(request, TEMPLATE, {"shell": shell, "nothing": True}, partial="page")
    try:
        question = question_read(request.GET, run=run, company=company)
        note_reading(request, f"bridge:{question.period.label}")
        context = {
            "shell": shell,
            "closed": closed_departments(request.user, structure_names()),
            **page_context(question, run, company),
        }
    except (SpanError, CustodyStoreMissing) as problem:
        context = {"shell": shell, "cannot": str(problem)}
    return page_render(request, TEMPLATE, context, partial="page")


@require_POST
def compute(request: HttpRequest) -> HttpResponse:
    """Ask a worker for the comparison in the form, unless it was asked for a moment ago."""
    require(request, may_see_company(request.user))
    shell = shell_of(request)
    run, company = shell.run, shell.company
    address = reverse("contribution:bridge")
    if run is not None and company is not None:
        question = question_read(request.POST, run=run, company=company)
        address += question.address()
        # add() lets one of two clicks through.
        if not question.errors and cache.add(_asked(run, question), True, REQUEST_SECONDS):
            scores_requested.delay(run.pk, question.period.label, question.baseline)
            messages.info(request, f"{question.period.label} is being computed; the page shows it when it is done.")
    return HttpResponseRedirect(address)


def _asked(run: RecomputeRun, question: Question) -> str:
    return f"scores-asked:{run.pk}:{question.spans.key}".replace("|", ":")


def page_context(question: Question, run: RecomputeRun, company: Company) -> Json:
    """Everything the page shows of one comparison."""
    calendar = calendar_of(company)
    context: Json = {
        "question": question,
        "baselines": _baselines(question),
        **reach_of(run=run, company=company).addresses(calendar, question.period, question.address),
    }
    figures, found = scored_figures(question, run, company)
    if figures is None:
        return context | {"waiting": _progress(found), "requested": cache.get(_asked(run, question)), "found": found}
    scale = scale_of(figures, company)
    return context | {
        "figures": figures,
        "headline": headline(figures, company.reporting_currency),
        "verdicts": verdicts(figures, company.reporting_currency),
        "rows": [party_row(party) for party in strategy_first(figures)],
        "factors": FACTORS,
        "unexplained": minor(figures["unexplained"]),
        "start": minor(figures["baseline_revenue"] if figures["target"] is None else figures["target"]),
        "whole_target": minor(figures["target_period"]) if figures["running"] else None,
        "actual": minor(figures["actual"]),
        "scale": scale,
        "chart": waterfall(bars_of(figures, scale), scale=scale),
    }


def scored_figures(question: Question, run: RecomputeRun, company: Company) -> tuple[Json | None, ScoreRun | None]:
    """The stored figures of a comparison, and its score run in whatever state."""
    return shown_figures(run=run, company=company, spans=question.spans)


def _progress(found: ScoreRun | None) -> Json | None:
    if found is None or found.status != ScoreRun.Status.STARTED:
        return None
    total = found.groups.count()
    return {"done": total - len(pending_groups(found)), "total": total}


def _baselines(question: Question) -> dict[str, str]:
    """Choices of the baseline; one typed into the address is added."""
    return BASELINES | ({question.baseline: question.baseline} if question.baseline not in BASELINES else {})


def scale_of(figures: Json, company: Company) -> MoneyScale:
    """The unit of the page, by its smaller figures: parties are what one reads."""
    amounts = [minor(party["amount"]) or 0 for party in figures["parties"]]
    return money_scale(amounts, company.reporting_currency)


def party_row(party: Json) -> PartyRow:
    """A party's line."""
    amount, low, high = (minor(party[name]) for name in ("amount", "low", "high"))
    plain = party["kind"] in (STRATEGY, "opening")
    return PartyRow(
        key=party["key"],
        name=party["name"],
        kind=party["kind"],
        amount=amount,
        half=None if low is None or high is None else (high - low) // 2,
        score=party["score"],
        mark=MARKS.get(party["verdict"], ""),
        verdict=party["verdict"],
        reason=party["reason"].removeprefix("cannot tell: "),
        impact=_TOKENS.get(party["verdict"], "soft"),
        factors=[None if plain else minor(party["factors"].get(name)) for name in FACTORS],
    )


def strategy_first(figures: Json) -> list[Json]:
    """Parties in the order of the bridge: what the plan asked for beyond the baseline stands next to it."""
    return sorted(figures["parties"], key=lambda party: party["key"] != STRATEGY)


def bars_of(figures: Json, scale: MoneyScale) -> list[Bar]:
    """Plan, strategy first, then parties, unexplained, actual; each step starts where the one before ended."""
    planned = figures["target"] is not None
    at = minor(figures["target"] if planned else figures["baseline_revenue"]) or 0
    bars = [
        Bar(name="Plan" if planned else "Baseline", start=0, amount=at, total=True, outlined=True, text=scale.write(at))
    ]
    parties = strategy_first(figures)
    steps: list[tuple[str, Any, int, str]] = [
        (party["name"], minor(party["amount"]), _half(party), _TOKENS.get(party["verdict"], "ac-soft"))
        for party in parties
        if party["amount"] is not None
    ]
    steps.append(("Unexplained", minor(figures["unexplained"]), 0, "ac-soft"))
    for name, amount, half, token in steps:
        bars.append(Bar(name=name, start=at, amount=amount, half=half, colour=token, text=scale.write(amount)))
        at += amount
    actual = minor(figures["actual"]) or 0
    return [*bars, Bar(name="Actual", start=0, amount=actual, total=True, text=scale.write(actual))]


def _half(party: Json) -> int:
    return ((minor(party["high"]) or 0) - (minor(party["low"]) or 0)) // 2
