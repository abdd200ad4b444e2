"""What departments promised and what is off track: whole lists, and what is due in a week."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from departments.access import Visitor
from departments.discussion.selectors.comments import name_of
from departments.formats import grouped
from departments.models import Commitment, Issue, find_company
from departments.periods import monday_of
from departments.subjects import SubjectUnknown, address_for, subject_of

DUE = {"overdue": gettext_lazy("Overdue"), "this_week": gettext_lazy("Due this week"), "later": gettext_lazy("Later")}
MOST = 500


@dataclass(frozen=True, kw_only=True)
class CommitmentRow:
    """One commitment as lists show it."""

    id: int
    text: str
    department_id: int
    department_key: str
    department: str
    owner: str
    owner_username: str
    due: date
    first_due: date
    carried: int
    days_overdue: int
    """0 unless it is open and its day is past."""
    due_this_week: bool
    status: str
    measurable_key: str
    measurable: str
    subject: str
    expected: str
    expected_from: str
    created_at: datetime
    created_by: str
    closed_at: datetime | None
    closed_by: str
    closing_note: str
    result: dict[str, Any] | None
    result_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class IssueRow:
    """One thing off track."""

    id: int
    text: str
    department_id: int
    department_key: str
    department: str
    measurable_key: str
    measurable: str
    subject: str
    status: str
    created_at: datetime
    created_by: str
    solved_at: datetime | None
    solved_by: str
    solved_note: str


@dataclass(frozen=True, kw_only=True)
class DueRow:
    """An open commitment as a review asks for it; `carried` is how often its day was moved."""

    id: int
    text: str
    department_key: str
    department: str
    owner: str
    due: date
    carried: int


@dataclass(frozen=True, kw_only=True)
class Due:
    """Open commitments whose day is in a week, and those whose day was before it."""

    week: date
    this_week: tuple[DueRow, ...]
    overdue: tuple[DueRow, ...]


def company_today(now: datetime) -> date:
    """The day it is for the company."""
    company = find_company()
    return now.astimezone(company.zone).date() if company else now.date()


def commitments_of(
    *,
    now: datetime,
    departments: Collection[int] | None = None,
    department: str = "",
    owner: str = "",
    status: str = "",
    due: str = "",
    measurable: str = "",
    subject: str = "",
) -> list[CommitmentRow]:
    """Commitments by key, user name, status and `DUE`; empty: any. `departments` (ids) is what the reader may see.

    Open ones by their day, closed ones after them, the newest first.
    """
    today = company_today(now)
    commitments = _narrowed(Commitment.objects.all(), departments, department)
    for name, value in (("owner__username", owner), ("status", status), ("measurable__key", measurable)):
        if value:
            commitments = commitments.filter(**{name: value})
    if subject:
        commitments = commitments.filter(subject=subject)
    if due:
        commitments = _due_in(commitments.filter(status=Commitment.Status.OPEN), due, today)
    rows = [_commitment_row(commitment, today) for commitment in commitments.order_by("due", "pk")[:MOST]]
    still = [row for row in rows if row.status == Commitment.Status.OPEN]
    closed = [row for row in rows if row.closed_at is not None]
    return still + sorted(closed, key=lambda row: row.closed_at or row.created_at, reverse=True)


def narrowed_commitments(
    everything: Sequence[CommitmentRow],
    *,
    now: datetime,
    departments: Collection[int] | None,
    department: str,
    owner: str,
    status: str,
    due: str,
) -> list[CommitmentRow]:
    """The same, out of all that the reader may see; they are read again where those are not all, or days matter."""
    if due or len(everything) >= MOST:
        return commitments_of(
            now=now, departments=departments, department=department, owner=owner, status=status, due=due
        )
    return [
        row
        for row in everything
        if department in ("", row.department_key) and owner in ("", row.owner_username) and status in ("", row.status)
    ]


def commitment_row(*, pk: int, now: datetime) -> CommitmentRow | None:
    """One commitment."""
    commitment = _narrowed(Commitment.objects.filter(pk=pk), None, "").first()
    return _commitment_row(commitment, company_today(now)) if commitment else None


def commitments_due(*, week: date) -> Due:
    """What is due in the week that begins on the Monday `week`, and what is carried over from before it."""
    commitments = Commitment.objects.filter(status=Commitment.Status.OPEN, due__lt=week + timedelta(days=7))
    rows = [
        DueRow(
            id=commitment.pk,
            text=commitment.text,
            department_key=commitment.department.key,
            department=commitment.department.name,
            owner=commitment.owner.display_name,
            due=commitment.due,
            carried=commitment.carried,
        )
        for commitment in commitments.select_related("department", "owner").order_by("due", "pk")
    ]
    return Due(
        week=week,
        this_week=tuple(row for row in rows if row.due >= week),
        overdue=tuple(row for row in rows if row.due < week),
    )


def issues_of(
    *, departments: Collection[int] | None = None, department: str = "", status: str = "open"
) -> list[IssueRow]:
    """Things off track, the oldest first; solved ones the newest first."""
    issues = Issue.objects.select_related("department", "measurable", "created_by", "solved_by")
    if departments is not None:
        issues = issues.filter(department__in=departments)
    if department:
        issues = issues.filter(department__key=department)
    if status:
        issues = issues.filter(status=status)
    order = "-solved_at" if status == Issue.Status.SOLVED else "created_at"
    return [_issue(issue) for issue in issues.order_by(order, "pk")[:MOST]]


def subject_link(text: str, reader: Visitor) -> tuple[str, str]:
    """Name of a commitment's subject and where this reader finds it; empty if the subject no longer exists."""
    try:
        subject = subject_of(text)
    except SubjectUnknown:
        return "", ""
    return subject.label, address_for(reader, subject)


