"""What taking in a file would change: nothing is written to find out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from departments.core.number_text import NotANumber, number_read
from departments.models import Entry, Measurable


@dataclass(frozen=True, kw_only=True)
class FileChange:
    """One cell of the file that is not what stands there."""

    key: str
    name: str
    week: date
    before: Decimal | None
    after: Decimal | None
    version: int
    error: str = ""


def file_changes(*, department: int, cells: Iterable[tuple[str, date, str]]) -> list[FileChange]:
    """The cells (measurable's key, week, text) that differ from what is stored, with their errors. Two queries."""
    sent = list(cells)
    known = {one.key: one for one in Measurable.objects.filter(department=department)}
    found = {
        (entry.measurable_id, entry.week): entry
        for entry in Entry.objects.filter(measurable__in=known.values(), week__in={week for _, week, _ in sent})
    }
    changes = []
    for key, week, text in sent:
        one = known.get(key)
        entry = found.get((one.pk, week)) if one else None
        before, version = (entry.value, entry.version) if entry else (None, 0)
        after, error = None, ""
        try:
            after = number_read(text)
        except NotANumber as problem:
            error = str(problem)
        if one is None:
            error = "This scorecard has no measurable of this key."
        elif not one.manual and after != before:
            error = "It is computed; it cannot be brought by a file."
        elif week.weekday() != 0:
            error = f"{week} is not a Monday."
        if error or after != before:
            name = one.name if one else key
            changes.append(
                FileChange(key=key, name=name, week=week, before=before, after=after, version=version, error=error)
            )
    return changes
