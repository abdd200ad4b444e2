"""The request as our middleware leaves it."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from departments.models import User


class HtmxRequest(HttpRequest):
    """A request with the headers of htmx read by django-htmx: `request.htmx` is true when htmx made it."""

    htmx: HtmxDetails


def signed_in_user(request: HttpRequest) -> User:
    """The signed-in user, on pages that require sign-in."""
    assert isinstance(request.user, User)
    return request.user


def next_page(request: HttpRequest, otherwise: str) -> str:
    """The page of this site to redirect to after a form; only a path, since `redirect` takes other texts for names."""
    address = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if own and address.startswith("/") else otherwise
