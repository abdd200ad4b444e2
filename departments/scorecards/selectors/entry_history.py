"""One entry and everything that became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from departments.models import Entry, EntryChange, Measurable


@dataclass(frozen=True, kw_only=True)
class EntryHistory:
    """An entry (None where nothing was ever written) and its changes, newest first."""

    measurable: Measurable
    week: date
    entry: Entry | None
    changes: tuple[EntryChange, ...]

    @property
    def version(self) -> int:
        return self.entry.version if self.entry else 0

    @property
    def may_undo(self) -> bool:
        return bool(self.changes) and self.changes[0].version == self.version


def entry_history(*, department: int, measurable: str, week: date) -> EntryHistory | None:
    """None where the department has no such measurable. Three queries."""
    row = Measurable.objects.filter(department=department, key=measurable).select_related("owner").first()
    if row is None:
        return None
    entry = Entry.objects.filter(measurable=row, week=week).select_related("entered_by").first()
    changes = tuple(entry.changes.select_related("by").order_by("-version")[:50]) if entry else ()
    return EntryHistory(measurable=row, week=week, entry=entry, changes=changes)
