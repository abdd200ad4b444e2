"""What was said about a figure, and what waits for one person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from departments.models import Comment, User

MOST_LISTED = 100


@dataclass(frozen=True, kw_only=True)
class CommentRow:
    """One comment as it is shown."""

    id: int
    text: str
    author: str
    author_id: int
    at: datetime
    edited_at: datetime | None
    mentioned: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Thread:
    """A comment with its answers, oldest first."""

    first: CommentRow
    answers: tuple[CommentRow, ...]
    subject: str
    label: str
    address: str
    resolved_at: datetime | None
    resolved_by: str

    @property
    def last_at(self) -> datetime:
        return self.answers[-1].at if self.answers else self.first.at


def name_of(user: User | None) -> str:
    """How a person is called on pages."""
    return user.display_name if user else ""


def threads_of(*, subject: str) -> list[Thread]:
    """Every thread about a figure: open ones first, in each part the oldest first."""
    threads = [_thread(comment) for comment in _with_answers(Comment.objects.filter(subject=subject, parent=None))]
    return sorted(threads, key=lambda thread: thread.resolved_at is not None)


def threads_for(*, user: User) -> list[Thread]:
    """Open threads a person began, answered or is mentioned in, what was said last on top."""
    concerned = Comment.objects.filter(Q(author=user) | Q(mentions=user))
    roots = {parent or pk for pk, parent in concerned.values_list("pk", "parent_id")}
    open_threads = _with_answers(Comment.objects.filter(pk__in=roots, resolved_at=None))
    threads = sorted((_thread(comment) for comment in open_threads), key=lambda thread: thread.last_at, reverse=True)
    return threads[:MOST_LISTED]


def _with_answers(comments: QuerySet[Comment]) -> QuerySet[Comment]:
    answers = Comment.objects.select_related("author").prefetch_related("mentions").order_by("at", "pk")
    return (
        comments.select_related("author", "resolved_by")
        .prefetch_related("mentions", Prefetch("answers", queryset=answers))
        .order_by("at", "pk")
    )


def _thread(comment: Comment) -> Thread:
    return Thread(
        first=_comment_row(comment),
        answers=tuple(_comment_row(answer) for answer in comment.answers.all()),
        subject=comment.subject,
        label=comment.subject_label,
        address=comment.subject_url,
        resolved_at=comment.resolved_at,
        resolved_by=name_of(comment.resolved_by),
    )


def _comment_row(comment: Comment) -> CommentRow:
    return CommentRow(
        id=comment.pk,
        text=comment.text,
        author=name_of(comment.author),
        author_id=comment.author_id,
        at=comment.at,
        edited_at=comment.edited_at,
        mentioned=tuple(user.username for user in comment.mentions.all()),
    )
