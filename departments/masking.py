"""Removes secret keys from everything that is recorded: log lines, tracebacks, addresses in the audit.

Four addresses of this product are keys by themselves (update links, board links, invitations, password resets), and a
query string may carry a fifth (the code of single sign-on). A reader of a log must not be able to use one. `address_of`
knows the routes; `mask` is for text that others wrote, such as the message of an exception or of the web server.
"""

from __future__ import annotations

import re

from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve

HIDDEN = "***"
SECRET_ROUTES = {
    "account_reset_password_from_key": {"uidb36", "key"},
    "account_confirm_email": {"key"},
}
"""URL parameters that open something, by view; one called `token` does in every view."""

_LEAST = 24
"""Shorter words are not taken for random tokens: ours have 24 characters and more."""
_RULES = (
    (re.compile(r"((?:^|[\s'\"(=,]|://[^\s/'\"]+)/(?:u|b|invitations)/)[^\s'\"<>?]+"), rf"\1{HIDDEN}/"),
    (re.compile(r"(password/reset/key/|/confirm-email/)[^\s'\"<>?]+"), rf"\1{HIDDEN}/"),
    # All values of a query string: `code` and `state`, and `next` with an address that is a key.
    (re.compile(r"([?&][\w.%\[\]-]+=)[^&\s'\"<>]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)((?:sessionid|csrftoken|csrfmiddlewaretoken)['\"]?\s*[=:]\s*['\"]?)[^\s;,'\"]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)\b(bearer|basic) [\w.~+/=-]{8,}"), rf"\1 {HIDDEN}"),
    # The password in the address of a server.
    (re.compile(r"(\w://[^\s:/@'\"]*:)[^\s@/'\"]+@"), rf"\1{HIDDEN}@"),
)
_WORD = re.compile(rf"[\w-][\w.:-]{{{_LEAST - 2},}}[\w-]", re.ASCII)
_DIGEST = re.compile(r"(?:^|-)(?=[a-z]*\d)[0-9a-z]{32}$")
"""A session's key, or the digest that ends the key of a password reset; with hyphens inside it is the id of a task."""


def mask(text: str) -> str:
    """The text with every key in it replaced by `***`."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return _WORD.sub(_masked_word, text)


def _masked_word(match: re.Match[str]) -> str:
    """Random tokens and signed values are long and mix upper case, lower case and digits; names and times do not."""
    word = match[0]
    mixed = any(c.isdigit() for c in word) and any(c.isupper() for c in word) and any(c.islower() for c in word)
    return HIDDEN if mixed or _DIGEST.search(word) else word


def route_of(request: HttpRequest) -> ResolverMatch | None:
    """The route of a request, also before the handler has resolved it; None where no page is."""
    if request.resolver_match:
        return request.resolver_match
    try:
        return resolve(request.path_info)
    except Resolver404:
        return None


def address_of(request: HttpRequest) -> str:
    """The path of a request as it may be written down: without its query, and without a key in it."""
    match, path = route_of(request), request.path
    if match:
        secret = SECRET_ROUTES.get(match.view_name, set()) | {"token"}
        for name, value in match.kwargs.items():
            if name in secret:
                path = path.replace(str(value), HIDDEN)
    return mask(path)
