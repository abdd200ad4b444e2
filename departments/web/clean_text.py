"""Cleans the text that comes with a request before any page or table sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from departments.core.text import clean_text, needs_cleaning


class CleanTextMiddleware:
    """Writes a space for each control character in queries, forms and cookies, and leaves out signs that turn the
    direction of reading; a path with one leads nowhere.

    They come along with text pasted from slides and mails, nobody sees them, and the database, XML and files refuse
    some of them, each in its own place and way. Passwords stay as they are.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if needs_cleaning(request.path_info):
            raise Http404(_("The address contains a control character."))
        request.GET = _clean_query(request.GET)
        request.COOKIES = {name: clean_text(value) for name, value in request.COOKIES.items()}
        _clean_when_read(request)
        return self.get_response(request)


def _clean_when_read(request: HttpRequest) -> None:
    """Clean a form when it is first read, which is up to the view that limits its size or handles its files."""
    load = request._load_post_and_files  # the one place all forms come through

    def load_readable() -> None:
        load()
        request._post = _clean_query(request._post)  # type: ignore[attr-defined]

    request._load_post_and_files = load_readable  # type: ignore[method-assign]


def _clean_query(query: Any) -> Any:
    """The query itself if nothing needs cleaning, else a cleaned copy."""
    if not any(needs_cleaning(text) for name, values in query.lists() for text in (name, *values)):
        return query
    cleaned = QueryDict(mutable=True)
    for name, values in query.lists():
        cleaned.setlist(clean_text(name), values if "password" in name else [clean_text(value) for value in values])
    cleaned._mutable = False
    return cleaned
