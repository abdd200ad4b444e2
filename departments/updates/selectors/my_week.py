"""What one person has to enter for one week, what is in already, and what earlier weeks still lack."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from departments.access import may_enter, user_roles
from departments.models import Department, Entry, Measurable, User, find_company
from departments.scorecards.core.closing import WEEK, CloseRule, StoredValue
from departments.scorecards.core.goals import DatedGoal, Status, status_of
from departments.scorecards.selectors.scorecards import ScoreRow, score_rows

BACK = 13
"""Weeks in which something missing is still brought up."""


@dataclass(frozen=True, kw_only=True)
class MyRow:
    """One measurable in one week. `last` is the newest value before it, of the week `last_week`."""

    row: ScoreRow
    goal: DatedGoal | None
    value: Decimal | None
    note: str
    version: int
    copied: bool
    late: bool
    entered_by: User | None
    last: Decimal | None
    last_week: date | None
    last_is_of_the_week_before: bool

    @property
    def status(self) -> Status:
        return status_of(None if self.value is None else float(self.value), self.goal)

    @property
    def answered(self) -> bool:
        """A value is in, or somebody wrote why there is none."""
        return self.value is not None or bool(self.note)


@dataclass(frozen=True, kw_only=True)
class MySection:
    """A department's part of the form."""

    id: int
    key: str
    name: str
    rows: tuple[MyRow, ...]
    computed: tuple[MyRow, ...]


@dataclass(frozen=True, kw_only=True)
class EarlierWeek:
    """A closed week that still lacks something."""

    week: date
    missing: int


@dataclass(frozen=True, kw_only=True)
class MyWeek:
    """The whole form of a week; `rule` tells when weeks close."""

    week: date
    due_week: date
    closes_at: datetime
    closed: bool
    sections: tuple[MySection, ...]
    earlier: tuple[EarlierWeek, ...]

    @property
    def rows(self) -> tuple[MyRow, ...]:
        return tuple(row for section in self.sections for row in section.rows)

    @property
    def answered(self) -> int:
        return sum(row.answered for row in self.rows)

    @property
    def complete(self) -> bool:
        return self.answered == len(self.rows)

    def row(self, measurable: int) -> MyRow | None:
        return next((row for row in self.rows if row.row.id == measurable), None)


def my_week(*, user: User, week: date | None, now: datetime) -> MyWeek | None:
    """The form of a week (None: the one that is due) for the departments a person leads and the measurables given to
    the person elsewhere. None before there is a company. Six queries."""
    company = find_company()
    if company is None:
        return None
    rule = company.close_rule
    due = rule.due_week(now)
    shown_week = min(week, due) if week else due
    rows = _rows_of(user)
    entries = _entries(rows, first=min(shown_week, due) - BACK * WEEK, last=due)
    return MyWeek(
        week=shown_week,
        due_week=due,
        closes_at=rule.closes_at(shown_week),
        closed=rule.is_closed(shown_week, now),
        sections=_sections(rows, entries, shown_week, rule),
        earlier=_earlier(rows, entries, due),
    )


def rows_of_department(*, user: User, department: int) -> tuple[ScoreRow, ...]:
    """The measurables of a department whose values a person may enter."""
    return tuple(row for row in _rows_of(user) if row.department == department and row.manual)


def rows_of_week(*, rows: Iterable[ScoreRow], week: date, rule: CloseRule) -> tuple[MyRow, ...]:
    """Several of them. One query."""
    rows = list(rows)
    entries = _entries(rows, first=week - BACK * WEEK, last=week)
    return tuple(_my_row(row, entries, week, rule) for row in rows)


def _rows_of(user: User) -> list[ScoreRow]:
    """What a person may enter, with what is computed for the departments the person leads."""
    leads = set(user_roles(user).leads)
    owned = set(Measurable.objects.filter(owner=user, archived=False).values_list("department_id", flat=True))
    if not leads | owned:
        return []
    return [
        row
        for row in score_rows(departments=leads | owned)
        if row.department in leads or (row.manual and may_enter(user, department=row.department, owner=row.owner))
    ]


def _entries(rows: Collection[ScoreRow], *, first: date, last: date) -> dict[tuple[int, date], Entry]:
    entries = Entry.objects.filter(measurable__in=[row.id for row in rows], week__range=(first, last))
    return {(entry.measurable_id, entry.week): entry for entry in entries.select_related("entered_by")}


def _sections(
    rows: list[ScoreRow], entries: dict[tuple[int, date], Entry], week: date, rule: CloseRule
) -> tuple[MySection, ...]:
    departments = Department.objects.in_bulk({row.department for row in rows})
    sections = []
    for pk, department in sorted(departments.items()):
        own_rows = [_my_row(row, entries, week, rule) for row in rows if row.department == pk]
        sections.append(
            MySection(
                id=pk,
                key=department.key,
                name=department.name,
                rows=tuple(row for row in own_rows if row.row.manual),
                computed=tuple(row for row in own_rows if not row.row.manual),
            )
        )
    return tuple(sections)


def _my_row(row: ScoreRow, entries: dict[tuple[int, date], Entry], week: date, rule: CloseRule) -> MyRow:
    entry = entries.get((row.id, week))
    before = [week - back * WEEK for back in range(1, BACK + 1)]
    last = next((day for day in before if (row.id, day) in entries and entries[row.id, day].value is not None), None)
    stored = StoredValue(value=entry.value, entered_at=entry.entered_at) if entry else StoredValue()
    return MyRow(
        row=row,
        goal=row.goal(week),
        value=entry.value if entry else None,
        note=entry.note if entry else "",
        version=entry.version if entry else 0,
        copied=entry.copied if entry else False,
        late=stored.is_late(rule.closes_at(week)),
        entered_by=entry.entered_by if entry else None,
        last=entries[row.id, last].value if last else None,
        last_week=last,
        last_is_of_the_week_before=last == week - WEEK,
    )


def _earlier(rows: list[ScoreRow], entries: dict[tuple[int, date], Entry], due: date) -> tuple[EarlierWeek, ...]:
    """Closed weeks with something missing, newest first; a measurable is asked for from its first goal on."""
    weeks = []
    for back in range(1, BACK):
        week = due - timedelta(days=7 * back)
        missing = sum(
            row.manual and row.goal(week) is not None and not _answered(entries.get((row.id, week))) for row in rows
        )
        if missing:
            weeks.append(EarlierWeek(week=week, missing=missing))
    return tuple(weeks)


def _answered(entry: Entry | None) -> bool:
    return entry is not None and (entry.value is not None or bool(entry.note))
