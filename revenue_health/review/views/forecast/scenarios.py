"""Scenarios: saved from the what-if page, compared side by side, deleted with an undo."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from departments.access import may_assign, may_see_company, require
from departments.formats import money_scale
from departments.web.double_submission import submitted_once
from departments.web.rendering import page_render
from departments.web.requests import signed_in_user
from pipeline.custody_store import CustodyStoreMissing
from pipeline.page.site_context import site_context
from revenue_health.contribution.core.flows import FlowError
from revenue_health.contribution.selectors.comparison.periods import ComparisonError, comparison_periods
from revenue_health.contribution.selectors.forecast.whatif import PromiseError, prepare_worlds
from revenue_health.review.models import Scenario
from revenue_health.review.selectors.forecast.promises import outcome_of, promises_in_address
from revenue_health.review.selectors.forecast.scenarios import scenario_rows
from revenue_health.review.services.scenarios import (
    ScenarioError,
    scenario_delete,
    scenario_restore,
    scenario_save,
)
from revenue_health.review.views.forecast.what_if import address_of

TEMPLATE = "review/forecast/scenarios.html"


@require_GET
def scenario_list(request: HttpRequest) -> HttpResponse:
    """All scenarios beside each other, each computed on the newest figures."""
    require(request, may_see_company(request.user))
    site = site_context(request)
    run, company = site.run, site.company
    if run is None or company is None:
        return page_render(request, TEMPLATE, {"site": site, "rows": []}, partial="list")
    try:
        periods = comparison_periods(run=run, company=company)
        rows, axis = scenario_rows(run=run, company=company, periods=periods)
        # This panel loads behind the levers: nobody waits for it.
        prepare_worlds(run=run, company=company, periods=periods)
    except (ComparisonError, CustodyStoreMissing):
        rows, axis = [], None
    amounts = [value for row in rows for change in (row.then, row.now) if change for value in (change.low, change.high)]
    context = {
        "site": site,
        "rows": [(row, address_of(tuple(row.scenario.promises)), _may_delete(request, row.scenario)) for row in rows],
        "axis": axis,
        "scale": money_scale(amounts, company.reporting_currency),
    }
    return page_render(request, TEMPLATE, context, partial="list")


@require_POST
@submitted_once
def save(request: HttpRequest) -> HttpResponse:
    """Keep the promises in the form under a name."""
    require(request, may_see_company(request.user))
    site = site_context(request)
    run, company = site.run, site.company
    texts = promises_in_address(request.POST.getlist("set")).texts
    if run is None or company is None:
        return HttpResponseRedirect(address_of(texts))
    user = signed_in_user(request)
    try:
        result = outcome_of(run=run, company=company, periods=comparison_periods(run=run, company=company), texts=texts)
        name = request.POST.get("name", "")
        saved = scenario_save(name=name, promises=texts, result=result, run=run, user=user, now=site.now)
    except (ScenarioError, PromiseError, FlowError, ComparisonError, CustodyStoreMissing) as problem:
        messages.error(request, str(problem))
    else:
        messages.info(request, _("“{name}” is saved.").format(name=saved.name))
    return HttpResponseRedirect(address_of(texts))


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a scenario out of the list; the message has the undo."""
    row = get_object_or_404(Scenario, pk=pk)
    require(request, _may_delete(request, row))
    scenario_delete(scenario=row, now=site_context(request).now)
    return HttpResponseRedirect(f"{reverse('review:what_if')}?deleted={row.pk}")


@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo of the deletion."""
    row = get_object_or_404(Scenario, pk=pk)
    require(request, _may_delete(request, row))
    scenario_restore(scenario=row)
    messages.info(request, _("“{name}” is back.").format(name=row.name))
    return HttpResponseRedirect(reverse("review:what_if"))


def _may_delete(request: HttpRequest, row: Scenario) -> bool:
    """Whoever saved it, executives and analysts."""
    return may_see_company(request.user) and (row.created_by_id == request.user.pk or may_assign(request.user))
