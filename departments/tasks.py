"""Work that Celery does for the ground floor: each task calls one service."""

from __future__ import annotations

from datetime import date
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from departments.discussion.services.mentions import mention_mail_send
from departments.jobs import TRANSIENT, JobTask, left_jobs_send
from departments.models import User
from departments.models.jobs import STALE_SECONDS
from departments.people.services.invitations import invitation_mail_send
from departments.people.services.password_reset import password_reset_mail_send
from departments.services.mail import MailServerAway
from departments.updates.selectors.owed import owed, reminders_due
from departments.updates.services.reminders import reminders_ask, reminders_send

_MAIL: dict[str, Any] = {
    "base": JobTask,
    # A server that is away or busy; an address it refuses is not tried again.
    "transient": (*TRANSIENT, ConnectionError, TimeoutError, MailServerAway),
    # A mail somebody waits for: a mail server that is away for half an hour loses none.
    "pause_seconds": 15.0,
    "most_attempts": 9,
}


@shared_task
def jobs_continue(at_start: bool = False) -> None:
    """Every minute, and when a worker starts: what a killed worker left is done by another."""
    left_jobs_send(at_start=at_start)


@worker_ready.connect
def _look_for_jobs_left(**kwargs: Any) -> None:
    jobs_continue.delay(at_start=True)
    # A worker that was killed a moment ago still seems to live; beat may not run.
    jobs_continue.apply_async(countdown=STALE_SECONDS + 5)


@shared_task(**_MAIL)
def mention_mail(comment_id: int, user_id: int) -> None:
    """Somebody was mentioned in a comment."""
    mention_mail_send(comment=comment_id, user=user_id)


@shared_task(**_MAIL)
def reminders_hourly() -> None:
    """Beat asks every hour: whose reminder is due, where it is a decent hour now?"""
    now = timezone.now()
    reminders_send(due=reminders_due(now=now), now=now)


@shared_task(**_MAIL)
def reminder_asked(department_id: int, week: str, user_id: int, words: str = "") -> None:
    """The button of an executive."""
    now = timezone.now()
    found = owed(week=date.fromisoformat(week), now=now, department=department_id)
    reminders_ask(owed=found, by=User.objects.filter(pk=user_id).first(), words=words, now=now)


@shared_task(**_MAIL)
def password_reset_mail(email: str) -> None:
    """Somebody wrote an address into the form for a new password; it may be nobody's."""
    password_reset_mail_send(email=email)


@shared_task(**_MAIL)
def invitation_mail(invitation_id: int) -> None:
    """Somebody was invited, or is sent a new link."""
    invitation_mail_send(invitation=invitation_id)
