"""The search page; an htmx request gets only the results."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from departments.access import may_see_packs, require
from departments.web.rendering import page_render
from pipeline.page.site_context import site_context
from pipeline.selectors.deals.search import SHORTEST
from revenue_health.search.results import results_of

TEMPLATE = "search/search.html"
LONGEST = 100


@require_GET
def search_page(request: HttpRequest) -> HttpResponse:
    """What `q` finds of what the reader may see."""
    require(request, may_see_packs(request.user))
    text = request.GET.get("q", "").strip()[:LONGEST]
    context = {
        "site": site_context(request),
        "text": text,
        "short": len(text) < SHORTEST,
        "groups": results_of(request, text),
    }
    return page_render(request, TEMPLATE, context, partial="results")
