"""People, invitations, one's own account, settings of departments and weeks, the audit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from departments.models import Invitation, Membership, User
from tests.permissions import ANYBODY, MANAGERS, SIGNED_IN, row


def invitation() -> dict[str, Any]:
    now = timezone.now()
    made = Invitation.objects.create(
        email="new@example.com", role="board", created_at=now, expires_at=now + timedelta(days=1)
    )
    return {"pk": made.pk}


def board() -> dict[str, Any]:
    return {"pk": User.objects.get(username="board").pk}


def role_of_board() -> dict[str, Any]:
    return board() | {"membership": Membership.objects.get(user__username="board").pk}


ROWS = [
    row("departments:account", get=SIGNED_IN, post=SIGNED_IN.gives(302)),
    row("departments:people", get=MANAGERS, post=MANAGERS.gives(422)),
    # An old address, led on to the settings.
    row("departments:people_settings", get=SIGNED_IN.gives(301), post=SIGNED_IN.gives(301)),
    row("departments:start", get=SIGNED_IN.gives(302)),
    row("departments:people_resend", invitation, post=MANAGERS.gives(302)),
    row("departments:people_revoke", invitation, get=MANAGERS, post=MANAGERS.gives(302)),
    row("departments:people_person", board, get=MANAGERS),
    row("departments:people_active", board, get=MANAGERS, post=MANAGERS.gives(302)),
    row("departments:people_role_add", board, post=MANAGERS.gives(422)),
    row("departments:people_role_edit", role_of_board, post=MANAGERS.gives(422)),
    row("departments:people_role_remove", role_of_board, get=MANAGERS, post=MANAGERS.gives(302)),
    # Who has the link may use it; this one is of nobody.
    row("departments:invitation", {"token": "of-nobody"}, get=ANYBODY.gives(410), post=ANYBODY.gives(410)),
    row("departments:audit", get=MANAGERS),
    row("departments:audit_export", get=MANAGERS),
    row("departments:audit_access", get=MANAGERS),
]
