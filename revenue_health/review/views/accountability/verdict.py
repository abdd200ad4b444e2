"""The verdict page: who moved revenue and how sure that is, before anyone acts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from departments.access import may_see_company, may_see_department, note_reading, require
from departments.models import Company, Department
from departments.web.rendering import page_render
from pipeline.custody_store import CustodyStoreMissing
from pipeline.models import RecomputeRun
from pipeline.page.shell import shell_of
from pipeline.selectors.leaks.leaks import calendar_of
from pipeline.selectors.plan.reach import reach_of
from revenue_health.contribution.filters import ComparisonFilters, parse_filters
from revenue_health.contribution.requested import comparison_wait, compute_comparison
from revenue_health.contribution.selectors.comparison.periods import ComparisonError
from revenue_health.contribution.selectors.comparison.scores import score_run_of
from revenue_health.contribution.selectors.comparison.stored_comparison import stored_comparison
from revenue_health.contribution.services.cuts import CUTS, cut_ask
from revenue_health.contribution.tasks import cut_requested
from revenue_health.review.selectors.accountability.evidence import exports_of
from revenue_health.review.selectors.accountability.rows import accountability_rows
from revenue_health.review.selectors.accountability.verdict import judge_comparison

TEMPLATE = "review/accountability/verdict.html"
type Context = dict[str, object]


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The running quarter, or the period and baseline in the address."""
    require(request, may_see_company(request.user))
    shell = shell_of(request)
    run, company = shell.run, shell.company
    if run is None or company is None:
        return page_render(request, TEMPLATE, {"shell": shell, "nothing": True}, partial="page")
    try:
        filters = parse_filters(request.GET, run=run, company=company)
        context: Context = {"shell": shell, **_context(request, filters, run, company)}
        note_reading(request, f"accountability:{filters.period.label}")
    except (ComparisonError, CustodyStoreMissing) as problem:
        context = {"shell": shell, "cannot": str(problem)}
    return page_render(request, TEMPLATE, context, partial="page")


def _context(request: HttpRequest, filters: ComparisonFilters, run: RecomputeRun, company: Company) -> Context:
    calendar = calendar_of(company)
    context: Context = {
        "filters": filters,
        "baselines": filters.baselines,
        **reach_of(run=run, company=company).addresses(calendar, filters.period, filters.address),
    }
    comparison, score_run = stored_comparison(run=run, periods=filters.periods)
    if comparison is None:
        return context | {"wait": comparison_wait(run=run, filters=filters, score_run=score_run)}
    verdict = judge_comparison(comparison, run=run, company=company, periods=filters.periods)
    return context | {
        "accountability": verdict,
        "rows": accountability_rows(verdict),
        "sees_inside": verdict.sales is not None and _sees_inside(request, verdict.sales.key),
        "exports": exports_of(run=run, period=filters.period.label, baseline=filters.baseline),
    }


def _sees_inside(request: HttpRequest, key: str) -> bool:
    """Teams and people of a department are its detail."""
    department = Department.objects.filter(key=key).values_list("pk", flat=True).first()
    return department is not None and may_see_department(request.user, department)


@require_POST
def compute(request: HttpRequest) -> HttpResponse:
    """Have a worker compute a comparison the night did not make."""
    require(request, may_see_company(request.user))
    return compute_comparison(request, page="review:accountability")


@require_POST
def inside(request: HttpRequest) -> HttpResponse:
    """Ask a worker for sales by team or by person."""
    require(request, may_see_company(request.user))
    shell = shell_of(request)
    run, company, by = shell.run, shell.company, request.POST.get("by", "")
    address = reverse("review:accountability")
    if run is not None and company is not None:
        filters = parse_filters(request.POST, run=run, company=company)
        address += filters.address()
        score_run = score_run_of(run=run, periods=filters.periods)
        if by in CUTS and score_run is not None and cut_ask(score_run=score_run.pk, by=by):
            cut_requested.delay(score_run.pk, by)
    return HttpResponseRedirect(address)