def _narrowed(
    commitments: QuerySet[Commitment], departments: Collection[int] | None, department: str
) -> QuerySet[Commitment]:
    commitments = commitments.select_related("department", "owner", "measurable", "created_by", "closed_by")
    if departments is not None:
        commitments = commitments.filter(department__in=departments)
    return commitments.filter(department__key=department) if department else commitments


def _due_in(commitments: QuerySet[Commitment], due: str, today: date) -> QuerySet[Commitment]:
    next_week = monday_of(today) + timedelta(days=7)
    if due == "overdue":
        return commitments.filter(due__lt=today)
    if due == "this_week":
        return commitments.filter(due__gte=monday_of(today), due__lt=next_week)
    return commitments.filter(due__gte=next_week)


def _commitment_row(commitment: Commitment, today: date) -> CommitmentRow:
    still, measurable = commitment.status == Commitment.Status.OPEN, commitment.measurable
    return CommitmentRow(
        id=commitment.pk,
        text=commitment.text,
        department_id=commitment.department_id,
        department_key=commitment.department.key,
        department=commitment.department.name,
        owner=name_of(commitment.owner),
        owner_username=commitment.owner.username,
        due=commitment.due,
        first_due=commitment.first_due,
        carried=commitment.carried,
        days_overdue=max(0, (today - commitment.due).days) if still else 0,
        due_this_week=still and monday_of(commitment.due) == monday_of(today),
        status=commitment.status,
        measurable_key=measurable.key if measurable else "",
        measurable=measurable.name if measurable else "",
        subject=commitment.subject,
        expected=_effect(commitment.expected_effect, commitment.expected_unit),
        expected_from=commitment.expected_from,
        created_at=commitment.created_at,
        created_by=name_of(commitment.created_by),
        closed_at=commitment.closed_at,
        closed_by=name_of(commitment.closed_by),
        closing_note=commitment.closing_note,
        result=commitment.result,
        result_at=commitment.result_at,
    )


def _issue(issue: Issue) -> IssueRow:
    return IssueRow(
        id=issue.pk,
        text=issue.text,
        department_id=issue.department_id,
        department_key=issue.department.key,
        department=issue.department.name,
        measurable_key=issue.measurable.key if issue.measurable else "",
        measurable=issue.measurable.name if issue.measurable else "",
        subject=issue.subject,
        status=issue.status,
        created_at=issue.created_at,
        created_by=name_of(issue.created_by),
        solved_at=issue.solved_at,
        solved_by=name_of(issue.solved_by),
        solved_note=issue.solved_note,
    )


def _effect(effect: Decimal | None, unit: str) -> str:
    if effect is None:
        return ""
    # It is stored with more decimals than were typed.
    places = max(0, -int(effect.normalize().as_tuple().exponent))
    sign = "+" if effect > 0 else ""
    return f"{sign}{grouped(effect, places)} {unit}".strip()
