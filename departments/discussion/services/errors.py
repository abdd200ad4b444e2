"""Why something said was not taken: the messages are shown to the person as they are."""

from __future__ import annotations


class TalkError(Exception):
    """A comment, reply, commitment or pulse answer that cannot be saved; nothing was changed."""


class CommentRefused(TalkError):
    """The comment is empty, too late to edit, or not where it can be answered."""


class ReplyConflict(TalkError):
    """Somebody answered in the meantime; nothing is written over."""


class CommitmentRefused(TalkError):
    """The commitment does not hold together, or is closed already."""


class PulseClosed(TalkError):
    """The month is over; its answers are what they are."""
