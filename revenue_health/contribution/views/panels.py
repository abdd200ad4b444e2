"""Panels that pages of lower floors ask for by address: the contribution beside a department's queue."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from departments.access import may_see_company, require
from departments.json_types import Json
from departments.web.requests import HtmxRequest
from pipeline.page.department_access import closed_departments, require_department
from pipeline.page.shell import shell_of
from pipeline.selectors.overview import structure_names
from revenue_health.contribution.core.backward import FACTORS
from revenue_health.contribution.models import ScoreRun
from revenue_health.contribution.selectors.associations import measurables_said
from revenue_health.contribution.selectors.comparison.sentences import verdict_sentence
from revenue_health.contribution.selectors.comparison.trend import latest_scores, trend_of
from revenue_health.contribution.views.bridge import party_row, scale_of


@require_GET
def overview(request: HtmxRequest) -> HttpResponse:
    """Every party's share of the running quarter, for the departments page."""
    require(request, may_see_company(request.user))
    if not request.htmx:
        return HttpResponseRedirect(reverse("contribution:bridge"))
    context = _context(request) | {"closed": closed_departments(request.user, structure_names())}
    if found := context.get("scores"):
        context["rows"] = [party_row(party) for party in found.figures["parties"] if party["kind"] == "internal"]
    return render(request, "contribution/panel_overview.html", context)


@require_GET
def department(request: HtmxRequest, key: str) -> HttpResponse:
    """One department: its verdict in words, factors, and how its score went week by week."""
    require_department(request, structure_names().department_at(key))
    if not request.htmx:
        return HttpResponseRedirect(reverse("contribution:party", args=[key]))
    context = _context(request) | {"key": key}
    found: ScoreRun | None = context.get("scores")
    if found is not None:
        party = next((party for party in found.figures["parties"] if party["key"] == key), None)
        if party is not None:
            currency = context["shell"].currency
            row = party_row(party)
            context |= {
                "sentence": verdict_sentence(party, currency),
                "row": row,
                "factors": list(zip(FACTORS, row.factors, strict=True)),
                "trend": trend_of(party=key, like=found),
            }
    return render(request, "contribution/panel_department.html", context)


def _context(request: HttpRequest) -> Json:
    shell = shell_of(request)
    found = latest_scores()
    scale = scale_of(found.figures, shell.company) if found and shell.company else None
    return {"shell": shell, "scores": found, "scale": scale}


@require_GET
def measurables(request: HttpRequest, key: str) -> HttpResponse:
    """What a department's measurables follow and whether they matter, for its scorecard."""
    require_department(request, structure_names().department_at(key))
    context = {"key": key, "rows": measurables_said(department=key)}
    return render(request, "contribution/panel_measurables.html", context)
