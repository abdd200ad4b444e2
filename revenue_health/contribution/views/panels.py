"""A panel that pages of lower floors ask for by address: which of a department's measurables matter."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pipeline.page.department_access import require_department
from pipeline.selectors.overview import structure_names
from revenue_health.contribution.selectors.associations import measurable_findings


@require_GET
def measurables(request: HttpRequest, key: str) -> HttpResponse:
    """What a department's measurables follow and whether they matter, for its scorecard."""
    require_department(request, structure_names().department_at(key))
    context = {"key": key, "rows": measurable_findings(department=key)}
    return render(request, "contribution/panel_measurables.html", context)
