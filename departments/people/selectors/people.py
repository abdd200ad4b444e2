"""The people of the company, with what they are, and who is invited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from departments.models import Invitation, Membership, User


@dataclass(frozen=True, kw_only=True)
class Role:
    """One thing a person is."""

    pk: int
    role: str
    department: str
    department_key: str

    @property
    def choice(self) -> str:
        """How forms write it."""
        return f"{self.role}:{self.department_key}" if self.department_key else self.role

    @property
    def title(self) -> str:
        return str(Membership.Role(self.role).label) + (
            _(" of {department}").format(department=self.department) if self.department else ""
        )


@dataclass(frozen=True, kw_only=True)
class Person:
    """One account."""

    pk: int
    username: str
    name: str
    email: str
    active: bool
    superuser: bool
    last_login: datetime | None
    roles: tuple[Role, ...]


@dataclass(frozen=True, kw_only=True)
class Invited:
    """One invitation that was not accepted yet."""

    invitation: Invitation
    title: str
    late: bool


def people() -> list[Person]:
    """Everybody with an account: who can sign in first, by name."""
    rows = User.objects.prefetch_related("memberships__department").order_by("-is_active", "username")
    return [_person_row(user) for user in rows]


def person_by_id(*, pk: int) -> Person | None:
    user = User.objects.prefetch_related("memberships__department").filter(pk=pk).first()
    return _person_row(user) if user else None


def invited(*, now: datetime) -> list[Invited]:
    """Open invitations, newest first."""
    rows = Invitation.objects.filter(accepted_at=None, revoked_at=None).select_related("department", "invited_by")
    return [
        Invited(
            invitation=row,
            title=row.get_role_display() + (_(" of {name}").format(name=row.department.name) if row.department else ""),
            late=row.expires_at <= now,
        )
        for row in rows
    ]


def _person_row(user: User) -> Person:
    return Person(
        pk=user.pk,
        username=user.get_username(),
        name=user.get_full_name(),
        email=user.email,
        active=user.is_active,
        superuser=user.is_superuser,
        last_login=user.last_login,
        roles=tuple(
            Role(
                pk=row.pk,
                role=row.role,
                department=row.department.name if row.department else "",
                department_key=row.department.key if row.department else "",
            )
            for row in sorted(user.memberships.all(), key=lambda membership: membership.pk)
        ),
    )
