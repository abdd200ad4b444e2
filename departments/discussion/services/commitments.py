"""Commitments and issues: created, postponed, closed. A closed one can no longer be changed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from departments.discussion.services.errors import CommitmentRefused
from departments.models import Commitment, Department, Issue, Measurable, User
from departments.services.repeats import repeated

LONGEST_TEXT = 500
LONGEST_NOTE = 5_000
FARTHEST = timedelta(days=3 * 366)


@transaction.atomic
def commitment_create(
    *,
    text: str,
    department: Department,
    owner: User,
    due: date,
    created_by: User,
    now: datetime,
    today: date,
    measurable: Measurable | None = None,
    subject: str = "",
    expected_effect: Decimal | None = None,
    expected_unit: str = "",
    expected_from: str = "",
) -> Commitment:
    """Commit to something by a day. `today` is the company's."""
    _measurable_fits(measurable, department)
    _day_fits(due, today)
    # By the day first promised: the same form sent again is no second promise, though the first was postponed since.
    content = {
        "text": _one_line(text),
        "department": department,
        "owner": owner,
        "first_due": due,
        "measurable": measurable,
        "subject": subject,
        "expected_effect": expected_effect,
        "expected_unit": expected_unit if expected_effect is not None else "",
        "expected_from": expected_from,
        "created_by": created_by,
    }
    open_ones = Commitment.objects.filter(status=Commitment.Status.OPEN)
    saved = repeated(open_ones.filter(**content), by=created_by, time_field="created_at", now=now)
    return saved or Commitment.objects.create(**content, due=due, created_at=now)


def commitment_postpone(*, commitment: Commitment, due: date, today: date) -> None:
    """Postpone it to a later day; the original due date and the number of postponements are kept."""
    with transaction.atomic():
        fresh = _open(commitment)
        if due <= fresh.due:
            raise CommitmentRefused(_("A commitment is carried over to a later day, not to an earlier one."))
        _day_fits(due, today)
        fresh.due, fresh.carried = due, fresh.carried + 1
        fresh.save(update_fields=["due", "carried"])


def commitment_close(*, commitment: Commitment, outcome: str, note: str, user: User, now: datetime) -> None:
    """It is done, or dropped with a reason."""
    note = _note(note)
    if outcome not in (Commitment.Status.DONE, Commitment.Status.DROPPED):
        raise CommitmentRefused(_("A commitment is closed as done or as dropped."))
    if outcome == Commitment.Status.DROPPED and not note:
        raise CommitmentRefused(_("Say why it is dropped; the reason stays with the commitment."))
    with transaction.atomic():
        fresh = _open(commitment)
        fresh.status, fresh.closed_at, fresh.closed_by, fresh.closing_note = outcome, now, user, note
        fresh.save(update_fields=["status", "closed_at", "closed_by", "closing_note"])


@transaction.atomic
def issue_raise(
    *,
    text: str,
    department: Department,
    created_by: User,
    now: datetime,
    measurable: Measurable | None = None,
    subject: str = "",
) -> Issue:
    """Put something off track on the department's list."""
    _measurable_fits(measurable, department)
    content = {
        "text": _one_line(text),
        "department": department,
        "measurable": measurable,
        "subject": subject,
        "created_by": created_by,
    }
    open_ones = Issue.objects.filter(status=Issue.Status.OPEN)
    saved = repeated(open_ones.filter(**content), by=created_by, time_field="created_at", now=now)
    return saved or Issue.objects.create(**content, created_at=now)


def issue_solve(*, issue: Issue, note: str, user: User, now: datetime) -> None:
    """Take it off the list with a note on how it was solved. CommitmentRefused if somebody else solved it meanwhile, or
    with another note."""
    note = _note(note)
    fields = {"status": Issue.Status.SOLVED, "solved_by": user, "solved_note": note}
    solved = Issue.objects.filter(pk=issue.pk, status=Issue.Status.OPEN).update(**fields, solved_at=now)
    if not solved and not Issue.objects.filter(pk=issue.pk, **fields).exists():
        raise CommitmentRefused(_("It was solved in the meantime; nothing was changed."))


def _open(commitment: Commitment) -> Commitment:
    fresh = Commitment.objects.select_for_update().get(pk=commitment.pk)
    if fresh.status != Commitment.Status.OPEN:
        raise CommitmentRefused(_("It was {status} in the meantime; nothing was changed.").format(status=fresh.status))
    return fresh


def _one_line(text: str) -> str:
    text = " ".join(text.replace("\x00", "").split())
    if not text:
        raise CommitmentRefused(_("Say what will be done."))
    if len(text) > LONGEST_TEXT:
        raise CommitmentRefused(_("That is longer than {longest_text} characters.").format(longest_text=LONGEST_TEXT))
    return text


def _note(text: str) -> str:
    """The note given on closing, which is never truncated."""
    text = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(text) > LONGEST_NOTE:
        raise CommitmentRefused(_("That is longer than {longest:,} characters.").format(longest=LONGEST_NOTE))
    return text


def _measurable_fits(measurable: Measurable | None, department: Department) -> None:
    if measurable is not None and measurable.department_id != department.pk:
        raise CommitmentRefused(_("“{name}” is a measurable of another department.").format(name=measurable.name))


def _day_fits(due: date, today: date) -> None:
    if not today <= due <= today + FARTHEST:
        raise CommitmentRefused(_("Choose a day from today up to three years ahead."))
