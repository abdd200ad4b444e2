"""Grant, change and remove roles, and deactivate people. The company always keeps an executive who can sign in."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from departments.access import may_grant_role, may_manage_people
from departments.advisory_locks import AdvisoryLock, transaction_lock
from departments.models import Department, Membership, User
from departments.people.services.errors import LastExecutive, PeopleError, RoleRefused


@transaction.atomic
def role_grant(*, person: User, role: str, department: Department | None, by: User) -> Membership:
    """One more role for a person."""
    _check_may_give(by, role, department)
    membership, created = Membership.objects.get_or_create(user=person, role=role, department=department)
    if not created:
        raise RoleRefused(_("This person already has that role."))
    return membership


@transaction.atomic
def role_change(*, membership: Membership, role: str, department: Department | None, by: User) -> None:
    """Replace one role by another."""
    membership = _locked(membership)
    _check_may_give(by, membership.role, membership.department)
    _check_may_give(by, role, department)
    if Membership.objects.filter(user=membership.user, role=role, department=department).exists():
        raise RoleRefused(_("This person already has that role."))
    if role != Membership.Role.EXECUTIVE:
        _check_executive_remains(without=membership)
    membership.role, membership.department = role, department
    membership.save(update_fields=["role", "department"])


@transaction.atomic
def role_revoke(*, membership: Membership, by: User) -> None:
    """Remove one role."""
    membership = _locked(membership)
    _check_may_give(by, membership.role, membership.department)
    _check_executive_remains(without=membership)
    membership.delete()


@transaction.atomic
def person_active_set(*, person: User, active: bool, by: User) -> None:
    """Allow a person to sign in, or not. Deactivating signs them out everywhere; what they did stays on record."""
    if person == by:
        raise PeopleError(_("You cannot deactivate the account you are signed in with."))
    if person.is_superuser and not by.is_superuser:
        raise PeopleError(
            _("This account belongs to a server administrator; only another administrator can change it.")
        )
    memberships = list(person.memberships.select_related("department"))
    if not may_manage_people(by) or not all(may_grant_role(by, membership.role) for membership in memberships):
        raise RoleRefused(_("Only an executive can change the account of an executive."))
    if not active:
        for membership in memberships:
            _check_executive_remains(without=membership)
    person.is_active = active
    person.save(update_fields=["is_active"])


def _locked(membership: Membership) -> Membership:
    """The role as it is stored, held until the transaction ends; RoleRefused where it is gone."""
    stored = Membership.objects.select_for_update().filter(pk=membership.pk).first()
    if stored is None:
        raise RoleRefused(_("This role was removed in the meantime; nothing was changed."))
    return stored


def _check_may_give(by: User, role: str, department: Department | None) -> None:
    if not may_grant_role(by, role):
        raise RoleRefused(_("Only an executive can grant or remove the executive role."))
    if (role in Membership.COMPANY_ROLES) != (department is None):
        raise RoleRefused(_("Heads, deputies and members belong to one department; the other roles to none."))


def _check_executive_remains(*, without: Membership) -> None:
    """Refuse to remove the last executive who can sign in. Two removals at once wait for each other."""
    if without.role != Membership.Role.EXECUTIVE or not without.user.is_active:
        return
    transaction_lock(AdvisoryLock.EXECUTIVES)
    others = Membership.objects.filter(role=Membership.Role.EXECUTIVE, user__is_active=True).exclude(pk=without.pk)
    if not others.exists():
        raise LastExecutive(
            _("This is the last executive. Make somebody else an executive first; nothing was changed.")
        )
