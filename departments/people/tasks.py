"""Work that Celery does for people and their accounts."""

from __future__ import annotations

from celery import shared_task

from departments.mail_jobs import MAIL_JOB
from departments.models import Invitation
from departments.people.services.invitations import invitation_mail_send
from departments.people.services.password_reset import password_reset_mail_send


@shared_task(name="departments.tasks.password_reset_mail", **MAIL_JOB)
def password_reset_mail(email: str) -> None:
    """Somebody wrote an address into the form for a new password; it may be nobody's."""
    password_reset_mail_send(email=email)


def _invitation_exists(invitation_id: int) -> bool:
    return Invitation.objects.filter(pk=invitation_id).exists()


@shared_task(name="departments.tasks.invitation_mail", subject_exists=_invitation_exists, **MAIL_JOB)
def invitation_mail(invitation_id: int) -> None:
    """Somebody was invited, or is sent a new link."""
    invitation_mail_send(invitation=invitation_id)
