"""Panels that pages of lower floors ask for by address: the contribution beside a department's queue."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from departments.access import may_see_company, require
from departments.formats import MoneyScale
from departments.web.requests import HtmxRequest
from pipeline.page.department_access import closed_departments, require_department
from pipeline.page.shell import Shell, shell_of
from pipeline.selectors.overview import structure_names
from revenue_health.contribution.core.comparison import Comparison
from revenue_health.contribution.core.solver.backward import FACTORS
from revenue_health.contribution.models import ScoreRun
from revenue_health.contribution.selectors.associations import measurables_said
from revenue_health.contribution.selectors.comparison.contributions_json import comparison_from_json
from revenue_health.contribution.selectors.comparison.sentences import verdict_in_full
from revenue_health.contribution.selectors.comparison.trend import latest_scores, trend_of
from revenue_health.contribution.views.bridge import party_row, scale_of


@dataclass(frozen=True, kw_only=True)
class _Latest:
    """The newest scores, as both panels print them."""

    shell: Shell
    scores: ScoreRun | None
    comparison: Comparison | None
    scale: MoneyScale | None


@require_GET
def overview(request: HtmxRequest) -> HttpResponse:
    """Every party's share of the running quarter, for the departments page."""
    require(request, may_see_company(request.user))
    if not request.htmx:
        return HttpResponseRedirect(reverse("contribution:bridge"))
    latest = _latest(request)
    context: dict[str, object] = {**vars(latest), "closed": closed_departments(request.user, structure_names())}
    if latest.comparison is not None:
        context["rows"] = [party_row(party) for party in latest.comparison.departments]
    return render(request, "contribution/panel_overview.html", context)


@require_GET
def department(request: HtmxRequest, key: str) -> HttpResponse:
    """One department: its verdict in words, factors, and how its score went week by week."""
    require_department(request, structure_names().department_at(key))
    if not request.htmx:
        return HttpResponseRedirect(reverse("contribution:party", args=[key]))
    latest = _latest(request)
    context: dict[str, object] = {**vars(latest), "key": key}
    party = latest.comparison.party(key) if latest.comparison else None
    if latest.scores is not None and party is not None:
        row = party_row(party)
        context |= {
            "sentence": verdict_in_full(party, latest.shell.currency),
            "row": row,
            "factors": list(zip(FACTORS, row.factors, strict=True)),
            "trend": trend_of(party=key, like=latest.scores),
        }
    return render(request, "contribution/panel_department.html", context)


def _latest(request: HttpRequest) -> _Latest:
    shell, scores = shell_of(request), latest_scores()
    comparison = comparison_from_json(scores.figures) if scores else None
    scale = scale_of(comparison, shell.company) if comparison and shell.company else None
    return _Latest(shell=shell, scores=scores, comparison=comparison, scale=scale)


@require_GET
def measurables(request: HttpRequest, key: str) -> HttpResponse:
    """What a department's measurables follow and whether they matter, for its scorecard."""
    require_department(request, structure_names().department_at(key))
    context = {"key": key, "rows": measurables_said(department=key)}
    return render(request, "contribution/panel_measurables.html", context)
