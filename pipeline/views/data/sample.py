"""The sample company: loaded by one button of the set-up, thrown away by one at the top of every page."""

from __future__ import annotations

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from departments.access import may_manage_data, require
from departments.web.double_submission import submitted_once
from departments.web.rendering import page_render
from departments.web.requests import signed_in_user
from pipeline.imports.problems import ImportBusy
from pipeline.page.site_context import site_context
from pipeline.services.sample import SampleRefused, may_load_sample, sample_discard
from pipeline.tasks import sample_requested

CONFIRM = "pipeline/data/sample_discard.html"


@require_http_methods(["POST"])
@submitted_once
def load(request: HttpRequest) -> HttpResponse:
    """Ask the worker for the sample, where nothing is set up yet."""
    require(request, may_manage_data(request.user))
    if may_load_sample():
        sample_requested.delay_on_commit(user_id=signed_in_user(request).pk)
    else:
        messages.error(request, _("There is a company already, so the sample cannot be loaded."))
    return redirect("pipeline:set_up")


@require_http_methods(["GET", "POST"])
@submitted_once
def discard(request: HttpRequest) -> HttpResponse:
    """Remove it, after confirmation."""
    require(request, may_manage_data(request.user))
    site = site_context(request)
    context = {"site": site}
    if request.method == "GET":
        return page_render(request, CONFIRM, context, partial="page")
    try:
        sample_discard()
    except (SampleRefused, ImportBusy) as refused:
        return page_render(request, CONFIRM, context | {"problem": str(refused)}, partial="page", status=409)
    except OperationalError:
        problem = _("Somebody or the worker is at it. Try again in a minute; nothing was changed.")
        return page_render(request, CONFIRM, context | {"problem": problem}, partial="page", status=409)
    messages.success(request, _("The sample company is gone. Start with your own."))
    return redirect("pipeline:set_up")
