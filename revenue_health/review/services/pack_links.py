"""Links that let people without an account read one pack."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db.models import F

from departments.models import User
from revenue_health.review.models import Pack, PackLink
from revenue_health.review.selectors.packs.links import token_hash

LONGEST_DAYS = 90


def link_create(
    *, pack: Pack, user: User, now: datetime, days: int, hide_names: bool, label: str
) -> tuple[PackLink, str]:
    """Create a link. The token is returned this one time; only its hash is stored."""
    token = secrets.token_urlsafe(32)
    link = PackLink.objects.create(
        pack=pack,
        token_hash=token_hash(token),
        label=label.strip(),
        hide_names=hide_names,
        created_by=user,
        created_at=now,
        expires_at=now + timedelta(days=min(days, LONGEST_DAYS)),
    )
    return link, token


def link_revoke(*, link: PackLink, now: datetime) -> None:
    """Revoke a link with immediate effect; revoking it again changes nothing."""
    PackLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now)


def link_record_visit(*, link: PackLink, now: datetime) -> None:
    """Count one more visit through the link, and record when it was."""
    PackLink.objects.filter(pk=link.pk).update(opened_count=F("opened_count") + 1, opened_at=now)
