"""Reading links: those of a pack, and the one behind a token."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from revenue_health.review.models import Pack, PackLink


@dataclass(frozen=True, kw_only=True)
class LinkRow:
    """A link as the page of its pack lists it."""

    link: PackLink
    state: str
    open: bool


def token_hash(token: str) -> str:
    # Neither salt nor a slow hash: a token is random already, and is looked up by this.
    return hashlib.sha256(token.encode()).hexdigest()


def links_of(*, pack: Pack, now: datetime) -> list[LinkRow]:
    """Every link ever made to a pack, newest first."""
    rows = PackLink.objects.filter(pack=pack).select_related("created_by")
    return [LinkRow(link=row, state=_state(row, now), open=row.open_at(now)) for row in rows]


def _state(link: PackLink, now: datetime) -> str:
    if link.revoked_at is not None:
        return "revoked"
    return "open" if link.open_at(now) else "expired"


def link_behind(*, token: str) -> PackLink | None:
    """The link of a token, in whatever state."""
    return PackLink.objects.select_related("pack").filter(token_hash=token_hash(token)).first()
