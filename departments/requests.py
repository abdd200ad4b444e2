"""The request as our middleware leaves it."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class HtmxRequest(HttpRequest):
    """A request with the headers of htmx read by django-htmx: `request.htmx` is true when htmx made it."""

    htmx: HtmxDetails
