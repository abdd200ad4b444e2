"""What heads answered to their departments' shares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from departments.discussion.selectors.comments import name_of
from departments.models import Reply


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One version of an answer as it is shown beside the share."""

    subject: str
    department: str
    """The department's key."""
    version: int
    text: str
    author: str
    at: datetime

    def to_dict(self) -> dict[str, Any]:
        """For packs and `--json`: the instant in ISO 8601."""
        return asdict(self) | {"at": self.at.isoformat()}


def replies_for(*, subjects: Iterable[str]) -> dict[str, Answer]:
    """The newest version of the answer to each of the shares; shares nobody answered are left out."""
    newest = (
        Reply.objects.filter(subject__in=set(subjects))
        .select_related("department", "author")
        .order_by("subject", "-version")
        .distinct("subject")
    )
    return {reply.subject: _answer(reply) for reply in newest}


def versions_of(*, subject: str) -> list[Answer]:
    """Every version of the answer to one share, the newest first."""
    versions = Reply.objects.filter(subject=subject).select_related("department", "author").order_by("-version")
    return [_answer(reply) for reply in versions]


def _answer(reply: Reply) -> Answer:
    return Answer(
        subject=reply.subject,
        department=reply.department.key,
        version=reply.version,
        text=reply.text,
        author=name_of(reply.author),
        at=reply.at,
    )
