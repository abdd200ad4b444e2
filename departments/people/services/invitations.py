"""Invitations by mail: made, mailed, sent again, withdrawn, accepted once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from departments.access import may_grant_role
from departments.advisory_locks import AdvisoryLock, transaction_lock
from departments.models import Department, Invitation, Membership, User, find_company
from departments.models.invitations import nonce_new
from departments.people.services.errors import InvitationInvalid, InvitationRefused, RoleRefused
from departments.services.mail import mail_send

DAYS = 7
_SALT = "departments.invitation"


@transaction.atomic
def invitation_create(
    *, email: str, role: str, department: Department | None, invited_by: User, now: datetime
) -> Invitation:
    """Invite somebody. A worker sends the mail after the transaction has committed."""
    if not may_grant_role(invited_by, role):
        raise RoleRefused(_("Only an executive can make somebody an executive."))
    if (role in Membership.COMPANY_ROLES) != (department is None):
        raise RoleRefused(_("Heads, deputies and members belong to one department; the other roles to none."))
    transaction_lock(AdvisoryLock.INVITATIONS)
    if User.objects.filter(email__iexact=email).exists():
        raise InvitationRefused(_("{email} already has an account: change its role in the list.").format(email=email))
    if _open().filter(email__iexact=email).exists():
        raise InvitationRefused(
            _("{email} is already invited: resend or withdraw the invitation in the list.").format(email=email)
        )
    return Invitation.objects.create(
        email=email,
        role=role,
        department=department,
        invited_by=invited_by,
        sent_by=invited_by,
        created_at=now,
        expires_at=now + timedelta(days=DAYS),
    )


@transaction.atomic
def invitation_renew(*, invitation: int, user: User, now: datetime) -> Invitation:
    """A new link for another week; the old one does not work any more."""
    row = _open().select_for_update().filter(pk=invitation).first()
    if row is None:
        raise InvitationRefused(_("This invitation has already been accepted or withdrawn."))
    if not may_grant_role(user, row.role):
        raise RoleRefused(_("Only an executive can make somebody an executive."))
    row.nonce, row.expires_at, row.mailed_at = nonce_new(), now + timedelta(days=DAYS), None
    row.sent_by = user
    row.save(update_fields=["nonce", "expires_at", "mailed_at", "sent_by"])
    return row


@transaction.atomic
def invitation_revoke(*, invitation: int, user: User, now: datetime) -> None:
    """Withdraw it: its link does not work any more."""
    row = _open().select_for_update().filter(pk=invitation).first()
    if row is None:
        raise InvitationRefused(_("This invitation has already been accepted or withdrawn."))
    if not may_grant_role(user, row.role):
        raise RoleRefused(_("Only an executive can withdraw the invitation of an executive."))
    row.revoked_at = now
    row.save(update_fields=["revoked_at"])


def invitation_address(invitation: Invitation) -> str:
    """The address at which it is accepted, by anyone who has it."""
    token = signing.dumps([invitation.pk, invitation.nonce], salt=_SALT)
    return f"{settings.SITE_URL}{reverse('departments:invitation', args=[token])}"


def may_read_address(user: User, invitation: Invitation) -> bool:
    """Whether a person may see the link: only its sender, and only while they may still grant the role."""
    return invitation.sent_by_id == user.pk and may_grant_role(user, invitation.role)


def invitation_mail_send(*, invitation: int) -> bool:
    """Mail the newest link, once; False when there is nothing to send (any more)."""
    row = _open().select_related("department", "invited_by").filter(pk=invitation, mailed_at=None).first()
    if row is None:
        return False
    company = find_company()
    by = row.invited_by
    context: dict[str, Any] = {
        "invitation": row,
        "company": company.name if company else _("your company"),
        "by": by.display_name if by else _("An executive"),
        "address": invitation_address(row),
    }
    mail_send(
        EmailMessage(
            # A subject is a single line, but a name may contain line breaks.
            subject=" ".join(_("You are invited to Revenue Health of {company}").format(**context).split()),
            body=render_to_string("people/mail/invitation.txt", context),
            to=[row.email],
        )
    )
    # By nonce: a link that was renewed while this mail went out still has to be mailed.
    _open().filter(pk=row.pk, nonce=row.nonce).update(mailed_at=timezone.now())
    return True


def invitation_read(*, token: str, now: datetime, lock: bool = False) -> Invitation:
    """The invitation a link stands for, if it still can be accepted; else InvitationInvalid says why not."""
    try:
        pk, nonce = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise InvitationInvalid(
            _("This link is incomplete. Open it from the mail again, or copy the whole address.")
        ) from None
    # Only the invitation: PostgreSQL cannot lock a department that may be missing (an outer join).
    rows = Invitation.objects.select_for_update(of=("self",)) if lock else Invitation.objects.all()
    invitation = rows.select_related("department").filter(pk=pk).first()
    if invitation is None or invitation.revoked_at:
        raise InvitationInvalid(_("This invitation was withdrawn. Ask the person who invited you."))
    if invitation.accepted_at:
        raise InvitationInvalid(_("This invitation has already been used. Sign in with the name you chose then."))
    if invitation.nonce != nonce:
        raise InvitationInvalid(_("You were sent a newer mail with another link. Use that one."))
    if invitation.expires_at <= now:
        raise InvitationInvalid(_("This invitation has expired. Ask the person who invited you to send it again."))
    return invitation


@transaction.atomic
def invitation_accept(
    *, token: str, username: str, first_name: str, last_name: str, password: str, now: datetime
) -> User:
    """Make the account with its role. The address counts as verified: its mailbox had the link."""
    invitation = invitation_read(token=token, now=now, lock=True)
    if User.objects.filter(email__iexact=invitation.email).exists():
        raise InvitationInvalid(_("{email} already has an account. Sign in with it.").format(email=invitation.email))
    person = User.objects.create_user(username, invitation.email, password, first_name=first_name, last_name=last_name)
    invitation_complete(person=person, invitation=invitation, now=now)
    return person


def invitation_complete(*, person: User, invitation: Invitation, now: datetime) -> None:
    """Finish accepting for an account just created, by form or single sign-on: grant the role, verify the address."""
    EmailAddress.objects.update_or_create(
        user=person, email=invitation.email, defaults={"verified": True, "primary": True}
    )
    Membership.objects.create(user=person, role=invitation.role, department=invitation.department)
    invitation.accepted_at, invitation.accepted_by = now, person
    invitation.save(update_fields=["accepted_at", "accepted_by"])


def _open() -> QuerySet[Invitation]:
    return Invitation.objects.filter(accepted_at=None, revoked_at=None)
