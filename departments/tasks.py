"""Work that Celery does for the ground floor: each task calls one service."""

from __future__ import annotations

import smtplib

from celery import shared_task
from django.db import InterfaceError, OperationalError

from departments.services.mentions import mention_mail_send

_ONCE_THERE_AGAIN = {
    # A server that is away or busy; an address it refuses is not tried again.
    "autoretry_for": (
        OperationalError,
        InterfaceError,
        ConnectionError,
        TimeoutError,
        smtplib.SMTPServerDisconnected,
        smtplib.SMTPConnectError,
    ),
    "retry_backoff": True,
    "retry_jitter": True,
    "max_retries": 5,
}


@shared_task(**_ONCE_THERE_AGAIN)
def mention_mail(comment_id: int, user_id: int) -> None:
    """Somebody was mentioned in a comment."""
    mention_mail_send(comment=comment_id, user=user_id)
