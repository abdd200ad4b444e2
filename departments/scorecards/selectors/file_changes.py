"""What importing a file would change, found out without writing anything."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from departments.core.formula_guard import unguarded
from departments.models import Entry, Measurable
from departments.scorecards.core.entry_rules import entry_text, unusual_problem, week_problem
from departments.scorecards.core.number_text import NotANumber, NumberText
from departments.scorecards.core.score_file.cells import FileCell


@dataclass(frozen=True, kw_only=True)
class FileChange:
    """One cell of the file that is not what stands there."""

    key: str
    name: str
    week: date
    place: str
    text: str
    before: Decimal | None
    after: Decimal | None
    version: int
    error: str = ""
    far: str = ""
    """Why it should be looked at once more."""


def file_changes(*, department: int, cells: Iterable[FileCell], today: date) -> list[FileChange]:
    """The cells of a file that differ from what is stored, with their errors. Three queries."""
    sent = list(cells)
    by_key = {row.key: row for row in Measurable.objects.filter(department=department).prefetch_related("goals")}
    entries: dict[int, dict[date, Entry]] = defaultdict(dict)
    for entry in Entry.objects.filter(measurable__in=by_key.values()).order_by("week"):
        entries[entry.measurable_id][entry.week] = entry
    changes = []
    for cell in sent:
        # A guarded key that went through a workbook still has its apostrophe.
        row = by_key.get(cell.key) or by_key.get(unguarded(cell.key))
        change = _change(cell, row, entries[row.pk] if row else {}, today)
        if change.error or change.after != change.before:
            changes.append(change)
    return changes


def _change(cell: FileCell, measurable: Measurable | None, entries: Mapping[date, Entry], today: date) -> FileChange:
    entry = entries.get(cell.week)
    before, version = (entry.value, entry.version) if entry else (None, 0)
    number, error, far = NumberText(), "", ""
    if measurable is None:
        error = _("This scorecard has no measurable with this key.")
    elif cell.problem:
        error = cell.problem
    else:
        try:
            number = entry_text(cell.text, name=measurable.name, unit=measurable.unit)
        except NotANumber as problem:
            error = str(problem)
        error = error or _other_unit(cell, measurable)
        if not error and number.value != before:
            error = _refusal(measurable, cell.week, number.value, today)
            earlier = [old.value for week, old in entries.items() if week < cell.week and old.value is not None]
            far = unusual_problem(number, earlier=earlier)
    return FileChange(
        key=measurable.key if measurable else cell.key,
        name=measurable.name if measurable else cell.key,
        week=cell.week,
        place=cell.place,
        text=cell.text,
        before=before,
        after=number.value,
        version=version,
        error=error,
        far=far,
    )


def _other_unit(cell: FileCell, measurable: Measurable) -> str:
    """Why a value stands in another unit than the measurable's: hours would be taken for days."""
    named, stored = (normalized_unit(text) for text in (unguarded(cell.unit), measurable.unit))
    if not named or named == stored:
        return ""
    has = _("is measured in “{unit}”").format(unit=measurable.unit) if measurable.unit else _("has no unit")
    return _("The file gives the unit “{unit}”, and {name} {has}. Convert the values or correct the unit.").format(
        unit=cell.unit[:32], name=measurable.name, has=has
    )


def normalized_unit(text: str) -> str:
    """A unit without the spaces and capitals in which two ways of writing it differ."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _refusal(measurable: Measurable, week: date, value: Decimal | None, today: date) -> str:
    """Why a new value cannot be written, as the service that writes would say."""
    if not measurable.manual:
        return _("It is computed and cannot come from a file.")
    if measurable.archived:
        return _("It is archived; restore it first.")
    beyond = "" if value is None else measurable.bounds.problem(value, name=measurable.name)
    return week_problem(week, today=today) or beyond


def stored_values(*, department: int, weeks: Iterable[date]) -> dict[tuple[str, date], Decimal]:
    """The values of a department by measurable's key and week, to their last digit. One query."""
    entries = Entry.objects.filter(measurable__department=department, week__in=list(weeks), value__isnull=False)
    return {
        (entry.measurable.key, entry.week): entry.value
        for entry in entries.select_related("measurable")
        if entry.value is not None
    }
