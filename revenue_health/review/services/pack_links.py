"""Links that let people without an account read one pack."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime, timedelta

from django.db.models import F
from django.utils.crypto import salted_hmac

from departments.models import User
from revenue_health.review.models import Pack, PackLink
from revenue_health.review.selectors.packs.links import token_hash

LONGEST_DAYS = 90
_TOKEN_BYTES = 32


def link_create(
    *, pack: Pack, user: User, now: datetime, days: int, hide_names: bool, label: str, submission: str = ""
) -> tuple[PackLink, str]:
    """Create a link. Only the hash of its token is stored.

    The same `submission` (a key that names one sending of the form) gives the same token, and so the same link, however
    often and whenever it comes; without one the token is random.
    """
    token = _token_of(submission) if submission else secrets.token_urlsafe(_TOKEN_BYTES)
    link, _created = PackLink.objects.get_or_create(
        token_hash=token_hash(token),
        defaults={
            "pack": pack,
            "label": label.strip(),
            "hide_names": hide_names,
            "created_by": user,
            "created_at": now,
            "expires_at": now + timedelta(days=min(days, LONGEST_DAYS)),
        },
    )
    return link, token


def _token_of(submission: str) -> str:
    """Nobody without SECRET_KEY can compute it from the submission."""
    digest = salted_hmac("review.pack_link", submission, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def link_revoke(*, link: PackLink, now: datetime) -> None:
    """Revoke a link with immediate effect; revoking it again changes nothing."""
    PackLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now)


def link_record_visit(*, link: PackLink, now: datetime) -> None:
    """Count one more visit through the link, and record when it was."""
    PackLink.objects.filter(pk=link.pk).update(opened_count=F("opened_count") + 1, opened_at=now)
