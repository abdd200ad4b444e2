"""Freezing a review: a page that shows what will be frozen, with the button to do it. Works without scripts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from departments.access import may_freeze, require
from departments.web.double_submission import submitted_once
from departments.web.rendering import page_render
from departments.web.requests import signed_in_user
from pipeline.custody_store import CustodyStoreMissing
from pipeline.page.site_context import SiteContext, site_context
from revenue_health.contribution.selectors.comparison.periods import ComparisonError
from revenue_health.review.selectors.packs.identical import pack_readers
from revenue_health.review.selectors.packs.reader_language import slides_in_language
from revenue_health.review.services.packs import PackDraft, PackProblem, decision_log, pack_draft, pack_freeze
from revenue_health.review.views.packs.forms import FreezeForm

TEMPLATE = "review/packs/freeze.html"


@require_http_methods(["GET", "POST"])
@submitted_once
def freeze(request: HttpRequest) -> HttpResponse:
    """GET shows what would be frozen and who could read it; POST freezes it (pressing twice still makes one pack)."""
    require(request, may_freeze(request.user))
    site = site_context(request)
    if site.run is None or site.company is None:
        messages.error(request, _("There are no figures to freeze yet: load a company folder and recompute first."))
        return redirect("review:packs")
    form = FreezeForm(request.POST if request.method == "POST" else request.GET, company=site.company)
    if not form.is_valid() and request.method == "POST":
        # Show the decisions again, so that nobody has to retype them.
        return page_render(request, TEMPLATE, _confirmation(form, site, None), partial="page", status=422)
    if not form.is_valid():
        messages.error(request, _("Title, period or date cannot be read. Nothing was frozen."))
        return redirect("review:packs")
    title, period, since = (form.cleaned_data[name] for name in ("title", "period", "since"))
    run, company, now = site.run, site.company, site.now
    try:
        if request.method == "GET":
            draft = pack_draft(run=run, company=company, now=now, since=since, period=period)
            return page_render(request, TEMPLATE, _confirmation(form, site, draft), partial="page")
        user = signed_in_user(request)
        pack = pack_freeze(run=run, company=company, user=user, now=now, title=title, since=since, period=period)
        by = form.cleaned_data["decided_by"].strip() or user.display_name
        for text in form.cleaned_data["decisions"]:
            decision_log(pack=pack, text=text, decided_by=by, user=user, now=now)
    except (ComparisonError, CustodyStoreMissing, PackProblem) as problem:
        if request.method == "POST":
            form.add_error(None, str(problem))
            return page_render(request, TEMPLATE, _confirmation(form, site, None), partial="page", status=422)
        messages.error(request, _("{problem} Nothing was frozen.").format(problem=problem))
        return redirect("review:packs")
    return redirect("review:pack", pk=pack.pk)


def _confirmation(form: FreezeForm, site: SiteContext, draft: PackDraft | None) -> dict[str, object]:
    """Context of the confirmation page; without a draft it shows the errors of the submitted form."""
    period = form.cleaned_data.get("period")
    return {
        "site": site,
        "form": form,
        "period": period.label if period else form["period"].value() or "",
        "since": form.cleaned_data.get("since"),
        "readers": pack_readers(),
        "twin": draft.twin if draft else None,
        "slides": slides_in_language(draft.slides) if draft else (),
    }
