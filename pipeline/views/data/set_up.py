"""Set-up: the way from an empty installation to a review, and how far the data carry."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from departments.selectors.jobs import open_jobs
from departments.web.rendering import page_render
from pipeline.selectors.data.set_up import set_up_steps
from pipeline.services.sample import may_load_sample
from pipeline.tasks import sample_requested
from pipeline.views.data.imports import manager_site
from pipeline.views.data.readiness import readiness_table

TEMPLATE = "pipeline/data/set_up.html"


@require_GET
def set_up_page(request: HttpRequest) -> HttpResponse:
    """Every step with what it unlocks, then what is ready."""
    site = manager_site(request)
    sample = {"sample_waits": bool(open_jobs(tasks=[sample_requested.name])), "may_load_sample": may_load_sample()}
    if request.GET.get("sample") and request.headers.get("HX-Request"):
        # Asked for every two seconds while the sample is being made.
        return page_render(request, TEMPLATE, {"site": site, **sample}, partial="sample")
    steps = set_up_steps()
    context = {
        "site": site,
        "steps": steps,
        "next": next((step for step in steps if not step.done and not step.optional), None),
        "readiness": readiness_table(manages=True),
        **sample,
    }
    return page_render(request, TEMPLATE, context, partial="page")
