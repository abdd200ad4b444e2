"""One template, two answers: the page for a browser, its named partial for an htmx request."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from departments.web.requests import HtmxRequest

THEMES = ("auto", "light", "dark")


def page_render(
    request: HttpRequest, template: str, context: dict[str, Any], *, partial: str, status: int = 200
) -> HttpResponse:
    """Render the page, or `template#partial` when htmx asks for a part of it.

    Restoring history and swaps of the whole body get the page. `Vary` keeps caches from mixing the two.
    """
    htmx = cast(HtmxRequest, request).htmx
    wants_partial = htmx and not htmx.history_restore_request and htmx.request_type != "full"
    name = f"{template}#{partial}" if wants_partial else template
    response = render(request, name, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def theme_of(request: HttpRequest) -> str:
    """The theme the reader chose: `auto` follows the system."""
    chosen = request.COOKIES.get("theme", "auto")
    return chosen if chosen in THEMES else "auto"
