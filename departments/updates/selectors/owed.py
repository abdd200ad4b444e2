"""Who still owes which values, and whom to remind of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from departments.models import Measurable, Membership, Reminder, User, find_company
from departments.models.scorecard import MANUAL
from departments.scorecards.core.closing import WEEK, CloseRule
from departments.scorecards.selectors.missing_entries import Missing, missing_entries
from departments.updates.core.reminding import AFTER, BEFORE, before_due, may_send
from departments.updates.owed_values import DueReminder, MissingEntry, Owed, zone_of

Role = Membership.Role


def owed(*, week: date, now: datetime, department: int | None = None) -> tuple[Owed, ...]:
    """Who owes what of a week: the owner of a measurable, else the heads of its department, else its deputies.

    People who left and people without an address are not among them. Three queries.
    """
    missing = [entry for entry in missing_entries(week=week, now=now) if department in (None, entry.department)]
    if not missing:
        return ()
    leads = _leads({entry.department for entry in missing})
    owners = _people({entry.owner for entry in missing if entry.owner is not None})
    shares: dict[tuple[int, int], list[Missing]] = {}
    people: dict[int, User] = {}
    for entry in missing:
        owner = owners.get(entry.owner or 0)
        for person in [owner] if owner else leads.get(entry.department, []):
            people[person.pk] = person
            shares.setdefault((entry.department, person.pk), []).append(entry)
    return tuple(
        Owed(
            user=people[person],
            department=number,
            department_key=share[0].department_key,
            department_name=share[0].department_name,
            week=week,
            missing=tuple(
                MissingEntry(measurable_key=entry.measurable_key, measurable_name=entry.measurable_name)
                for entry in share
            ),
        )
        for (number, person), share in sorted(shares.items())
    )


def _leads(departments: Iterable[int]) -> dict[int, list[User]]:
    """The heads of each department; where it has none, its deputies."""
    rows = (
        Membership.objects.filter(department__in=departments, role__in=[Role.HEAD, Role.DEPUTY], user__is_active=True)
        .exclude(user__email="")
        .select_related("user")
        .order_by("pk")
    )
    by_role: dict[int, dict[str, list[User]]] = {}
    for row in rows:
        if row.department_id is not None:
            by_role.setdefault(row.department_id, {}).setdefault(row.role, []).append(row.user)
    return {number: roles.get(Role.HEAD) or roles[Role.DEPUTY] for number, roles in by_role.items()}


def _people(ids: Iterable[int]) -> dict[int, User]:
    return User.objects.filter(is_active=True).exclude(email="").in_bulk(list(ids))


def reminders_due(*, now: datetime, any_hour: bool = False) -> tuple[DueReminder, ...]:
    """Reminders that are to be sent now and were not: before the close of the week due, after that of the last one.

    With `any_hour`, for the command line, this includes reminders that are waiting for working hours; nobody is
    reminded of a week that is not over until its reminder is due.
    """
    company = find_company()
    if company is None:
        return ()
    rule = company.close_rule
    due, closed = rule.due_week(now), rule.last_closed_week(now)
    reminders = [
        DueReminder(owed=item, kind=kind, closes_at=rule.closes_at(week))
        for kind, week in ((AFTER, closed), (BEFORE, due))
        for item in owed(week=week, now=now)
        if _timely(kind, week, zone_of(item.user, company), rule=rule, now=now, any_hour=any_hour)
    ]
    return _not_sent(reminders)


def _timely(kind: str, week: date, zone: ZoneInfo, *, rule: CloseRule, now: datetime, any_hour: bool) -> bool:
    closes_at = rule.closes_at(week)
    if not any_hour:
        return may_send(kind, closes_at=closes_at, next_close=rule.closes_at(week + WEEK), zone=zone, now=now)
    if kind == AFTER:
        return True
    over = now.astimezone(rule.zone).date() >= week + WEEK
    return over or before_due(closes_at, zone) <= now


def _not_sent(reminders: Sequence[DueReminder]) -> tuple[DueReminder, ...]:
    weeks = {reminder.owed.week for reminder in reminders}
    sent = set(Reminder.objects.filter(week__in=weeks).values_list("user_id", "department_id", "week", "kind"))
    return tuple(
        reminder
        for reminder in reminders
        if (reminder.owed.user.pk, reminder.owed.department, reminder.owed.week, reminder.kind) not in sent
    )


def week_to_remind_of(*, department: int, now: datetime) -> date | None:
    """The week to remind a department of on request: the last closed one if a value of it is missing, else the one due.
    None if nothing is missing, or before there is a company."""
    company = find_company()
    if company is None:
        return None
    rule = company.close_rule
    for week in (rule.last_closed_week(now), rule.due_week(now)):
        if any(entry.department == department for entry in missing_entries(week=week, now=now)):
            return week
    return None


@dataclass(frozen=True, kw_only=True)
class DepartmentProgress:
    """Which values of a week one department has not entered yet, and when it was last reminded."""

    key: str
    name: str
    missing: tuple[Missing, ...]
    reminded_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class WeekProgress:
    """The departments with missing values: of the last closed week while any is missing there, else of the one due."""

    week: date
    closed: bool
    closes_at: datetime
    departments: tuple[DepartmentProgress, ...]
    entered: bool = True
    """Whether any department has a measurable that people enter."""


def week_progress(*, now: datetime) -> WeekProgress | None:
    """Who has values missing, for those who may remind them. Four queries or six."""
    company = find_company()
    if company is None:
        return None
    rule = company.close_rule
    week = rule.last_closed_week(now)
    missing = missing_entries(week=week, now=now)
    if not missing:
        week = rule.due_week(now)
        missing = missing_entries(week=week, now=now)
    by_department: dict[int, list[Missing]] = {}
    for entry in missing:
        by_department.setdefault(entry.department, []).append(entry)
    reminded = {
        row.department_id: row.sent_at
        for row in Reminder.objects.filter(week=week).order_by("department_id", "sent_at")
    }
    return WeekProgress(
        week=week,
        closed=rule.is_closed(week, now),
        closes_at=rule.closes_at(week),
        departments=tuple(
            DepartmentProgress(
                key=share[0].department_key,
                name=share[0].department_name,
                missing=tuple(share),
                reminded_at=reminded.get(number),
            )
            for number, share in by_department.items()
        ),
        entered=bool(missing) or Measurable.objects.filter(source=MANUAL).exists(),
    )
