"""The network address of a visitor, and a limit on how many invalid links one visitor may try."""

from __future__ import annotations

from ipaddress import ip_address

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

WRONG_LINKS, WRONG_SECONDS = 30, 60
"""Invalid links one network address may try within that many seconds. Valid links are never counted or limited."""


def client_address(request: HttpRequest) -> str:
    """The visitor's network address. Behind a proxy this is the last one in X-Forwarded-For, which the proxy wrote:
    anything before it was sent by the client and may be forged."""
    direct = _clean(request.META.get("REMOTE_ADDR", ""))
    if not settings.BEHIND_PROXY:
        return direct
    return _clean(request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1]) or direct


def _clean(text: str) -> str:
    """The address without a port or brackets; empty where it is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    # One colon is IPv4 with a port; IPv6 without brackets has more of them and no port.
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ip_address(text))
    except ValueError:
        return ""


def count_wrong_link(request: HttpRequest) -> bool:
    """Count one try of an invalid link; returns whether this visitor has now tried too many."""
    key = f"wrong-links:{client_address(request)}"
    cache.add(key, 0, WRONG_SECONDS)
    try:
        return int(cache.incr(key)) > WRONG_LINKS
    except ValueError:  # it expired between the two
        return False
