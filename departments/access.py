"""Who may do what: the one module that decides."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from departments.models import Membership, User

Visitor = User | AnonymousUser


def may_manage_data(user: Visitor) -> bool:
    """Import, undo an import, recompute: executives, analysts and superusers."""
    return _has_role(user, Membership.Role.EXECUTIVE, Membership.Role.ANALYST)


def _has_role(user: Visitor, *roles: str) -> bool:
    if not isinstance(user, User) or not user.is_active:
        return False
    return user.is_superuser or user.memberships.filter(role__in=roles).exists()
