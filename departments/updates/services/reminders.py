"""Sending reminders: each is recorded, committed and only then mailed, so that nobody gets one twice.

A second sender, also one that takes over from a killed worker, finds the row and sends nothing. When the mail server
does not take the mail, the row goes again. A worker that is killed at the very moment of sending leaves a row whose
mail may not have left: one person misses one reminder, rather than getting it every time a worker dies.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from departments.day_formats import day_text
from departments.formats import counted
from departments.models import Company, Reminder, User, current_company
from departments.services.mail import MailServerUnavailable, in_language_of, is_temporary_failure
from departments.updates.owed_values import DueReminder, Owed, zone_of
from departments.updates.services.update_links import update_link_address, update_link_issue

ASKED_AGAIN_AFTER = timedelta(hours=1)
"""Who asks for the same reminder sooner asks for nothing."""
LONGEST_WORDS = 500
log = structlog.get_logger("departments.reminders")


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What one run did."""

    sent: tuple[Owed, ...]
    refused: tuple[Owed, ...]
    """Whose address the mail server does not take."""


def reminders_send(*, due: Iterable[DueReminder], now: datetime) -> Sent:
    """Send the reminders that are due; a repeated call sends the rest. MailServerUnavailable if the server is down."""

    return _send_all([(reminder.owed, partial(_send_once, reminder, now)) for reminder in due])


def reminders_request(*, owed: Iterable[Owed], by: User | None, message: str, now: datetime) -> Sent:
    """Remind people of the values they owe because somebody asked for it, perhaps with a message."""
    message = message.strip()[:LONGEST_WORDS]
    return _send_all([(item, partial(_send_requested, item, by, message, now)) for item in owed])


def _send_all(work: list[tuple[Owed, Callable[[], bool]]]) -> Sent:
    sent, refused = [], []
    for item, send in work:
        try:
            if send():
                sent.append(item)
        except smtplib.SMTPException as problem:
            if is_temporary_failure(problem):
                raise MailServerUnavailable(str(problem)) from problem
            log.warning("reminder refused", user=item.user.get_username(), problem=str(problem))
            refused.append(item)
        except OSError as problem:
            raise MailServerUnavailable(str(problem)) from problem
    return Sent(sent=tuple(sent), refused=tuple(refused))


def _send_once(due: DueReminder, now: datetime) -> bool:
    """Send one reminder unless it was sent."""
    item = due.owed
    address = _address(item, now)
    row, created = Reminder.objects.get_or_create(
        user=item.user,
        department_id=item.department,
        week=item.week,
        kind=due.kind,
        defaults={"sent_at": now, "missing": len(item.missing)},
    )
    if created:
        with _withdrawn_unless_sent(row):
            _mail(item, address, now=now)
    return created


@contextmanager
def _withdrawn_unless_sent(row: Reminder, *, before: Reminder | None = None) -> Iterator[None]:
    """The row as it was `before` (or none) when the mail server did not take the mail."""
    try:
        yield
    except Exception:
        row.delete() if before is None else before.save()
        raise


def _send_requested(item: Owed, by: User | None, message: str, now: datetime) -> bool:
    """Send a requested reminder, unless one was sent within the last hour."""
    address, before = _address(item, now), None
    with transaction.atomic():
        row, created = Reminder.objects.select_for_update().get_or_create(
            user=item.user,
            department_id=item.department,
            week=item.week,
            kind=Reminder.Kind.REQUESTED,
            defaults={"sent_at": now, "missing": len(item.missing), "asked_by": by},
        )
        if not created:
            if now - row.sent_at < ASKED_AGAIN_AFTER:
                return False
            before = copy(row)
            row.sent_at, row.missing, row.asked_by = now, len(item.missing), by
            row.save()
    with _withdrawn_unless_sent(row, before=before):
        _mail(item, address, now=now, by=by, message=message)
    return True


def _address(item: Owed, now: datetime) -> str:
    """The update link, committed before its mail leaves: a link in a mail always exists."""
    link = update_link_issue(user=item.user, department=item.department, week=item.week, now=now)
    return update_link_address(link)


def _mail(item: Owed, address: str, *, now: datetime, by: User | None = None, message: str = "") -> None:
    company = current_company()
    with in_language_of(item.user), timezone.override(zone_of(item.user, company)):
        mail = _written(item, address, company, now=now, by=by, message=message)
    mail.send()


def _written(
    item: Owed, address: str, company: Company, *, now: datetime, by: User | None, message: str
) -> EmailMultiAlternatives:
    closes_at = company.close_rule.closes_at(item.week)
    context = {
        "owed": item,
        "name": item.user.first_name or item.user.get_username(),
        "count": counted(len(item.missing), "number"),
        "closes_at": closes_at,
        "closed": closes_at <= now,
        "address": address,
        "my_address": f"{settings.SITE_URL}{reverse('departments:my')}?week={item.week.isoformat()}",
        "by": by.display_name if by else "",
        "words": message,
        "company": company,
    }
    if context["closed"]:
        state = ngettext("is missing", "are missing", len(item.missing))
    else:
        state = ngettext("is due", "are due", len(item.missing))
    subject = _("{department_name}: {count} for the week of {week} {state}").format(
        department_name=item.department_name, count=context["count"], week=day_text(item.week, "%-d %b"), state=state
    )
    mail = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=render_to_string("updates/mail/reminder.txt", context),
        to=[item.user.email],
        # Keeps out-of-office replies away from this address.
        headers={"Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string("updates/mail/reminder.html", context), "text/html")
    return mail
