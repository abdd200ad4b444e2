"""The archive of packs, one pack as a page, and the button that freezes."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST, require_safe

from departments.access import may_freeze, may_see_packs, require
from departments.models import User
from departments.rendering import page_render
from pipeline.custody_store import CustodyStoreMissing
from pipeline.views.shell import shell_of
from revenue_health.contribution.selectors.spans import SpanError
from revenue_health.review.selectors.packs import packs_listed
from revenue_health.review.services.exports.sheets import table_csv
from revenue_health.review.services.packs import pack_freeze
from revenue_health.review.views.pack_forms import FreezeForm
from revenue_health.review.views.pack_page import ONE, pack_context, pack_or_404

INDEX = "review/packs.html"
MOST_LISTED = 200


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every pack, newest first."""
    require(request, may_see_packs(request.user))
    shell = shell_of(request)
    context = {
        "shell": shell,
        "packs": list(packs_listed()[:MOST_LISTED]),
        "may_freeze": may_freeze(request.user) and shell.run is not None,
    }
    return page_render(request, INDEX, context, partial="page")


@require_POST
def freeze(request: HttpRequest) -> HttpResponse:
    """Freeze the review as it stands; pressed twice, it is one pack."""
    require(request, may_freeze(request.user))
    shell = shell_of(request)
    if shell.run is None or shell.company is None:
        messages.error(request, "There are no figures to freeze yet: load a company folder and recompute first.")
        return redirect("review:packs")
    form = FreezeForm(request.POST, company=shell.company)
    if not form.is_valid():
        messages.error(request, "Title, period or date cannot be read. Nothing was frozen.")
        return redirect("review:packs")
    assert isinstance(request.user, User)
    try:
        pack = pack_freeze(
            run=shell.run,
            company=shell.company,
            user=request.user,
            now=shell.now,
            **form.cleaned_data,
        )
    except (SpanError, CustodyStoreMissing) as problem:
        messages.error(request, f"{problem} Nothing was frozen.")
        return redirect("review:packs")
    return redirect("review:pack", pk=pack.pk)


@require_safe  # the slides ask by HEAD whether they can come back
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One pack: what was shown then, whatever the data say now."""
    require(request, may_see_packs(request.user))
    pack = pack_or_404(pk)
    return page_render(request, ONE, pack_context(request, pack), partial="page")


@require_GET
def csv(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """The numbers of one slide as CSV."""
    require(request, may_see_packs(request.user))
    pack = pack_or_404(pk)
    slide = next((one for one in pack.figures["slides"] if one["key"] == key), None)
    if slide is None or not slide["tables"]:
        raise Http404
    response = HttpResponse(
        "\n".join(table_csv(table) for table in slide["tables"]), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="pack-{pack.pk}-{key}.csv"'
    return response
