"""Mail to who was mentioned in a comment."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from departments.models import Comment, User
from departments.services.mail import in_language_of, mail_send
from departments.subjects import SubjectUnknown, subject_of, subject_visible

REMEMBERED_SECONDS = 7 * 24 * 3600


def mention_mail_send(*, comment: int, user: int) -> bool:
    """Tell one person of one comment, once; False when there is nothing to tell (any more).

    What was sent is remembered after sending: a worker that dies in between sends again, and never not at all.
    """
    mark = f"mention-mail:{comment}:{user}"
    comment_row = Comment.objects.select_related("author").filter(pk=comment, mentions=user).first()
    person = User.objects.filter(pk=user, is_active=True).exclude(email="").first()
    if comment_row is None or person is None or cache.get(mark) or not _still_visible(comment_row, person):
        return False
    address = f"{settings.SITE_URL}{reverse('departments:comments')}?{urlencode({'subject': comment_row.subject})}"
    author = comment_row.author.display_name
    name = person.display_name
    context = {"comment": comment_row, "author": author, "name": name, "address": f"{address}#comment-{comment_row.pk}"}
    with in_language_of(person):
        mail_send(
            EmailMessage(
                subject=" ".join(
                    _("{author} mentioned you: {subject_label}")
                    .format(author=author, subject_label=comment_row.subject_label)
                    .split()
                ),
                body=render_to_string("discussion/mail/mention.txt", context),
                to=[person.email],
            )
        )
    cache.set(mark, True, REMEMBERED_SECONDS)
    return True


def _still_visible(comment: Comment, person: User) -> bool:
    try:
        return subject_visible(person, subject_of(comment.subject))
    except SubjectUnknown:
        return False
