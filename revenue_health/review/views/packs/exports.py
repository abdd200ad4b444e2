"""Export files of a pack: requested, tracked while they are made, downloaded."""

from __future__ import annotations

from mimetypes import guess_type

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods

from departments.access import may_see_packs, require
from departments.formats import ENGLISH
from departments.web.rendering import page_render
from departments.web.requests import HtmxRequest, signed_in_user
from pipeline.page.site_context import site_context
from revenue_health.review.selectors.packs.exports import export_of, export_path
from revenue_health.review.services.exports import export_request
from revenue_health.review.tasks import pack_export_requested
from revenue_health.review.views.packs.forms import ExportForm
from revenue_health.review.views.packs.page import PACK_TEMPLATE, exports_context, pack_context, pack_or_404


@require_http_methods(["GET", "POST"])
def panel(request: HtmxRequest, pk: int) -> HttpResponse:
    """The progress of the files; a POST requests another one."""
    require(request, may_see_packs(request.user))
    pack = pack_or_404(pk)
    if request.method == "POST":
        form = ExportForm(request.POST)
        if not form.is_valid():
            return page_render(request, PACK_TEMPLATE, pack_context(request, pack), partial="exports", status=422)
        export, is_new = export_request(
            pack=pack,
            user=signed_in_user(request),
            now=site_context(request).now,
            language=get_language() or ENGLISH,
            **form.cleaned_data,
        )
        if is_new:
            pack_export_requested.delay_on_commit(export.pk)
    if not request.htmx:
        return redirect(f"{reverse('review:pack', args=[pack.pk])}#exports")
    return page_render(request, PACK_TEMPLATE, exports_context(request, pack), partial="exports")


@require_GET
def download(request: HttpRequest, pk: int, export: int) -> HttpResponse:
    """A finished file."""
    require(request, may_see_packs(request.user))
    row = export_of(pack_id=pk, pk=export)
    path = export_path(row) if row else None
    if row is None or path is None:
        raise Http404
    kind = guess_type(path.name)[0] or "application/octet-stream"
    response = HttpResponse(path.read_bytes(), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{path.name}"'
    return response
