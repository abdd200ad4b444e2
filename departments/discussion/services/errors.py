"""Why something said was not taken: the messages are shown to the person as they are."""

from __future__ import annotations


class DiscussionError(Exception):
    """A comment, reply, commitment or pulse answer that cannot be saved; nothing was changed."""


class CommentRefused(DiscussionError):
    """The comment is empty, too late to edit, or not where it can be answered."""


class ReplyConflict(DiscussionError):
    """Somebody answered in the meantime; nothing is written over."""


class CommitmentRefused(DiscussionError):
    """The commitment does not hold together, or is closed already."""


class PulseClosed(DiscussionError):
    """The month is over; its answers are what they are."""
