"""Pages of the ground floor: signing in with one click in a demo, and the theme."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from departments.access import user_roles
from departments.models import Membership, User
from departments.people.demo import demo_sign_in_is_open, same_account
from departments.web.rendering import THEMES
from departments.web.requests import next_page

YEAR_SECONDS = 365 * 24 * 3600


def sign_in(request: HttpRequest, person: User) -> None:
    """Sign in without any further check; the session appears in the person's list of sessions."""
    # Django asks for it where there are several backends and none has authenticated.
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    UserSession.objects.create_from_request(request)


@login_not_required
@require_POST
def sign_in_as(request: HttpRequest, username: str) -> HttpResponse:
    """Sign in as one of the demo's people without a password: in a demo home only, never as staff."""
    if not demo_sign_in_is_open():
        raise Http404
    if not same_account(request):
        messages.error(request, _("One click signs in only the account of this machine that started the demo."))
        return redirect("account_login")
    person = get_object_or_404(User, username=username, is_active=True, is_staff=False, is_superuser=False)
    sign_in(request, person)
    return redirect(next_page(request, resolve_url(settings.LOGIN_REDIRECT_URL)))


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Redirect after sign-in: heads to the values they owe this week, everyone else to the review."""
    roles = user_roles(request.user)
    heads = bool(roles.leads) and not roles.has(Membership.Role.EXECUTIVE, Membership.Role.ANALYST)
    return redirect("departments:my" if heads else "/")


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember the theme in a cookie; with JavaScript the page does it itself."""
    chosen = request.POST.get("theme", "auto")
    response = redirect(next_page(request, resolve_url(settings.LOGIN_REDIRECT_URL)))
    if chosen in THEMES:
        response.set_cookie("theme", chosen, max_age=YEAR_SECONDS, samesite="Lax")
    return response
