"""Sending one mail, with temporary failures of the server told apart from refusals; and a test mail."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation

from departments.day_formats import BRITISH, using_day_style
from departments.formats import using_number_language
from departments.models import User

_TRY_AGAIN_FROM, _TRY_AGAIN_TO = 400, 500


class MailServerUnavailable(Exception):
    """The mail server did not answer, or asked us to try again later; unsent mail can still be sent then."""


@contextmanager
def in_language_of(person: User | None) -> Iterator[None]:
    """Write in the language, numbers and days the person chose, else the installation's: a mail has no browser."""
    offered = [code for code, _ in settings.LANGUAGES]
    language = person.language if person and person.language in offered else settings.LANGUAGE_CODE
    days = replace(BRITISH, names=language)
    with (
        translation.override(language),
        using_number_language((person and person.number_style) or language),
        using_day_style(person.days_as_chosen(days) if person else days),
    ):
        yield


def mail_send(message: EmailMessage) -> None:
    """Send a mail. Raises MailServerUnavailable where trying again later may help, else smtplib's own error."""
    try:
        message.send()
    except smtplib.SMTPException as problem:
        if is_temporary_failure(problem):
            raise MailServerUnavailable(str(problem)) from problem
        raise
    except OSError as problem:
        raise MailServerUnavailable(str(problem)) from problem


def is_temporary_failure(problem: smtplib.SMTPException) -> bool:
    """Whether the server may accept the same mail later: it could not be reached, or answered with a 4xx code."""
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in problem.recipients.values()]
        return all(_TRY_AGAIN_FROM <= code < _TRY_AGAIN_TO for code in codes)
    if isinstance(problem, smtplib.SMTPConnectError):
        return True
    if isinstance(problem, smtplib.SMTPResponseException):
        return _TRY_AGAIN_FROM <= problem.smtp_code < _TRY_AGAIN_TO
    return isinstance(problem, smtplib.SMTPServerDisconnected)


def mail_destination() -> str:
    """The mail server as "host:port", or the folder mails are written to, without any credential."""
    options = settings.MAILERS["default"]["OPTIONS"]
    return f"{options['host']}:{options['port']}" if "host" in options else f"a file in {options['file_path']}"


def test_mail_send(*, to: str) -> None:
    """Send one short mail at once. Raises OSError or smtplib.SMTPException if the server does not accept it."""
    EmailMessage(
        subject="Revenue Health: test",
        body=f"This test mail from Revenue Health arrived. Its pages are at {settings.SITE_URL}\n",
        to=[to],
    ).send()
