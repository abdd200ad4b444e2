"""Read-only links that expire: created and revoked on the page of a pack, usable by anyone with the address."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from departments.access import may_freeze, require
from departments.web.double_submission import submission_key
from departments.web.rendering import page_render
from departments.web.requests import signed_in_user
from departments.web.visitors import count_wrong_link
from pipeline.page.site_context import site_context
from revenue_health.review.models import PackLink
from revenue_health.review.selectors.packs.links import link_behind
from revenue_health.review.services.pack_links import link_create, link_record_visit, link_revoke
from revenue_health.review.views.packs.board import board_context
from revenue_health.review.views.packs.forms import LinkForm
from revenue_health.review.views.packs.page import PACK_TEMPLATE, pack_context, pack_or_404

LINK_CLOSED = "review/packs/link_closed.html"


@require_POST
def create(request: HttpRequest, pk: int) -> HttpResponse:
    """Create a link and show its address; the same form sent again shows the same one, while it works."""
    require(request, may_freeze(request.user))
    pack = pack_or_404(pk)
    form = LinkForm(request.POST)
    if not form.is_valid():
        context = pack_context(request, pack, link_form=form)
        return page_render(request, PACK_TEMPLATE, context, partial="page", status=422)
    user, now, submission = signed_in_user(request), site_context(request).now, submission_key(request)
    link, token = link_create(pack=pack, user=user, now=now, submission=submission, **form.cleaned_data)
    address = request.build_absolute_uri(reverse("review:pack_link", args=[token])) if link.open_at(now) else ""
    context = pack_context(request, pack) | {"made": address}
    return page_render(request, PACK_TEMPLATE, context, partial="page")


@require_POST
def revoke(request: HttpRequest, pk: int, link: int) -> HttpResponse:
    """Revoke a link."""
    require(request, may_freeze(request.user))
    link_revoke(link=get_object_or_404(PackLink, pk=link, pack_id=pk), now=site_context(request).now)
    messages.success(request, _("The link no longer works."))
    return redirect(f"{reverse('review:pack', args=[pk])}#links")


@login_not_required
@require_GET
def shared_board(request: HttpRequest, token: str) -> HttpResponse:
    """Show the board of the pack that a token gives access to; for an invalid token, a page that says what to do."""
    now = timezone.now()
    link = link_behind(token=token)
    if link is None:
        many = count_wrong_link(request)
        return _private(render(request, LINK_CLOSED, {"many": many}, status=429 if many else 404))
    if not link.open_at(now):
        return _private(render(request, LINK_CLOSED, status=410))
    link_record_visit(link=link, now=now)
    context = board_context(link.pack, hide_names=link.hide_names) | {
        "link": link,
        "until": timezone.localtime(link.expires_at),
    }
    return _private(render(request, "review/packs/board.html", context))


def _private(response: HttpResponse) -> HttpResponse:
    """Set headers so that the page is not indexed, cached, or sent to other sites as a referrer."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store, private"
    return response
