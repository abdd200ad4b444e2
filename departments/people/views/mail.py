"""Whether mail leaves this machine."""

from __future__ import annotations

from django.conf import settings


def has_mail_server() -> bool:
    """Without a mail server (EMAIL_URL) mail is written to files: then links are shown to be copied."""
    return not str(settings.MAILERS["default"]["BACKEND"]).endswith("filebased.EmailBackend")
