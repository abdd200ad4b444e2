"""One week of a department, measurable by measurable, as a form needs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from departments.models import Entry
from departments.scorecards.selectors.scorecards import ScoreRow, score_rows


@dataclass(frozen=True, kw_only=True)
class WeekEntry:
    """A measurable that is typed in, and what stands there; `version` 0 is nothing yet."""

    row: ScoreRow
    value: Decimal | None
    note: str
    version: int


def week_entries(*, department: int, week: date) -> list[WeekEntry]:
    """The manual measurables of a department in their order. Three queries."""
    rows = [row for row in score_rows(departments=[department]) if row.manual]
    entries = {
        entry.measurable_id: entry for entry in Entry.objects.filter(measurable__in=[row.id for row in rows], week=week)
    }
    listed = []
    for row in rows:
        entry = entries.get(row.id)
        value = entry.value if entry else None
        listed.append(
            WeekEntry(row=row, value=value, note=entry.note if entry else "", version=entry.version if entry else 0)
        )
    return listed
