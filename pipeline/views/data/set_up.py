"""Set-up: the way from an empty installation to a review, and how far the data carry."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from departments.web.rendering import page_render
from pipeline.selectors.data.set_up import set_up_steps
from pipeline.views.data.imports import manager_shell
from pipeline.views.data.readiness import readiness_table

TEMPLATE = "pipeline/data/set_up.html"


@require_GET
def set_up_page(request: HttpRequest) -> HttpResponse:
    """Every step with what it unlocks, then what is ready."""
    shell = manager_shell(request)
    steps = set_up_steps()
    context = {
        "shell": shell,
        "steps": steps,
        "next": next((step for step in steps if not step.done and not step.optional), None),
        "readiness": readiness_table(manages=True),
    }
    return page_render(request, TEMPLATE, context, partial="page")
