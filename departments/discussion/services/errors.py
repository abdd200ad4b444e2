"""Why a comment, reply, commitment or pulse answer was not saved: the messages are shown to the person as they are."""

from __future__ import annotations


class DiscussionError(Exception):
    """A comment, reply, commitment or pulse answer that cannot be saved; nothing was changed."""


class CommentRefused(DiscussionError):
    """The comment is empty, too late to edit, or not where it can be answered."""


class ReplyConflict(DiscussionError):
    """Somebody replied in the meantime; nothing was overwritten."""


class CommitmentRefused(DiscussionError):
    """The commitment is inconsistent, or already closed."""


class PulseClosed(DiscussionError):
    """The month is over; its answers can no longer be changed."""
