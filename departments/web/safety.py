"""Middleware of every page: ends idle sessions, requires second factors, switches off browser features."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from departments.access import user_roles
from departments.models import User

Handler = Callable[[HttpRequest], HttpResponse]
POLICY = "accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()"
_SEEN = "seen"
_NOTE_SECONDS = 600
"""How often it is written down that somebody is there: not with every page."""
_ALWAYS = ("/accounts/", "/static/", "/theme/", "/healthz")
"""What a person without the second factor needs to set it up, or to leave."""


@receiver(user_logged_in)
def note_sign_in(request: HttpRequest, **more: Any) -> None:
    """A session begins now."""
    request.session[_SEEN] = int(time.time())


def idle_middleware(get_response: Handler) -> Handler:
    """Sign out people who have been idle for SESSION_IDLE_HOURS; 0 switches this off."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_IDLE_HOURS and isinstance(request.user, User):
            now = int(time.time())
            # The idle time of sessions from an earlier release starts counting now.
            seen = int(request.session.setdefault(_SEEN, now))
            if now - seen > settings.SESSION_IDLE_HOURS * 3600:
                logout(request)
                messages.info(request, _("You were signed out after a period of inactivity."))
                return redirect("account_login")
            if now - seen > _NOTE_SECONDS:
                request.session[_SEEN] = now
        return get_response(request)

    return middleware


def second_factor_middleware(get_response: Handler) -> Handler:
    """Send people of SECOND_FACTOR_ROLES to set up a second factor; until then they see no other page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if (
            settings.SECOND_FACTOR_ROLES
            and isinstance(user, User)
            and not request.path.startswith(_ALWAYS)
            and user_roles(user).has(*settings.SECOND_FACTOR_ROLES)
            and not is_mfa_enabled(user)
        ):
            messages.warning(request, _("Your role needs a second factor. Set up codes from an app, or a passkey."))
            return redirect("mfa_index")
        return get_response(request)

    return middleware


def policy_middleware(get_response: Handler) -> Handler:
    """Forbid scripts to use the camera, the microphone and the like, which none of our pages needs."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", POLICY)
        return response

    return middleware
