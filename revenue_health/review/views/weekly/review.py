"""The weekly review: the message, plan to actual by party, what changed, leaks, scorecards, what is due, forecast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from departments.access import may_assign, may_freeze, may_see_company
from departments.models import Company
from departments.web.rendering import page_render
from pipeline.custody_store import CustodyStoreMissing
from pipeline.models import RecomputeRun
from pipeline.selectors.leaks import calendar_of
from pipeline.selectors.reach import reach_of
from pipeline.views.shell import shell_of
from revenue_health.contribution.selectors.comparison.periods import ComparisonError
from revenue_health.contribution.selectors.comparison.steps import bridge_steps
from revenue_health.contribution.views.question import BASELINES
from revenue_health.home import home
from revenue_health.review.selectors.packs.pages import newest_pack
from revenue_health.review.selectors.weekly.cache import kept_figures
from revenue_health.review.selectors.weekly.review import figures_of_spans
from revenue_health.review.views.addresses import address_of
from revenue_health.review.views.weekly.filters import WeekQuestion, week_question_read
from revenue_health.review.views.weekly.panel_rows import (
    DUE_SHOWN,
    agenda_shape,
    card_rows,
    due_rows,
    forecast_shape,
    leak_rows,
)
from revenue_health.review.views.weekly.rows import bridge_rows, bucket_rows, page_scale

type Json = dict[str, Any]
TEMPLATE = "review/weekly/review.html"


@dataclass(frozen=True, kw_only=True)
class Doors:
    """Addresses of what other parts of the house offer here; empty where that is not there or not allowed."""

    freeze: str
    present: str
    register: str
    scorecards: str
    commitments: str
    forecast: str


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The running quarter, or what the address asks for. The board goes to its frozen packs."""
    if not may_see_company(request.user):
        return home(request)
    shell = shell_of(request)
    run, company = shell.run, shell.company
    if run is None or company is None:
        return page_render(request, TEMPLATE, {"shell": shell, "nothing": True}, partial="page")
    try:
        question = week_question_read(request.GET, run=run, company=company)
        periods, since = question.bridge.periods, question.since
        figures = kept_figures(
            run=run,
            periods=periods,
            since=since,
            now=shell.now,
            compute=lambda: figures_of_spans(periods=periods, run=run, company=company, since=since, now=shell.now),
        )
        context = {
            "shell": shell,
            "doors": doors_of(request),
            "cards": card_rows(figures, reminds=may_assign(request.user)),
            **page_context(question, figures, run, company),
        }
    except (ComparisonError, CustodyStoreMissing) as problem:
        context = {"shell": shell, "cannot": str(problem)}
    return page_render(request, TEMPLATE, context, partial="page")


def page_context(question: WeekQuestion, figures: Json, run: RecomputeRun, company: Company) -> Json:
    """Everything the panels print."""
    calendar, scale = calendar_of(company), page_scale(figures)
    reach = reach_of(run=run, company=company)
    bridge = figures["bridge"]
    chosen = question.bridge.baseline
    return {
        "question": question,
        "figures": figures,
        "scale": scale,
        "baselines": BASELINES | ({chosen: chosen} if chosen not in BASELINES else {}),
        **reach.addresses(calendar, question.bridge.period, lambda other: question.address(period=other)),
        "bridge": bridge_rows(bridge_steps(bridge), scale, question) if bridge else None,
        "buckets": bucket_rows(figures) if figures["changes"] else None,
        "leaks": leak_rows(figures, scale),
        "forecast": forecast_shape(figures, company.reporting_currency),
        "cards_week": date.fromisoformat(figures["scorecards"]["week"]),
        "due": due_rows(figures),
        "due_more": max(0, len(figures["commitments"]["items"]) - DUE_SHOWN),
        "agenda": agenda_shape(),
    }


def doors_of(request: HttpRequest) -> Doors:
    """What the visitor may open from here."""
    pack = newest_pack()
    return Doors(
        freeze=address_of("review:pack_freeze") if may_freeze(request.user) else "",
        present=address_of("review:board", pack) if pack else "",
        register=address_of("contribution:register"),
        scorecards=address_of("departments:scorecards"),
        commitments=address_of("departments:commitments"),
        forecast=address_of("review:forecast"),
    )
