"""Derives who headed a department when from roles granted and removed; earlier days stay as they were."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.utils import timezone

from departments.models import Department, DepartmentHead, Membership, User, find_company

HEAD = Membership.Role.HEAD


def follow_roles() -> None:
    """Connect signals that record the day on which a head's role is granted or removed, however that happens."""
    for signal in (post_save, post_delete):
        signal.connect(_role_changed, sender=Membership, dispatch_uid="heads follow roles")


def _role_changed(
    sender: type[Membership], instance: Membership, raw: bool = False, created: bool = False, **_named: Any
) -> None:
    # A fixture is being loaded: what the role belongs to may not be there yet.
    if raw:
        return
    # Another role that is new neither begins nor ends a head's time.
    if created and instance.role != HEAD:
        return
    company = find_company()
    today = timezone.localdate(timezone=company.zone if company else None)
    person = User.objects.filter(pk=instance.user_id).first()
    if person is None:
        return
    leads = set(Membership.objects.filter(user=person, role=HEAD).values_list("department_id", flat=True))
    for row in DepartmentHead.objects.filter(account=person, until=None).exclude(department__in=leads):
        _end(row, today)
    if instance.role == HEAD and instance.department_id in leads:
        _begin(person, instance.department_id, today)


@transaction.atomic
def _begin(person: User, department: int, today: date) -> None:
    """Record a new head. The first one on record has no first day, since nobody knows how long they had headed it."""
    # If two roles are granted at once, the second one counts: it sees the first.
    Department.objects.select_for_update(no_key=True).get(pk=department)
    rows = list(DepartmentHead.objects.filter(department=department))
    newest = rows[-1] if rows else None
    if newest is not None and newest.until is None and (newest.account_id == person.pk or _same_name(newest, person)):
        DepartmentHead.objects.filter(pk=newest.pk).update(account=person)
        return
    if newest is not None and newest.since == today:
        # Two roles were granted today: the second one counts, so drop the first.
        newest.delete()
    elif newest is not None and newest.until is not None and newest.until >= today:
        DepartmentHead.objects.filter(pk=newest.pk).update(until=today - timedelta(days=1))
    since = today if rows else None
    DepartmentHead.objects.create(department_id=department, name=person.display_name, account=person, since=since)


def _same_name(row: DepartmentHead, person: User) -> bool:
    return row.account_id is None and row.name.casefold() == person.display_name.casefold()


def _end(row: DepartmentHead, today: date) -> None:
    """An appointment that starts and ends on the same day is deleted, and the predecessor stays."""
    followed = DepartmentHead.objects.filter(department=row.department_id, since__gt=row.since or date.min).exists()
    if row.since is not None and row.since >= today:
        row.delete()
    elif not followed:
        row.until = today
        row.save(update_fields=["until"])
