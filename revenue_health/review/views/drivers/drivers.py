"""Drivers: who moved revenue and how sure that is, before anyone acts; the ledger with every department's gates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_POST

from departments.access import log_read_access, may_see_company, may_see_department, require
from departments.models import Company
from departments.web.rendering import page_render
from departments.web.requests import HtmxRequest
from pipeline.custody_store import CustodyStoreMissing
from pipeline.models import RecomputeRun
from pipeline.page.department_access import closed_departments
from pipeline.page.site_context import site_context
from pipeline.run_cache import cached_html
from pipeline.selectors.leaks.leaks import calendar_of
from pipeline.selectors.overview import Structure, structure_names
from pipeline.selectors.plan.data_range import data_range_of
from revenue_health.contribution.core.ledger import build_ledger, pace_name
from revenue_health.contribution.filters import ComparisonFilters, parse_filters
from revenue_health.contribution.score_requests import comparison_wait, compute_comparison
from revenue_health.contribution.selectors.comparison.periods import ComparisonError
from revenue_health.contribution.selectors.comparison.scores import score_run_of
from revenue_health.contribution.selectors.comparison.sentences import past_sentence, verdict_qualifier
from revenue_health.contribution.selectors.comparison.stored_comparison import stored_comparison
from revenue_health.contribution.services.cuts import CUTS, cut_request
from revenue_health.contribution.tasks import cut_requested
from revenue_health.contribution.verdict_words import verdict_words
from revenue_health.review.core.accountability import Accountability, CutState
from revenue_health.review.selectors.accountability.evidence import exports_of
from revenue_health.review.selectors.accountability.rows import ShareRow, accountability_rows
from revenue_health.review.selectors.accountability.verdict import judge_comparison
from revenue_health.review.views.drivers.gates_panel import GateRow, gate_rows
from revenue_health.review.views.ledger_rows import ledger_addresses, ledger_picture

TEMPLATE = "review/drivers/drivers.html"
PANEL = "review/drivers/panel.html"
PROGRESS = "review/weekly/progress.html"
PANELS = ("shares", "departments", "counterfactuals")
type Context = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class DriverRow:
    """One department: its share, the gates it went through, what stands beside its verdict, and its address."""

    share: ShareRow
    gates: list[GateRow]
    qualifier: str
    address: str


@require_GET
def drivers_page(request: HttpRequest) -> HttpResponse:
    """The running quarter, or the period and baseline in the address."""
    require(request, may_see_company(request.user))
    site = site_context(request)
    run, company = site.run, site.company
    if run is None or company is None:
        return page_render(request, TEMPLATE, {"site": site, "nothing": True}, partial="page")
    try:
        filters = parse_filters(request.GET, run=run, company=company)
        context: Context = {"site": site, **_context(request, filters, run, company)}
        log_read_access(request, f"drivers:{filters.period.label}")
    except (ComparisonError, CustodyStoreMissing) as problem:
        context = {"site": site, "cannot": str(problem)}
    return page_render(request, TEMPLATE, context, partial="page")


@require_GET
def panel(request: HtmxRequest) -> HttpResponse:
    """The ledger of the running quarter, for the page of all departments."""
    require(request, may_see_company(request.user))
    site = site_context(request)
    run, company = site.run, site.company
    if not request.htmx or run is None or company is None:
        return HttpResponseRedirect(reverse("review:drivers"))
    context: Context = {"site": site}
    try:
        filters = parse_filters(request.GET, run=run, company=company)
        comparison, _ = stored_comparison(run=run, periods=filters.periods)
        if comparison is not None:
            verdict = judge_comparison(comparison, run=run, company=company, periods=filters.periods)
            context |= {"filters": filters, **_ledger(verdict, filters, site.closed)}
    except (ComparisonError, CustodyStoreMissing) as problem:
        context["cannot"] = str(problem)
    return render(request, PANEL, context)


@require_GET
def progress(request: HtmxRequest) -> HttpResponse:
    """How far the scores of a period are, for the review that waits for them; when they are there, it is read again."""
    require(request, may_see_company(request.user))
    site = site_context(request)
    run, company = site.run, site.company
    if not request.htmx or run is None or company is None:
        return HttpResponseRedirect(f"{reverse('review:drivers')}?{request.GET.urlencode()}".removesuffix("?"))
    context: Context = {"done_address": request.htmx.current_url_abs_path or reverse("review:index")}
    try:
        filters = parse_filters(request.GET, run=run, company=company)
        comparison, score_run = stored_comparison(run=run, periods=filters.periods)
        wait = None if comparison else comparison_wait(run=run, filters=filters, score_run=score_run)
        context |= {"question": filters, "wait": wait}
    except ComparisonError as problem:
        return render(request, PANEL, {"cannot": str(problem)})
    return render(request, PROGRESS, context)


def _context(request: HttpRequest, filters: ComparisonFilters, run: RecomputeRun, company: Company) -> Context:
    calendar = calendar_of(company)
    context: Context = {
        "filters": filters,
        "baselines": filters.baselines,
        **data_range_of(run=run, company=company).addresses(calendar, filters.period, filters.address),
    }
    if filters.periods.baseline is None:  # shares against nothing are none, whatever was computed of them
        return context | {"without_baseline": filters.periods.reasons}
    comparison, score_run = stored_comparison(run=run, periods=filters.periods)
    if comparison is None:
        return context | {"wait": comparison_wait(run=run, filters=filters, score_run=score_run)}
    verdict = judge_comparison(comparison, run=run, company=company, periods=filters.periods)
    structure = structure_names()
    closed = closed_departments(request.user, structure)
    context |= {
        "accountability": verdict,
        "past": past_sentence(comparison),
        "pace": pace_name(comparison.period, comparison.baseline),
        "closed": closed,
        "sees_inside": verdict.sales is not None and _may_see_teams(request, verdict.sales.key, structure),
        "exports": exports_of(run=run, period=filters.period.label, baseline=filters.baseline),
        **_ledger(verdict, filters, closed),
    }
    return context | {"panels": _panels(context, run)}


def _panels(context: Context, run: RecomputeRun) -> dict[str, SafeString]:
    """The panels that say nothing but what is handed to them here, kept for all who are shown the same."""
    verdict, filters = cast("Accountability", context["accountability"]), cast("ComparisonFilters", context["filters"])
    names = ("rows", "scale", "ledger", "drivers", "past", "pace")
    facts = (
        *(context[name] for name in names),
        sorted(cast("frozenset[str]", context["closed"])),
        replace(verdict.sales, cuts=()) if verdict.sales else None,
        context["sees_inside"],
        filters.address(),
        filters.period,
        filters.periods.running,
        filters.periods.baseline,
        verdict.comparison.baseline,
        verdict_words(),
    )

    def render() -> dict[str, str]:
        # Cuts that are to be asked for have forms, whose tokens are those of one reader.
        inside = verdict.sales and (
            all(cut.state == CutState.DONE for cut in verdict.sales.cuts) or not context["sees_inside"]
        )
        panels = (*PANELS, "sales_cuts") if inside else PANELS
        return {panel: render_to_string(f"review/drivers/{panel}.html", context) for panel in panels}

    return cached_html(run, "drivers", render, of=facts)


def _ledger(verdict: Accountability, filters: ComparisonFilters, closed: frozenset[str]) -> Context:
    """The picture with what stands behind each department."""
    comparison, rows = verdict.comparison, accountability_rows(verdict)
    parties = {party.key: party for party in comparison.departments}
    ledger = build_ledger(comparison, verdict.forecast.landing if verdict.forecast else None)
    addresses = ledger_addresses(filters, closed)
    return {
        "rows": rows,
        "scale": rows.scale,
        "ledger": ledger_picture(ledger, rows.scale, running=comparison.running, address=addresses),
        "drivers": [
            DriverRow(
                share=share,
                gates=gate_rows(parties[share.key]) if parties[share.key].gates is not None else [],
                qualifier=verdict_qualifier(parties[share.key]),
                address=addresses(share.key),
            )
            for share in rows.shares
            if share.internal
        ],
    }


def _may_see_teams(request: HttpRequest, key: str, structure: Structure) -> bool:
    """Teams and people of a department are its detail."""
    department = structure.department_at(key)
    return department is not None and may_see_department(request.user, department.id)


@require_POST
def compute(request: HttpRequest) -> HttpResponse:
    """Have a worker compute a comparison the night did not make."""
    require(request, may_see_company(request.user))
    return compute_comparison(request, page="review:drivers")


@require_POST
def sales_cuts(request: HttpRequest) -> HttpResponse:
    """Ask a worker for sales by team or by person."""
    require(request, may_see_company(request.user))
    site = site_context(request)
    run, company, by = site.run, site.company, request.POST.get("by", "")
    address = reverse("review:drivers")
    if run is not None and company is not None:
        filters = parse_filters(request.POST, run=run, company=company)
        address += filters.address()
        score_run = score_run_of(run=run, periods=filters.periods)
        if by in CUTS and score_run is not None and cut_request(score_run=score_run.pk, by=by):
            cut_requested.delay(score_run.pk, by)
    return HttpResponseRedirect(address)
