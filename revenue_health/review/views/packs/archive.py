"""The archive of packs, and one pack as a page."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_safe

from departments.access import may_freeze, may_see_packs, require
from departments.web.rendering import page_render
from pipeline.page.site_context import site_context
from revenue_health.review.selectors.packs.archive import packs_listed
from revenue_health.review.selectors.packs.frozen import frozen_review
from revenue_health.review.selectors.packs.identical import identical_packs
from revenue_health.review.services.exports.sheets import table_csv
from revenue_health.review.views.packs.page import PACK_TEMPLATE, pack_context, pack_or_404

INDEX = "review/packs/archive.html"
MOST_LISTED = 200


@require_GET
def pack_list(request: HttpRequest) -> HttpResponse:
    """Every pack, newest first."""
    require(request, may_see_packs(request.user))
    site = site_context(request)
    packs = list(packs_listed()[:MOST_LISTED])
    twins = identical_packs(packs)
    context = {
        "site": site,
        "packs": [(pack, twins.get(pack.pk)) for pack in packs],
        "may_freeze": may_freeze(request.user) and site.run is not None,
    }
    return page_render(request, INDEX, context, partial="page")


@require_safe  # the slides ask by HEAD whether they can come back
def pack_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One pack: what was shown then, whatever the data say now."""
    require(request, may_see_packs(request.user))
    pack = pack_or_404(pk)
    return page_render(request, PACK_TEMPLATE, pack_context(request, pack), partial="page")


@require_GET
def csv(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """The numbers of one slide as CSV."""
    require(request, may_see_packs(request.user))
    pack = pack_or_404(pk)
    slide = frozen_review(pack).slide(key)
    if slide is None or not slide.tables:
        raise Http404
    response = HttpResponse(
        "\n".join(table_csv(table) for table in slide.tables), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="pack-{pack.pk}-{key}.csv"'
    return response
