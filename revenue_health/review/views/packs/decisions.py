"""The decision log: what was decided, by whom, on which pack."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from departments.access import may_freeze, may_see_packs, require
from departments.web.double_submission import submitted_once
from departments.web.rendering import page_render
from departments.web.requests import signed_in_user
from pipeline.page.site_context import site_context
from revenue_health.review.selectors.packs.archive import decisions_listed
from revenue_health.review.services.packs import PackProblem, decision_log
from revenue_health.review.views.packs.forms import DecisionForm
from revenue_health.review.views.packs.page import PACK_TEMPLATE, pack_context, pack_or_404

TEMPLATE = "review/packs/decision_log.html"
MOST_LISTED = 500


@require_GET
def decision_list(request: HttpRequest) -> HttpResponse:
    """All decisions that stand, newest first."""
    require(request, may_see_packs(request.user))
    context = {"site": site_context(request), "decisions": decisions_listed(limit=MOST_LISTED)}
    return page_render(request, TEMPLATE, context, partial="page")


@require_POST
@submitted_once
def log(request: HttpRequest, pk: int) -> HttpResponse:
    """Write one down, or correct one."""
    require(request, may_freeze(request.user))
    pack = pack_or_404(pk)
    form = DecisionForm(request.POST, pack=pack)
    user = signed_in_user(request)
    if form.is_valid():
        try:
            decision_log(pack=pack, user=user, now=site_context(request).now, **form.cleaned_data)
        except PackProblem as problem:
            form.add_error(None, str(problem))
    if not form.is_valid():
        context = pack_context(request, pack, decision_form=form)
        return page_render(request, PACK_TEMPLATE, context, partial="page", status=422)
    messages.success(request, _("The decision is in the log."))
    return redirect(f"{reverse('review:pack', args=[pack.pk])}#decisions")
