"""The demo's scorecards get owners, weights, remarks, a correction after the close, and a week that is begun."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
from django.db import transaction

from departments.models import Annotation, Department, Entry, Measurable, Membership, User, current_company
from departments.scorecards.services.entries import How, entry_note_save, entry_save

WEEK = timedelta(days=7)
HEAVY = ("wait", "lost", "queue", "on_time", "dso", "answer")
"""What counts twice on a scorecard, by the end of its key."""
EARLY = ("marketing", "sales", "finance")
"""Departments that begin to fill in their week as soon as it begins."""
REMARKS = (
    ("marketing", 66, "The autumn campaign begins", "mkt_visits"),
    ("legal", 75, "Two reviewers left; their places are open", "leg_reviewers"),
    ("production", 61, "A supplier of castings stopped delivering", "pro_parts"),
    ("service", 40, "New phone system", None),
)


@transaction.atomic
def demo_scorecards_create(*, as_of: date, seed: int) -> None:
    """What people do with their scorecards up to the evening before `as_of`. The same day and seed do the same."""
    if Annotation.objects.exists():
        return
    company = current_company()
    rng = np.random.default_rng([seed, 4])
    evening = datetime.combine(as_of - timedelta(days=1), time(18), tzinfo=company.zone).astimezone(UTC)
    due = company.close_rule.due_week(evening)
    for department in Department.objects.filter(kind=Department.Kind.INTERNAL):
        rows = list(department.measurables.all())
        people = _people(department)
        if not rows or not people:
            continue
        _share_out(rows, people)
        manual = [row for row in rows if row.manual]
        if manual:
            _correct(manual[int(rng.integers(len(manual)))], people[0], due, evening)
        if department.key in EARLY:
            _begin(manual, people[0], due, evening)
    _remark(as_of, evening)


def _people(department: Department) -> list[User]:
    """The head first, then the others as they joined."""
    memberships = Membership.objects.filter(department=department).select_related("user").order_by("pk")
    return [
        membership.user
        for membership in sorted(memberships, key=lambda membership: membership.role != Membership.Role.HEAD)
    ]


def _share_out(rows: list[Measurable], people: list[User]) -> None:
    """Every other measurable is the head's, the rest go round; what money hangs on counts twice."""
    others = people[1:] or people
    for place, row in enumerate(rows):
        row.position = place + 1
        row.owner = people[0] if place % 2 == 0 else others[(place // 2) % len(others)]
        row.weight = Decimal(2 if row.key.endswith(HEAVY) else 1)
    Measurable.objects.bulk_update(rows, ["position", "owner", "weight"])


def _correct(row: Measurable, head: User, due: date, evening: datetime) -> None:
    """Three weeks ago a number was put right two days after its week had closed."""
    week = due - 3 * WEEK
    entry = Entry.objects.filter(measurable=row, week=week, value__isnull=False).first()
    if entry is None or entry.value is None:
        return
    at = evening - 8 * timedelta(days=1)
    value = (entry.value * Decimal("1.1")).quantize(Decimal(1)) + 1
    saved = entry_save(
        measurable=row, week=week, value=value, note=None, version=entry.version, user=head, now=at, how=How.GRID
    )
    entry_note_save(
        measurable=row, week=week, note="Counted again", version=saved.version, user=head, now=at, how=How.GRID
    )


def _begin(rows: list[Measurable], head: User, due: date, evening: datetime) -> None:
    """All but the last measurable of this week are in; the first was taken over from the week before."""
    for place, row in enumerate(rows[:-1]):
        before = Entry.objects.filter(measurable=row, week__lt=due, value__isnull=False).order_by("week").last()
        if before is None or Entry.objects.filter(measurable=row, week=due).exists():
            continue
        how = How.COPY if place == 0 else How.FORM
        entry_save(measurable=row, week=due, value=before.value, note=None, version=0, user=head, now=evening, how=how)


def _remark(as_of: date, evening: datetime) -> None:
    for key, days, text, about in REMARKS:
        department = Department.objects.filter(key=key).first()
        head = User.objects.filter(memberships__department=department, memberships__role="head").first()
        if department is None or head is None:
            continue
        day = as_of - timedelta(days=days)
        Annotation.objects.create(
            department=department,
            measurable=Measurable.objects.filter(key=about).first() if about else None,
            day=day,
            text=text,
            made_by=head,
            made_at=min(evening, datetime.combine(day, time(15), tzinfo=UTC)),
        )
