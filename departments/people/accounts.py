"""How people get in: nobody signs up by themselves; accounts are made by invitation, also through single sign-on."""

from __future__ import annotations

from typing import Any

import requests
import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy

from departments.models import Invitation, User
from departments.people.services.invitations import invitation_complete
from departments.web.visitors import client_address

log = structlog.get_logger("departments.accounts")
_ANYWHERE = "login_failed_anywhere"
ATTEMPTS_ANYWHERE = "100/h/key"
"""Wrong passwords for one account from all addresses together; one address has 5 in five minutes."""
AWAY = gettext_lazy("Your company’s single sign-on is not responding. Try again in a moment.")


CHANGED = gettext_lazy("The password was set in the meantime; yours was not saved.")


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Closes open sign-up: this is a company's inside, not a public site.

    Wrong passwords are counted by network address (allauth's limit), by address and account, and by account alone. The
    last limit is above what one address can reach, so nobody can keep another person out by guessing.
    """

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The same address that all other limits go by."""
        return client_address(request) or str(super().get_client_ip(request))

    @transaction.atomic
    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Of two who use one link at once, or change one password, the first counts and the second reads so."""
        stored = User.objects.select_for_update(no_key=True).values_list("password", flat=True).get(pk=user.pk)
        if stored != user.password:
            messages.error(self.request, CHANGED)
            raise ImmediateHttpResponse(redirect(self.request.path))
        user.set_password(password)
        user.save(update_fields=["password"])

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt, also for the account alone; a right password takes its attempt back."""
        super().pre_authenticate(request, **credentials)
        # Of the parent: our own below adds the address, and this limit is for the account alone.
        account = super()._get_login_attempts_cache_key(request, **credentials)
        usage = ratelimit.consume(
            request, app="departments", action=_ANYWHERE, key=account, config={_ANYWHERE: ATTEMPTS_ANYWHERE}
        )
        if not usage:
            raise self.validation_error("too_many_login_attempts")
        self._login_failed_rl_usage.usage.extend(usage.usage)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        account = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{account}:{self.get_client_ip(request)}"


class InvitedOnlyAdapter(DefaultSocialAccountAdapter):
    """Single sign-on lets in people with an account for the address, or an invitation to it. The provider must say that
    the address is verified."""

    def get_requests_session(self) -> requests.Session:
        """A session whose questions end on our sign-in page, in words, where the provider is away."""
        session: requests.Session = super().get_requests_session()
        ask = session.request

        def request_with_timeout(method: str, *arguments: Any, **more: Any) -> requests.Response:
            try:
                answer = ask(method, *arguments, **more)
                if method.upper() == "GET":  # refused codes and tokens are the library's own to tell
                    answer.raise_for_status()
            except requests.RequestException as problem:
                log.warning("single sign-on is away", problem=str(problem))
                messages.error(self.request, AWAY)
                raise ImmediateHttpResponse(redirect("account_login")) from problem
            return answer

        # The library itself wraps this method of its session in the same way, for its timeout.
        session.request = request_with_timeout  # type: ignore[method-assign]
        return session

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return _invitation(sociallogin) is not None

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        """The account of an invited person, with the role of the invitation."""
        invitation = _invitation(sociallogin, lock=True)
        assert invitation is not None
        sociallogin.user.email = invitation.email
        person: User = super().save_user(request, sociallogin, form)
        invitation_complete(person=person, invitation=invitation, now=timezone.now())
        return person


def _invitation(sociallogin: Any, *, lock: bool = False) -> Invitation | None:
    """The open invitation of one of the verified addresses."""
    rows = Invitation.objects.select_for_update() if lock else Invitation.objects.all()
    verified = [address.email for address in sociallogin.email_addresses if address.verified]
    for email in verified:
        invitation = rows.filter(
            email__iexact=email, accepted_at=None, revoked_at=None, expires_at__gt=timezone.now()
        ).first()
        if invitation:
            return invitation
    return None
