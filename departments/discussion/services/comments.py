"""Comments: said, edited within minutes, resolved and opened again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from departments.discussion.services.errors import CommentRefused
from departments.models import Comment, User
from departments.services.repeats import repeated
from departments.subjects import Subject, people_who_see

EDIT_MINUTES = 15
LONGEST = 5_000
# The last sign is no full stop: that one ends the sentence, not the name.
MENTION = re.compile(r"(?<![\w@.])@([\w.+-]*[\w+-])")


@dataclass(frozen=True, kw_only=True)
class SavedComment:
    """A saved comment: whom to notify, and which mentioned names belong to nobody who may see the figure."""

    comment: Comment
    notified: tuple[int, ...]
    not_notified: tuple[str, ...]


def comment_add(
    *, subject: Subject, text: str, author: User, now: datetime, parent: Comment | None = None
) -> SavedComment:
    """Comment on a figure, or answer a comment. Threads have one level: an answer to an answer joins the thread."""
    text = _checked(text)
    if parent is not None:
        parent = parent.parent or parent
        if parent.subject != subject.text:
            raise CommentRefused(_("The comment you reply to is about another figure."))
    with transaction.atomic():
        same = Comment.objects.filter(subject=subject.text, text=text, author=author, parent=parent)
        if saved := repeated(same, by=author, time_field="at", now=now):
            return SavedComment(comment=saved, notified=(), not_notified=_mentioned(subject, text)[1])
        comment = Comment.objects.create(
            subject=subject.text,
            subject_label=subject.label,
            subject_url=subject.address,
            text=text,
            author=author,
            at=now,
            parent=parent,
        )
        people, unknown = _mentioned(subject, text)
        comment.mentions.set(people)
    return SavedComment(comment=comment, notified=_ids(people, but=author), not_notified=unknown)


def comment_edit(*, comment: Comment, subject: Subject, text: str, author: User, now: datetime) -> SavedComment:
    """Edit one's own comment within the first minutes; people newly mentioned are notified."""
    text = _checked(text)
    if comment.author_id != author.pk:
        raise CommentRefused(_("Only the author can edit this comment."))
    if now > editable_until(comment):
        raise CommentRefused(
            _("Comments can be edited for {edit_minutes} minutes. Reply instead.").format(edit_minutes=EDIT_MINUTES)
        )
    with transaction.atomic():
        before = set(comment.mentions.values_list("pk", flat=True))
        comment.text, comment.edited_at = text, now
        comment.save(update_fields=["text", "edited_at"])
        people, unknown = _mentioned(subject, text)
        comment.mentions.set(people)
    fresh = [person for person in people if person.pk not in before]
    return SavedComment(comment=comment, notified=_ids(fresh, but=author), not_notified=unknown)


def comment_resolve(*, comment: Comment, user: User, now: datetime) -> None:
    """The thread is settled; it stays readable."""
    _thread(comment)
    Comment.objects.filter(pk=comment.pk, resolved_at=None).update(resolved_at=now, resolved_by=user)


def comment_reopen(*, comment: Comment) -> None:
    """It is not settled after all."""
    _thread(comment)
    Comment.objects.filter(pk=comment.pk).update(resolved_at=None, resolved_by=None)


def editable_until(comment: Comment) -> datetime:
    return comment.at + timedelta(minutes=EDIT_MINUTES)


def _thread(comment: Comment) -> None:
    if comment.parent_id is not None:
        raise CommentRefused(_("A thread is resolved as a whole, by its first comment."))


def _checked(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if not text:
        raise CommentRefused(_("Write something first."))
    if len(text) > LONGEST:
        raise CommentRefused(_("That is longer than {longest:,} characters.").format(longest=LONGEST))
    return text


def _mentioned(subject: Subject, text: str) -> tuple[list[User], tuple[str, ...]]:
    names = {name.lower(): name for name in MENTION.findall(text)}
    if not names:
        return [], ()
    readers = {user.username.lower(): user for user in people_who_see(subject=subject, names=names)}
    return list(readers.values()), tuple(name for key, name in names.items() if key not in readers)


def _ids(people: Iterable[User], *, but: User) -> tuple[int, ...]:
    return tuple(person.pk for person in people if person.pk != but.pk)
