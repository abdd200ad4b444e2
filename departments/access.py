"""Who may do what: the single place that decides. Views call it; templates only print what views pass on.

What a visitor may not see does not exist for them: `require` answers 404 and logs every refusal.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import Http404, HttpRequest
from django.utils import timezone

from departments.masking import address_of
from departments.models import AccessLog, Company, Membership, User

Visitor = User | AnonymousUser
Role = Membership.Role
_ATTRIBUTE = "_revenue_health_roles"
log = structlog.get_logger("departments.access")


@dataclass(frozen=True, kw_only=True)
class UserRoles:
    """A person's roles in the company, and the departments (ids) they lead or belong to."""

    superuser: bool
    roles: frozenset[str]
    leads: frozenset[int]
    """Departments the person is head or deputy of."""
    member_of: frozenset[int]
    """Departments in which the person has any role."""

    def has(self, *roles: str) -> bool:
        return self.superuser or not self.roles.isdisjoint(roles)


NO_ROLES = UserRoles(superuser=False, roles=frozenset(), leads=frozenset(), member_of=frozenset())


def user_roles(user: Visitor) -> UserRoles:
    """The roles of a visitor, read once for each user object, so once a request."""
    if not isinstance(user, User) or not user.is_active:
        return NO_ROLES
    stored: UserRoles | None = getattr(user, _ATTRIBUTE, None)
    if stored is None:
        # Written out, since every page asks it: Django would take longer to compose it than PostgreSQL to answer.
        with connection.cursor() as cursor:
            cursor.execute("SELECT role, department_id FROM departments_membership WHERE user_id = %s", [user.pk])
            rows: list[tuple[str, int | None]] = cursor.fetchall()
        stored = UserRoles(
            superuser=user.is_superuser,
            roles=frozenset(role for role, _ in rows),
            leads=frozenset(pk for role, pk in rows if role in (Role.HEAD, Role.DEPUTY) and pk is not None),
            member_of=frozenset(pk for _, pk in rows if pk is not None),
        )
        # On the object of this request: a role that is taken away is gone with the next page.
        setattr(user, _ATTRIBUTE, stored)
    return stored


class ExecutivesOnly(Http404):
    """A 404 that may tell a board member that the page is for executives: its address contains no identifier."""


def require(request: HttpRequest, allowed: bool) -> None:
    """Raise 404 unless allowed, so that outsiders cannot learn that the page exists. The refusal is logged."""
    if not allowed:
        _log_access(request, AccessLog.Kind.REFUSED)
        log.warning(
            "refused", user=getattr(request.user, "username", ""), path=address_of(request), method=request.method
        )
        raise ExecutivesOnly if _may_reveal_page(request) else Http404


def _may_reveal_page(request: HttpRequest) -> bool:
    """Whether a board member may learn that a page exists: its address is in the manual and contains no key, number or
    name."""
    match = request.resolver_match
    return (
        match is not None
        and not match.args
        and not match.kwargs
        and may_see_packs(request.user)
        and not may_see_company(request.user)
    )


def log_read_access(request: HttpRequest, subject: str) -> None:
    """Log that somebody read figures that others answer for: shares, how they were computed, the drivers."""
    _log_access(request, AccessLog.Kind.READ, subject)


def _log_access(request: HttpRequest, kind: str, subject: str = "") -> None:
    AccessLog.objects.create(
        user=request.user if isinstance(request.user, User) else None,
        kind=kind,
        method=(request.method or "")[:8],
        path=address_of(request)[:500],
        subject=subject[:200],
        at=timezone.now(),
    )


# --- data and settings ------------------------------------------------------------------------------------------
def may_manage_data(user: Visitor) -> bool:
    """Import, undo an import, recompute, change settings: executives, analysts and superusers."""
    return user_roles(user).has(Role.EXECUTIVE, Role.ANALYST)


def may_manage_people(user: Visitor) -> bool:
    """Invite, change roles: executives and analysts."""
    return user_roles(user).has(Role.EXECUTIVE, Role.ANALYST)


def may_grant_role(user: Visitor, role: str) -> bool:
    """Grant or remove a role: executives any role, analysts any but that of an executive."""
    return may_manage_people(user) and (role != Role.EXECUTIVE or user_roles(user).has(Role.EXECUTIVE))


def may_read_audit(user: Visitor) -> bool:
    """Who changed and read what: executives and analysts."""
    return user_roles(user).has(Role.EXECUTIVE, Role.ANALYST)


# --- figures ----------------------------------------------------------------------------------------------------
def may_see_company(user: Visitor) -> bool:
    """See the company's live figures and all shares: everyone who works here. The board sees frozen packs only."""
    return user_roles(user).has(Role.EXECUTIVE, Role.ANALYST, Role.HEAD, Role.DEPUTY, Role.MEMBER)


def may_see_departments(user: Visitor) -> bool:
    """See every department's detail: executives and analysts always, everyone who works here if the company has opened
    its departments."""
    if user_roles(user).has(Role.EXECUTIVE, Role.ANALYST):
        return True
    return may_see_company(user) and Company.objects.filter(departments_open=True).exists()


def may_see_department(user: Visitor, department: int) -> bool:
    """See one department's detail: its own people, and anyone who may see every department's."""
    return department in user_roles(user).member_of or may_see_departments(user)


def may_see_packs(user: Visitor) -> bool:
    """See frozen packs: everyone with any role in the company."""
    return user_roles(user).has(*Role.values)


def may_freeze(user: Visitor) -> bool:
    """Freeze a review as a pack, share it by link, log a decision: executives and analysts."""
    return user_roles(user).has(Role.EXECUTIVE, Role.ANALYST)


# --- a department's own side ------------------------------------------------------------------------------------
def may_edit_scorecard(user: Visitor, department: int) -> bool:
    """Enter values, notes and goals: head and deputy of the department only, not even executives."""
    roles = user_roles(user)
    return roles.superuser or department in roles.leads


def may_enter(user: Visitor, *, department: int, owner: int | None) -> bool:
    """Enter the value of one measurable: whoever may edit its scorecard, and the measurable's owner."""
    return may_edit_scorecard(user, department) or (owner is not None and user.is_active and owner == user.pk)


def may_set_measurables(user: Visitor, department: int) -> bool:
    """Add, rename, weight and archive measurables and set their goals: head and deputy, and analysts for everyone."""
    return may_edit_scorecard(user, department) or user_roles(user).has(Role.ANALYST)


def may_reply(user: Visitor, department: int) -> bool:
    """Answer for the department's share: head and deputy."""
    return may_edit_scorecard(user, department)


def may_remind(user: Visitor) -> bool:
    """Remind a department of what it owes: executives."""
    return user_roles(user).has(Role.EXECUTIVE)


def may_assign(user: Visitor) -> bool:
    """Assign a leak or a commitment to somebody else: executives and analysts."""
    return user_roles(user).has(Role.EXECUTIVE, Role.ANALYST)


def may_commit(user: Visitor, department: int) -> bool:
    """Make, move and close a department's commitments and issues: its head and deputy, executives and analysts."""
    return may_assign(user) or department in user_roles(user).leads


def visible_department_ids(user: Visitor) -> frozenset[int] | None:
    """Ids of the departments whose detail the user may see; None means all of them."""
    return None if may_see_departments(user) else user_roles(user).member_of
