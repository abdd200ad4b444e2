"""Work that Celery does for the week's updates."""

from __future__ import annotations

from datetime import date
from typing import Any

from celery import shared_task
from django.utils import timezone

from departments.mail_jobs import MAIL_JOB
from departments.models import Department, User
from departments.updates.selectors.owed import owed, reminders_due
from departments.updates.services.reminders import reminders_request, reminders_send


@shared_task(name="departments.tasks.reminders_hourly", **MAIL_JOB)
def reminders_hourly() -> None:
    """Hourly: send the reminders that are due, to people for whom it is working hours now."""
    now = timezone.now()
    reminders_send(due=reminders_due(now=now), now=now)


def _department_exists(department_id: int, *args: Any, **kwargs: Any) -> bool:
    return Department.objects.filter(pk=department_id).exists()


@shared_task(name="departments.tasks.reminder_asked", subject_exists=_department_exists, **MAIL_JOB)
def reminder_asked(department_id: int, week: str, user_id: int, message: str = "") -> None:
    """An executive asked for a reminder by button."""
    now = timezone.now()
    missing = owed(week=date.fromisoformat(week), now=now, department=department_id)
    reminders_request(owed=missing, by=User.objects.filter(pk=user_id).first(), message=message, now=now)
