"""Pages are in the reader's language: the one chosen in the account, else the browser's first that is offered."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from departments.models import User


def language_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Activates the reader's language for one request, and says in the response which it is."""

    def middleware(request: HttpRequest) -> HttpResponse:
        language = language_of(request)
        with translation.override(language):
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware


def language_of(request: HttpRequest) -> str:
    """The reader's language; English where nothing that is offered fits."""
    offered = [code for code, _ in settings.LANGUAGES]
    own = own_language(request)
    if own in offered:
        return own
    for tag, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if (code := tag.partition("-")[0]) in offered:
            return code
    return str(settings.LANGUAGE_CODE)


def own_language(request: HttpRequest) -> str:
    """The language chosen in the account; empty to follow the browser."""
    return request.user.language if isinstance(request.user, User) else ""
