"""Links that open one week's form without a password: made, checked, used up, revoked."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from departments.access import may_enter
from departments.models import Measurable, UpdateLink, User

LASTS = timedelta(days=14)
_CODE_BYTES = 18


class LinkClosed(Exception):
    """The link does not work (any more). The message says why, for the person who followed it."""

    reason = "unknown"


class LinkUnknown(LinkClosed):
    """The link was never issued, or was altered."""

    def __init__(self) -> None:
        super().__init__(_("This link is incomplete, or is not one of ours."))


class LinkUsed(LinkClosed):
    reason = "used"

    def __init__(self) -> None:
        super().__init__(_("This link has already been used: each one works once."))


class LinkExpired(LinkClosed):
    reason = "expired"

    def __init__(self) -> None:
        super().__init__(_("This link has expired: each one works for {days} days.").format(days=LASTS.days))


class LinkRevoked(LinkClosed):
    reason = "revoked"

    def __init__(self) -> None:
        super().__init__(_("This link was revoked."))


def _signer() -> Signer:
    """Signs for this one purpose: a token made for anything else does not open a form, nor the other way round."""
    return Signer(sep=".", salt="departments.update_link")


@transaction.atomic
def update_link_issue(*, user: User, department: int, week: date, now: datetime) -> UpdateLink:
    """The open link of a person, department and week; made where there is none, renewed where it is too old."""
    # A concurrent call for the same person waits here, and then finds this link.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    open_links = UpdateLink.objects.filter(used_at=None, revoked_at=None)
    link = open_links.filter(user=user, department=department, week=week).first()
    if link and link.expires_at > now:
        return link
    if link:
        link.revoked_at = now
        link.save(update_fields=["revoked_at"])
    return UpdateLink.objects.create(
        code=secrets.token_urlsafe(_CODE_BYTES),
        user=user,
        department_id=department,
        week=week,
        created_at=now,
        expires_at=now + LASTS,
    )


def update_link_token(link: UpdateLink) -> str:
    return _signer().sign(link.code)


def update_link_address(link: UpdateLink) -> str:
    """The whole address, for a mail."""
    site: str = settings.SITE_URL
    return site + reverse("departments:update_link", args=[update_link_token(link)])


def update_link_open(*, token: str, now: datetime, lock: bool = False) -> UpdateLink:
    """The link a token stands for, if it still opens its form; LinkClosed with the reason if not.

    With `lock` (in a transaction) nobody else can use it meanwhile.
    """
    try:
        code = _signer().unsign(token)
    except BadSignature as problem:
        raise LinkUnknown from problem
    links = UpdateLink.objects.select_related("user", "department").filter(code=code)
    # Only the link is locked: its person and department stay free for others.
    link = (links.select_for_update(of=("self",)) if lock else links).first()
    if link is None:
        raise LinkUnknown
    if link.used_at:
        raise LinkUsed
    if link.revoked_at or not may_use(link):
        raise LinkRevoked
    if link.expires_at <= now:
        raise LinkExpired
    return link


def may_use(link: UpdateLink) -> bool:
    """Whether the link's person may still enter values there: links of people who left stop working."""
    if not link.user.is_active:
        return False
    owners = set(Measurable.objects.filter(department=link.department_id).values_list("owner_id", flat=True))
    return any(may_enter(link.user, department=link.department_id, owner=owner) for owner in owners)


def update_link_used(*, link: UpdateLink, now: datetime) -> None:
    link.used_at = now
    link.save(update_fields=["used_at"])
