"""The first account of an empty installation: by an address that only the server's console shows."""

from __future__ import annotations

from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from departments.advisory_locks import AdvisoryLock, transaction_lock
from departments.models import Membership, User
from departments.people.services.errors import InvitationInvalid

_SALT = "departments.first-account"
_VALID_SECONDS = 24 * 3600


def first_account_path() -> str:
    """The path that makes the first account, valid for a day; empty once there is an account."""
    if User.objects.exists():
        return ""
    return reverse("departments:first_account", args=[signing.TimestampSigner(salt=_SALT).sign("first")])


def first_account_check(*, token: str) -> None:
    """Raise InvitationInvalid with the reason if the address does not work (any more)."""
    try:
        signing.TimestampSigner(salt=_SALT).unsign(token, max_age=_VALID_SECONDS)
    except signing.SignatureExpired:
        raise InvitationInvalid(
            _("This address is older than a day. Start the server again: it shows a new one.")
        ) from None
    except signing.BadSignature:
        raise InvitationInvalid(
            _("This address is incomplete. Copy all of it from where the server was started.")
        ) from None
    if User.objects.exists():
        raise InvitationInvalid(_("The first account is there already. Sign in with it."))


@transaction.atomic
def first_account_create(
    *, token: str, username: str, email: str, first_name: str, last_name: str, password: str
) -> User:
    """Create an executive who also administers the server. If two people do it at once, the second is refused."""
    transaction_lock(AdvisoryLock.EXECUTIVES)
    first_account_check(token=token)
    person = User.objects.create_superuser(username, email, password, first_name=first_name, last_name=last_name)
    Membership.objects.create(user=person, role=Membership.Role.EXECUTIVE)
    return person
