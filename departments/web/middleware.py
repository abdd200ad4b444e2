"""Shows times in the reader's time zone, or the company's, and writes numbers and days the reader's way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header
from pghistory.middleware import HistoryMiddleware as RequestHistoryMiddleware

from departments.day_formats import DayStyle, style_of_language, using_day_style
from departments.formats import ENGLISH, using_number_language
from departments.masking import address_of
from departments.models import Company, User
from departments.web.language import own_language

_SECONDS = 60
COMPANY_STYLE = "company-style"
"""Where the company's style is kept for a minute; whoever changes it deletes it."""


@dataclass(frozen=True, kw_only=True)
class CompanyStyle:
    """What every page takes from the company: whose time it tells, and what it calls verdicts."""

    time_zone: str = "UTC"
    verdict_words: str = Company.VerdictWords.CONTRIBUTES.value


class HistoryMiddleware(RequestHistoryMiddleware):
    """pghistory's person and page of each change, without the key in the page's address."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        """What the audit says of where a change was made."""
        return super().get_context(request) | {"url": address_of(request)}


def time_zone_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Activates the signed-in person's time zone, else the company's; before a company is loaded, UTC."""

    def middleware(request: HttpRequest) -> HttpResponse:
        name = _own_zone(request) or company_style().time_zone
        with timezone.override(ZoneInfo(name)):
            return get_response(request)

    return middleware


def numbers_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Numbers, days and times as the account says, else as its language or the browser has them."""

    def middleware(request: HttpRequest) -> HttpResponse:
        language = _language_and_country(request)
        with using_number_language(_own_numbers(request) or language), using_day_style(_own_days(request, language)):
            response = get_response(request)
        patch_vary_headers(response, ["Accept-Language"])
        return response

    return middleware


def _language_and_country(request: HttpRequest) -> str:
    """The language of the account, with the country that the browser adds to it; else the browser's first language."""
    languages = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    language = languages[0][0] if languages else ENGLISH
    own = own_language(request)
    return own if own and language.partition("-")[0] != own else language


def _own_zone(request: HttpRequest) -> str:
    return request.user.time_zone if isinstance(request.user, User) else ""


def _own_numbers(request: HttpRequest) -> str:
    return request.user.number_style if isinstance(request.user, User) else ""


def _own_days(request: HttpRequest, language: str) -> DayStyle:
    style = replace(style_of_language(language), names=translation.get_language() or ENGLISH)
    return request.user.days_as_chosen(style) if isinstance(request.user, User) else style


def company_style() -> CompanyStyle:
    """The company's style, read once a minute; before a company is loaded, that of most."""
    style: CompanyStyle | None = cache.get(COMPANY_STYLE)
    if style is None:
        row = Company.objects.values("time_zone", "verdict_words").first()
        style = CompanyStyle(**row) if row else CompanyStyle()
        cache.set(COMPANY_STYLE, style, _SECONDS)
    return style
