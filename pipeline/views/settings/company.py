"""The company's own settings, and the first one of an empty installation."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from departments.access import may_manage_data, require
from departments.core.time_zones import TIME_ZONES
from departments.day_formats import day_text
from departments.models import Company, find_company
from departments.web.lock_waits import serialize_saves
from departments.web.middleware import COMPANY_STYLE
from departments.web.rendering import page_render
from pipeline.page.site_context import site_context
from pipeline.selectors.plan.plan import spans_beside
from pipeline.views.settings.forms import CompanyForm
from pipeline.views.settings.kinds import RECOMPUTED

TEMPLATE = "pipeline/settings/company.html"


@require_http_methods(["GET", "POST"])
@serialize_saves
def company_page(request: HttpRequest) -> HttpResponse:
    """Name, money, clock, weeks, what departments see of each other, and what verdicts are called."""
    require(request, may_manage_data(request.user))
    locked = Company.objects.select_for_update() if request.method == "POST" else Company.objects.all()
    company = locked.first()
    calendar = company.fiscal_calendar if company else None
    form = CompanyForm(request.POST if request.method == "POST" else None, instance=company)
    if request.method == "POST" and form.is_valid():
        form.save()
        # Earlier, another request could fill the cache with the old company again.
        transaction.on_commit(lambda: cache.delete(COMPANY_STYLE))
        messages.success(request, _("Saved. Closed weeks stay as they were reported."))
        if company and form.instance.fiscal_calendar != calendar:
            messages.info(request, _(RECOMPUTED))
            if beside := spans_beside(form.instance.fiscal_calendar):
                messages.warning(request, _plans_stay_text(beside))
        return redirect("pipeline:settings_company")
    # A form writes into its instance even when it is not valid: the page around it reads the company anew.
    stored, site = find_company(), site_context(request)
    context = {
        "form": form,
        "company": stored,
        "zones": sorted(TIME_ZONES),
        "fiscal_year": _fiscal_year_text(stored, site.local(site.now).date()) if stored else "",
    }
    return page_render(request, TEMPLATE, context, partial="page", status=422 if form.errors else 200)


def _plans_stay_text(count: int) -> str:
    return ngettext(
        "The plan of {count} period is kept for its days: it is no month, quarter or year of this calendar.",
        "The plan of {count} periods is kept for their days: they are no months, quarters or years of this calendar.",
        count,
    ).format(count=count)


def _fiscal_year_text(company: Company, today: date) -> str:
    """Which days the running fiscal year is: what somebody who sets up a calendar checks it by."""
    calendar = company.fiscal_calendar
    year = calendar.year_of(today)
    places = {"year": year.label, "start": day_text(year.start), "end": day_text(year.end)}
    if calendar.weeks is None:
        return _("As saved, fiscal {year} is {start} to {end}.").format(**places)
    return _("As saved, fiscal {year} is {start} to {end}, {count} weeks.").format(**places, count=year.days // 7)
