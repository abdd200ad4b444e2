"""Where mail goes: a mail server named by EMAIL_URL; without one, files in the home, where a person can read them."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from revenue_health.embedded.home import Home

TIMEOUT_SECONDS = 20
LOCAL = "http://localhost:8000"
_SMTP = {"smtp": {}, "smtp+tls": {"use_tls": True}, "smtps": {"use_ssl": True}}
_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


def mailers(url: str, folder: str) -> dict[str, dict[str, Any]]:
    """Django's MAILERS for an address such as `smtp+tls://user:password@mail.example.com:587`."""
    if not url:
        return {
            "default": {
                "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
                "OPTIONS": {"file_path": folder},
            }
        }
    parts = urlsplit(url)
    if parts.scheme not in _SMTP or not parts.hostname:
        raise ImproperlyConfigured(
            "EMAIL_URL names no mail server. Write smtp://host:25, smtp+tls://user:password@host:587 or "
            "smtps://user:password@host:465; special characters in the password percent-encoded."
        )
    options: dict[str, Any] = {
        "host": parts.hostname,
        "port": parts.port or _PORTS[parts.scheme],
        "timeout": TIMEOUT_SECONDS,
        **_SMTP[parts.scheme],
    }
    if parts.username:
        options |= {"username": unquote(parts.username), "password": unquote(parts.password or "")}
    return {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}


def site_url(value: str, *, home: Home, server: bool) -> str:
    """The address in links of mails. A home knows where it is served; a server is told by SITE_URL."""
    if not value:
        return LOCAL if server else home.site_url()
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ImproperlyConfigured(
            f"SITE_URL is {value!r}, which is not an address. Write how people open the dashboard: https://revenue.example.com"
        )
    return value.rstrip("/")
