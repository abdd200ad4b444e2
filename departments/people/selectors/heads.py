"""Who headed a department when: a period names those who headed it then, whoever does today."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from departments.day_formats import day_text
from departments.models import DepartmentHead

DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Head:
    """A head by name, with the first and the last day; None where the first is not on record, or it has no end yet."""

    name: str
    since: date | None
    until: date | None


def heads_by_department() -> dict[str, tuple[Head, ...]]:
    """Everybody on record, by the key of the department, in their order."""
    rows: dict[str, list[DepartmentHead]] = defaultdict(list)
    for row in DepartmentHead.objects.select_related("department", "account"):
        rows[row.department.key].append(row)
    return {key: _followed(heads) for key, heads in rows.items()}


def heads_between(*, department: str, first: date, last: date) -> tuple[Head, ...]:
    """Who headed a department (by key) on any of these days."""
    heads = heads_by_department().get(department, ())
    return tuple(
        head for head in heads if (head.since or first) <= last and (head.until is None or head.until >= first)
    )


def head_on(*, department: str, day: date) -> Head | None:
    """Who headed a department (by key) on a day; None where nobody is on record for it."""
    heads = heads_between(department=department, first=day, last=day)
    return heads[-1] if heads else None


def heads_text(heads: tuple[Head, ...], *, first: date, last: date) -> str:
    """The names in a line, with the days of those who did not head it from the first day to the last."""
    return ", ".join(_with_days(head, first, last) for head in heads)


def _with_days(head: Head, first: date, last: date) -> str:
    began = head.since if head.since and head.since > first else None
    ended = head.until if head.until and head.until < last else None
    if began and ended:
        text = _("{name} ({since} to {until})")
    elif began:
        text = _("{name} (since {since})")
    elif ended:
        text = _("{name} (until {until})")
    else:
        return head.name
    return text.format(name=head.name, since=day_text(began) if began else "", until=day_text(ended) if ended else "")


def _followed(rows: list[DepartmentHead]) -> tuple[Head, ...]:
    """Each ends on the day before the next begins, if not earlier."""
    heads = []
    for row, after in zip(rows, [*rows[1:], None], strict=True):
        ends = [day for day in (row.until, after.since - DAY if after and after.since else None) if day]
        name = row.account.display_name if row.account else row.name
        heads.append(Head(name=name, since=row.since, until=min(ends, default=None)))
    return tuple(heads)
