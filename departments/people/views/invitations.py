"""Accepting an invitation with a name and a password."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from departments.models import Invitation
from departments.people.services.errors import InvitationInvalid
from departments.people.services.invitations import invitation_accept, invitation_read
from departments.people.views.forms import AcceptForm
from departments.people.views.session import sign_in
from departments.web.rendering import page_render

TEMPLATE = "people/invitation.html"


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """The form behind the link in the mail; for an invalid link, the reason."""
    try:
        invitation = invitation_read(token=token, now=timezone.now())
        form = AcceptForm(request.POST if request.method == "POST" else None, email=invitation.email)
        if request.method == "POST" and form.is_valid():
            person = invitation_accept(token=token, now=timezone.now(), **form.cleaned_data)
            sign_in(request, person)
            return redirect(settings.LOGIN_REDIRECT_URL)
    except InvitationInvalid as problem:
        return page_render(request, TEMPLATE, {"problem": str(problem)}, partial="page", status=410)
    context = {"form": form, "invitation": invitation, "what": _what(invitation)}
    response = page_render(request, TEMPLATE, context, partial="page", status=422 if form.errors else 200)
    # The address is the secret: it must not travel to another site.
    response["Referrer-Policy"] = "same-origin"
    return response


def _what(invitation: Invitation) -> str:
    department = invitation.department
    return invitation.get_role_display().lower() + (_(" of {name}").format(name=department.name) if department else "")
