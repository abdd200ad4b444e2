"""Which values of a week nobody has given yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from departments.models import Department, Entry, Measurable


@dataclass(frozen=True, kw_only=True)
class Missing:
    """A value that somebody owes."""

    measurable: int
    measurable_key: str
    measurable_name: str
    department: int
    department_key: str
    department_name: str
    owner: int | None


def missing_entries(*, week: date, now: datetime) -> tuple[Missing, ...]:
    """Who owes what for a week: manual measurables of internal departments without a value, and without a note that
    says why there is none. One query.

    `now` guards against asking too early: nothing is owed for a week that has not begun.
    """
    if week > (now + timedelta(days=1)).date():
        return ()
    there = Entry.objects.filter(~Q(value=None, note=""), measurable=OuterRef("pk"), week=week)
    rows = (
        Measurable.objects.filter(~Exists(there), source="manual", archived=False)
        .filter(department__kind=Department.Kind.INTERNAL)
        .order_by("department_id", "position", "id")
        .values_list("pk", "key", "name", "department_id", "department__key", "department__name", "owner_id")
    )
    return tuple(
        Missing(
            measurable=pk, measurable_key=key, measurable_name=name,
            department=department, department_key=department_key, department_name=department_name, owner=owner,
        )
        for pk, key, name, department, department_key, department_name, owner in rows
    )  # fmt: skip
