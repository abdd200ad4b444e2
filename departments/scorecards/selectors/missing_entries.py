"""Which values of a week nobody has given yet, and how far each department is with handing them in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter

from django.db.models import Exists, OuterRef, Q

from departments.models import Company, Department, Entry, Measurable


@dataclass(frozen=True, kw_only=True)
class Missing:
    """One missing value, and who owes it."""

    measurable: int
    measurable_key: str
    measurable_name: str
    department: int
    department_key: str
    department_name: str
    owner: int | None


@dataclass(frozen=True, kw_only=True)
class HandedIn:
    """How many numbers a department owes for a week, how many have a value or a note that says why there is none, and
    how many values came after the close."""

    key: str
    name: str
    owed: int
    entered: int
    late: int


def missing_entries(*, week: date, now: datetime) -> tuple[Missing, ...]:
    """Who owes what for a week: manual measurables of internal departments without a value, and without a note that
    says why there is none. One query.

    `now` guards against asking too early: nothing is owed for a week that has not begun.
    """
    # A day ahead, because elsewhere it is Monday before it is in UTC.
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


def handed_in(*, company: Company, week: date) -> tuple[HandedIn, ...]:
    """The internal departments that owe numbers, each with what it has handed in for a week. One query."""
    of_week = Entry.objects.filter(measurable=OuterRef("pk"), week=week)
    late = of_week.filter(value__isnull=False, entered_at__gte=company.close_rule.closes_at(week))
    rows = (
        Measurable.objects.filter(source="manual", archived=False, department__kind=Department.Kind.INTERNAL)
        .annotate(is_entered=Exists(of_week.exclude(value=None, note="")), is_late=Exists(late))
        .order_by("department_id")
        .values_list("department__key", "department__name", "is_entered", "is_late")
    )
    return tuple(
        HandedIn(
            key=key,
            name=name,
            owed=len(numbers),
            entered=sum(is_entered for *_, is_entered, _ in numbers),
            late=sum(is_late for *_, is_late in numbers),
        )
        for (key, name), numbers in (
            (department, list(of_department)) for department, of_department in groupby(rows, key=itemgetter(0, 1))
        )
    )
