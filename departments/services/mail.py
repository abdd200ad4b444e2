"""Sending a mail to see whether mail arrives."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage


def mail_destination() -> str:
    """The mail server as "host:port", or the folder mails are written to, without any credential."""
    options = settings.MAILERS["default"]["OPTIONS"]
    return f"{options['host']}:{options['port']}" if "host" in options else f"a file in {options['file_path']}"


def test_mail_send(*, to: str) -> None:
    """Send one short mail at once. Raises OSError or smtplib.SMTPException where the server does not take it."""
    EmailMessage(
        subject="Revenue Health: test",
        body=f"Mail from Revenue Health arrives. Its pages are at {settings.SITE_URL}\n",
        to=[to],
    ).send()
