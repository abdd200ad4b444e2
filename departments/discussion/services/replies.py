"""Right of reply: what a department's head answers to its share, version by version."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from departments.discussion.services.errors import CommentRefused, ReplyConflict
from departments.models import Reply, User
from departments.subjects import Subject

LONGEST = 5_000


def reply_add(*, subject: Subject, text: str, author: User, seen: int, now: datetime) -> Reply | None:
    """Add a version to the reply. `seen` is the newest version that was on the author's page (0: none).

    The same words again make no new version. ReplyConflict when somebody was quicker.
    """
    assert subject.department is not None, "only departments answer"
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not text:
        raise CommentRefused(_("Write something first."))
    if len(text) > LONGEST:
        raise CommentRefused(_("That is longer than {longest:,} characters.").format(longest=LONGEST))
    versions = Reply.objects.filter(subject=subject.text)
    newest = versions.aggregate(newest=Max("version"))["newest"] or 0
    own = versions.filter(version=seen + 1, text=text, author=author)
    if newest == seen + 1 and own.exists():
        return None  # the form was sent twice
    if newest != seen:
        raise _conflict()
    if versions.filter(version=newest, text=text).exists():
        return None
    try:
        with transaction.atomic():
            return Reply.objects.create(
                department=subject.department,
                subject=subject.text,
                version=newest + 1,
                text=text,
                author=author,
                at=now,
            )
    except IntegrityError:
        if own.exists():
            return None
        raise _conflict() from None


def _conflict() -> ReplyConflict:
    return ReplyConflict(
        _(
            "Another answer was saved in the meantime; it is shown above. Nothing of yours was "
            "saved: read it, and save yours again if it should follow."
        )
    )
