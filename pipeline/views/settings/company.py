"""The company's own settings, and the first one of an empty installation."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from departments.access import may_manage_data, require
from departments.models import find_company
from departments.web.middleware import COMPANY_STYLE
from departments.web.rendering import page_render
from pipeline.views.settings.forms import CompanyForm

TEMPLATE = "pipeline/settings/company.html"


@require_http_methods(["GET", "POST"])
def company_page(request: HttpRequest) -> HttpResponse:
    """Name, money, clock, weeks, what departments see of each other, and what verdicts are called."""
    require(request, may_manage_data(request.user))
    company = find_company()
    form = CompanyForm(request.POST if request.method == "POST" else None, instance=company)
    if request.method == "POST" and form.is_valid():
        form.save()
        cache.delete(COMPANY_STYLE)
        messages.success(request, _("Saved. Closed weeks stay as they were reported."))
        return redirect("pipeline:settings_company")
    # A form writes into its instance even when it is not valid: the page around it reads the company anew.
    context = {"form": form, "company": find_company(), "zones": sorted(available_timezones())}
    return page_render(request, TEMPLATE, context, partial="page", status=422 if form.errors else 200)
