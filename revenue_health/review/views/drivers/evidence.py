"""The evidence document: requested with one click, made by a worker, downloaded when it is ready."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from departments.access import log_read_access, may_see_company, require
from departments.selectors.jobs import open_job, phase_of
from departments.web.double_submission import submitted_once
from departments.web.rendering import page_render
from departments.web.requests import signed_in_user
from pipeline.page.site_context import site_context
from revenue_health.contribution.filters import parse_filters
from revenue_health.contribution.selectors.comparison.periods import ComparisonError
from revenue_health.review.models import EvidenceExport
from revenue_health.review.services.evidence import evidence_request
from revenue_health.review.tasks import evidence_asked

TEMPLATE = "review/drivers/evidence.html"


@require_POST
@submitted_once
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the document of the comparison in the form."""
    require(request, may_see_company(request.user))
    site = site_context(request)
    run, company = site.run, site.company
    if run is None or company is None:
        return HttpResponseRedirect(reverse("review:drivers"))
    try:
        question = parse_filters(request.POST, run=run, company=company)
    except ComparisonError:
        return HttpResponseRedirect(reverse("review:drivers"))
    user = signed_in_user(request)
    row = evidence_request(run=run, period=question.period.label, baseline=question.baseline, user=user, now=site.now)
    transaction.on_commit(lambda: evidence_asked.delay(row.pk))
    return HttpResponseRedirect(reverse("review:evidence_state", args=[row.pk]))


@require_GET
def evidence_state(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the document is; it is fetched from here when it is done."""
    require(request, may_see_company(request.user))
    row = get_object_or_404(EvidenceExport.objects.defer("pdf"), pk=pk)
    waits = row.status == EvidenceExport.Status.ASKED
    phase = phase_of(open_job(task=evidence_asked.name, args=[pk])) if waits else None
    return page_render(
        request, TEMPLATE, {"site": site_context(request), "export": row, "phase": phase}, partial="state"
    )


@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The document itself."""
    require(request, may_see_company(request.user))
    row = get_object_or_404(EvidenceExport, pk=pk)
    if row.status != EvidenceExport.Status.DONE or row.pdf is None:
        raise Http404
    log_read_access(request, f"evidence:{row.period}")
    response = HttpResponse(bytes(row.pdf), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="evidence-{row.period}-{row.sha256[:8]}.pdf"'
    return response
