"""The Data page: how fresh the figures are, the runs that made them, and what came in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from departments.access import may_manage_data, may_see_company, require
from departments.advisory_locks import AdvisoryLock, lock_is_held
from departments.core.upload_limits import FOLDER_ZIP_MB
from departments.selectors.jobs import open_jobs
from departments.web.rendering import page_render
from departments.web.requests import HtmxRequest, signed_in_user
from pipeline.models import ImportBatch, RecomputeRun
from pipeline.page.site_context import SiteContext, site_context
from pipeline.selectors.data.imports import recent_imports
from pipeline.selectors.data.runs import recent_runs, run_in_progress
from pipeline.tasks import recompute_requested
from pipeline.views.data.imports import UploadForm
from pipeline.views.data.readiness import readiness_table

TEMPLATE = "pipeline/data/data.html"
STEPS = ("read", "custody", "flows", "write", "total")


@dataclass(frozen=True, kw_only=True)
class RunRow:
    """A run with its seconds per step in the order of STEPS."""

    run: RecomputeRun
    seconds: list[float | None]


@dataclass(frozen=True, kw_only=True)
class ImportRow:
    """An import with its counts summed over its files."""

    batch: ImportBatch
    new: int
    unchanged: int
    refused: int


def runs_context(site: SiteContext) -> dict[str, Any]:
    """What the panel of runs shows; `running` keeps it asking every second."""
    newest = recent_runs(count=10)
    running = run_in_progress() if newest and newest[0].status == RecomputeRun.Status.STARTED else None
    requested = running is None and bool(open_jobs(tasks=[recompute_requested.name]))
    return {
        "site": site,
        "running": running,
        "requested": requested,
        "steps": STEPS,
        "runs": [RunRow(run=run, seconds=[run.seconds.get(step) for step in STEPS]) for run in newest],
    }


@require_GET
def data_page(request: HttpRequest) -> HttpResponse:
    """The whole page."""
    require(request, may_see_company(request.user))
    site = site_context(request)
    context = runs_context(site) | {
        "import_running": lock_is_held(AdvisoryLock.IMPORT),
        "readiness": readiness_table(manages=site.may_manage_data),
        "imports": [_import_row(batch) for batch in recent_imports()],
        "upload_form": UploadForm(),
        "largest_upload_mb": FOLDER_ZIP_MB,
    }
    return page_render(request, TEMPLATE, context, partial="page")


@require_GET
def runs(request: HtmxRequest) -> HttpResponse:
    """The panel of runs alone, asked for every second while one is under way; with it, how fresh the figures are."""
    require(request, may_see_company(request.user))
    if not request.htmx:
        return redirect("pipeline:data")
    context = runs_context(site_context(request)) | {"out_of_band": True}
    return page_render(request, TEMPLATE, context, partial="runs")


@require_POST
def recompute_request(request: HtmxRequest) -> HttpResponse:
    """Ask a worker for a recompute, unless one is under way or asked for already."""
    require(request, may_manage_data(request.user))
    site = site_context(request)
    user = signed_in_user(request)
    context = runs_context(site)
    # Of two clicks at once the second joins the job of the first; the run's own lock keeps out what comes another way.
    if site.company is not None and not (context["running"] or context["requested"]):
        recompute_requested.delay_on_commit(
            user_id=user.pk, full="full" in request.POST, last_day="last_day" in request.POST
        )
        context["requested"] = True
    if request.htmx:
        return page_render(request, TEMPLATE, context, partial="runs")
    messages.info(request, _("Calculation queued. Reload this page to see its progress."))
    return redirect("pipeline:data")


def _import_row(batch: ImportBatch) -> ImportRow:
    def summed(name: str) -> int:
        return sum(counts.get(name, 0) for counts in batch.files.values())

    return ImportRow(batch=batch, new=summed("new"), unchanged=summed("unchanged"), refused=summed("refused"))
