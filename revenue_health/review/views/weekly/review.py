"""The weekly review: the message, plan to actual by party, what changed, leaks, scorecards, what is due, forecast."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from departments.access import may_assign, may_freeze, may_see_company, may_see_packs
from departments.models import Company
from departments.web.rendering import page_render
from pipeline.custody_store import CustodyStoreMissing
from pipeline.models import RecomputeRun
from pipeline.page.shell import shell_of
from pipeline.selectors.leaks.leaks import calendar_of
from pipeline.selectors.plan.reach import reach_of
from revenue_health.contribution.core.steps import bridge_steps
from revenue_health.contribution.selectors.comparison.contributions_json import comparison_from_json
from revenue_health.contribution.selectors.comparison.periods import ComparisonError
from revenue_health.review.selectors.packs.archive import newest_pack
from revenue_health.review.selectors.weekly.cache import cached_review
from revenue_health.review.selectors.weekly.review import stored_review
from revenue_health.review.views.weekly.filters import WeekQuestion, week_question_read
from revenue_health.review.views.weekly.panel_rows import (
    DUE_SHOWN,
    agenda_shape,
    due_rows,
    forecast_shape,
    leak_rows,
)
from revenue_health.review.views.weekly.rows import bridge_rows, bucket_rows, page_scale

type Json = dict[str, Any]
TEMPLATE = "review/weekly/review.html"


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The running quarter, or what the address asks for. The board goes to its frozen packs."""
    if not may_see_company(request.user):
        return _without_figures(request)
    shell = shell_of(request)
    run, company = shell.run, shell.company
    if run is None or company is None:
        return page_render(request, TEMPLATE, {"shell": shell, "nothing": True}, partial="page")
    try:
        question = week_question_read(request.GET, run=run, company=company)
        periods, since = question.bridge.periods, question.since
        figures = cached_review(
            run=run,
            periods=periods,
            since=since,
            now=shell.now,
            compute=lambda: stored_review(periods=periods, run=run, company=company, since=since, now=shell.now),
        )
        context = {
            "shell": shell,
            "may_freeze": may_freeze(request.user),
            "newest_pack": newest_pack(),
            "cards": figures["scorecards"]["departments"],
            "reminds": may_assign(request.user),
            **page_context(question, figures, run, company),
        }
    except (ComparisonError, CustodyStoreMissing) as problem:
        context = {"shell": shell, "cannot": str(problem)}
    return page_render(request, TEMPLATE, context, partial="page")


def _without_figures(request: HttpRequest) -> HttpResponse:
    """For those who see no live figures: the board goes to its packs; who has no role yet is told whom to ask."""
    if may_see_packs(request.user):
        return redirect("review:packs")
    return page_render(request, "home_without_figures.html", {}, partial="page")


def page_context(question: WeekQuestion, figures: Json, run: RecomputeRun, company: Company) -> Json:
    """Everything the panels print."""
    calendar, scale = calendar_of(company), page_scale(figures)
    reach = reach_of(run=run, company=company)
    bridge = figures["bridge"]
    return {
        "question": question,
        "figures": figures,
        "scale": scale,
        "baselines": question.bridge.baselines,
        **reach.addresses(calendar, question.bridge.period, lambda other: question.address(period=other)),
        "bridge": bridge_rows(bridge_steps(comparison_from_json(bridge)), scale, question) if bridge else None,
        "buckets": bucket_rows(figures) if figures["changes"] else None,
        "leaks": leak_rows(figures, scale),
        "forecast": forecast_shape(figures, company.reporting_currency),
        "cards_week": date.fromisoformat(figures["scorecards"]["week"]),
        "due": due_rows(figures),
        "due_more": max(0, len(figures["commitments"]["items"]) - DUE_SHOWN),
        "agenda": agenda_shape(),
    }
