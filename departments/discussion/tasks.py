"""Work that Celery does for discussion."""

from __future__ import annotations

from celery import shared_task

from departments.discussion.services.mentions import mention_mail_send
from departments.mail_jobs import MAIL_JOB
from departments.models import Comment


def _comment_exists(comment_id: int, user_id: int) -> bool:
    return Comment.objects.filter(pk=comment_id).exists()


@shared_task(name="departments.tasks.mention_mail", subject_exists=_comment_exists, **MAIL_JOB)
def mention_mail(comment_id: int, user_id: int) -> None:
    """Notify a person who was mentioned in a comment."""
    mention_mail_send(comment=comment_id, user=user_id)
