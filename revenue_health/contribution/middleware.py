"""Pages call verdicts what the company calls them."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from departments.web.middleware import company_style
from revenue_health.contribution.verdict_words import using_verdict_words


def verdict_words_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Verdicts in the words of the company's settings, in every response."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with using_verdict_words(company_style().verdict_words):
            return get_response(request)

    return middleware
