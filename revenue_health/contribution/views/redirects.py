"""Redirects of addresses from earlier releases, for bookmarks and mails, to the drivers page of the same period."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from departments.access import may_see_company, require


@require_GET
def drivers(request: HttpRequest) -> HttpResponse:
    """Accountability and the bridge are one page now."""
    require(request, may_see_company(request.user))
    return HttpResponsePermanentRedirect(_with_query(request, reverse("review:drivers")))


@require_GET
def driver(request: HttpRequest, key: str) -> HttpResponse:
    """The working behind one party's share."""
    require(request, may_see_company(request.user))
    return HttpResponsePermanentRedirect(_with_query(request, reverse("review:driver", args=[key])))


def _with_query(request: HttpRequest, address: str) -> str:
    query = request.META.get("QUERY_STRING", "")
    return f"{address}?{query}" if query else address
