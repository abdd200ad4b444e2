"""Writing values of measurables: the one way for people, whatever page or link they come by."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from departments.models import Entry, EntryChange, Measurable, User, find_company
from departments.scorecards.core.closing import CloseRule, StoredValue, changed
from departments.scorecards.core.entry_rules import entry_text, note_problem, stored_note, unusual_problem, week_problem
from departments.scorecards.core.number_text import NotANumber, NumberText
from departments.scorecards.services.entry_cells import (
    CellText,
    CellVersion,
    EntryConflict,
    EntryRefused,
    EntryUnusual,
    PasteRefused,
    ScorecardError,
)

__all__ = [
    "CellText",
    "CellVersion",
    "EntryConflict",
    "EntryRefused",
    "EntryUnusual",
    "PasteRefused",
    "ScorecardError",
    "entries_paste",
    "entries_undo",
    "entry_note_save",
    "entry_save",
    "entry_undo",
]

How = EntryChange.How
LONGEST_NOTE = 10_000
MOST_CELLS = 2_000


@dataclass(frozen=True, kw_only=True)
class _Writer:
    """Who writes, when and how, under which rule."""

    user: User | None
    now: datetime
    how: str
    rule: CloseRule
    earlier: Mapping[int, Sequence[tuple[date, Decimal]]] | None = None
    """The values of each measurable by week, where far-off ones are to be asked about."""


@transaction.atomic
def entry_save(
    *,
    measurable: Measurable,
    week: date,
    value: Decimal | None,
    note: str | None,
    version: int,
    user: User | None,
    now: datetime,
    how: str,
    ask: NumberText | None = None,
) -> Entry:
    """Write the value of one week; `note` None leaves the note as it is.

    `version` is that of the entry the sender saw, 0 where there was none. EntryConflict when it has moved on,
    EntryRefused when the value can never be taken, EntryUnusual when it is far off and `ask` (the text it was read
    from) says that nobody confirmed it yet. What is already so is not written again.
    """
    locked = _locked([measurable.pk])[measurable.key]
    writer = _Writer(user=user, now=now, how=how, rule=_rule(), earlier=_values_by_week([locked.pk]) if ask else None)
    entry = Entry.objects.filter(measurable=locked, week=week).first()
    return _entry_write(locked, week, entry, writer, value=value, note=note, version=version, ask=ask)


@transaction.atomic
def entry_note_save(
    *, measurable: Measurable, week: date, note: str, version: int, user: User, now: datetime, how: str
) -> Entry:
    """Write only the note of one week."""
    writer = _Writer(user=user, now=now, how=how, rule=_rule())
    locked = _locked([measurable.pk])[measurable.key]
    entry = Entry.objects.filter(measurable=locked, week=week).first()
    value = entry.value if entry else None
    return _entry_write(locked, week, entry, writer, value=value, note=note, version=version)


@transaction.atomic
def entry_undo(*, measurable: Measurable, week: date, version: int, user: User, now: datetime) -> Entry:
    """Restore the value before the newest change. The undo is a change too, so undoing twice brings the value back."""
    writer = _Writer(user=user, now=now, how=How.UNDO, rule=_rule())
    locked = _locked([measurable.pk])[measurable.key]
    return _undone(locked, week, Entry.objects.filter(measurable=locked, week=week).first(), version, writer)


@transaction.atomic
def entries_undo(*, department: int, cells: Sequence[CellVersion], user: User, now: datetime) -> list[Entry]:
    """Undo the newest change of several cells, such as a paste; all or none. Any error is that of the first cell."""
    writer = _Writer(user=user, now=now, how=How.UNDO, rule=_rule())
    measurables, present = _locked_block(department, cells)
    undone = []
    for cell in cells:
        measurable = measurables.get(cell.measurable)
        if measurable is None:
            raise EntryRefused(_("No such measurable on this scorecard."))
        undone.append(_undone(measurable, cell.week, present.get((measurable.pk, cell.week)), cell.version, writer))
    return undone


def _undone(measurable: Measurable, week: date, entry: Entry | None, version: int, writer: _Writer) -> Entry:
    if entry is None:
        raise EntryRefused(_("There is nothing to undo."))
    if entry.version != version:
        raise EntryConflict(entry)
    last = entry.changes.filter(version=entry.version).first()
    if last is None:
        raise EntryRefused(_("This value came with a file: undo that import instead."))
    return _entry_write(measurable, week, entry, writer, value=last.old_value, note=last.old_note, version=version)


@transaction.atomic
def entries_paste(
    *,
    department: int,
    cells: Sequence[CellText],
    user: User,
    now: datetime,
    how: str = How.PASTE,
    ask: bool = False,
) -> list[Entry]:
    """Write a block of cells of one department, all or none; PasteRefused says what is wrong with which cell.

    With `ask` it also says which values are far off, unless their sender is sure of them.
    """
    measurables, present = _locked_block(department, cells)
    earlier = _values_by_week([row.pk for row in measurables.values()]) if ask else None
    writer = _Writer(user=user, now=now, how=how, rule=_rule(), earlier=earlier)
    errors: dict[tuple[str, date], str] = {}
    unusual: dict[tuple[str, date], str] = {}
    conflicts: dict[tuple[str, date], EntryConflict] = {}
    written = []
    times = Counter((cell.measurable, cell.week) for cell in cells)
    for cell in cells:
        try:
            measurable = measurables.get(cell.measurable)
            if measurable is None:
                raise EntryRefused(_("No such measurable on this scorecard."))
            if times[cell.measurable, cell.week] > 1:
                raise EntryRefused(
                    _("It comes {times} times; send it once.").format(times=times[cell.measurable, cell.week])
                )
            entry = present.get((measurable.pk, cell.week))
            number = entry_text(cell.text, name=measurable.name, unit=measurable.unit)
            entry = _entry_write(
                measurable,
                cell.week,
                entry,
                writer,
                value=number.value,
                note=cell.note,
                version=cell.version,
                ask=number if ask and not cell.sure else None,
            )
            present[measurable.pk, cell.week] = entry
            written.append(entry)
        except EntryConflict as conflict:
            conflicts[cell.measurable, cell.week] = conflict
        except EntryUnusual as problem:
            unusual[cell.measurable, cell.week] = str(problem)
        except (EntryRefused, NotANumber) as problem:
            errors[cell.measurable, cell.week] = str(problem)
    if errors or conflicts or unusual:
        raise PasteRefused(errors, conflicts, unusual)
    return written


def _locked_block(
    department: int, cells: Sequence[CellVersion]
) -> tuple[dict[str, Measurable], dict[tuple[int, date], Entry]]:
    """The department's measurables named by the cells, locked, by key; and the entries there are."""
    if len(cells) > MOST_CELLS:
        raise EntryRefused(
            _("You can paste up to {most_cells:,} cells at once; you sent {cells:,}. Nothing was changed.").format(
                most_cells=MOST_CELLS, cells=len(cells)
            )
        )
    keys = {cell.measurable for cell in cells}
    ids = Measurable.objects.filter(department_id=department, key__in=keys).values_list("pk", flat=True)
    measurables = _locked(list(ids))
    entries = Entry.objects.filter(measurable__in=measurables.values(), week__in={cell.week for cell in cells})
    return measurables, {(entry.measurable_id, entry.week): entry for entry in entries}


def _rule() -> CloseRule:
    company = find_company()
    if company is None:
        raise EntryRefused(_("There is no company yet."))
    return company.close_rule


def _locked(ids: list[int]) -> dict[str, Measurable]:
    """Measurables by key, locked in one order: who writes to the same measurable waits until the other is done."""
    rows = Measurable.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    return {row.key: row for row in rows.prefetch_related("goals")}


def _values_by_week(ids: list[int]) -> dict[int, list[tuple[date, Decimal]]]:
    """What was entered for measurables so far, oldest first. One query."""
    values: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    entries = Entry.objects.filter(measurable__in=ids, value__isnull=False).order_by("week")
    for measurable, week, value in entries.values_list("measurable_id", "week", "value"):
        if value is not None:
            values[measurable].append((week, value))
    return values


def _entry_write(
    measurable: Measurable,
    week: date,
    entry: Entry | None,
    writer: _Writer,
    *,
    value: Decimal | None,
    note: str | None,
    version: int,
    ask: NumberText | None = None,
) -> Entry:
    note = None if note is None else stored_note(note)
    _check_allowed(measurable, week, note, writer)
    entry = entry or Entry(measurable=measurable, week=week, version=0)
    note = stored_note(entry.note) if note is None else note
    if (value, note) == (entry.value, stored_note(entry.note)):
        return entry
    if entry.version != version:
        raise EntryConflict(entry)
    if value is not None and value != entry.value and writer.how != How.UNDO:
        _check_value(measurable, week, value, writer, ask)
    change = EntryChange(
        at=writer.now,
        by=writer.user,
        how=writer.how,
        version=entry.version + 1,
        old_value=entry.value,
        new_value=value,
        old_note=entry.note,
        new_note=note,
        after_close=writer.rule.is_closed(week, writer.now),
    )
    _apply(entry, value, note, writer)
    change.entry = entry
    change.save(force_insert=True)
    return entry


def _apply(entry: Entry, value: Decimal | None, note: str, writer: _Writer) -> None:
    """The new state, with what was reported kept."""
    before = StoredValue(
        value=entry.value,
        entered_at=entry.entered_at,
        changed_after_close=entry.changed_after_close,
        reported_value=entry.reported_value,
    )
    after = changed(before, value, now=writer.now, closes_at=writer.rule.closes_at(entry.week))
    if value != before.value:
        entry.copied, entry.entered_by = writer.how == How.COPY, writer.user
    entry.value, entry.entered_at = after.value, after.entered_at
    entry.changed_after_close, entry.reported_value = after.changed_after_close, after.reported_value
    entry.note, entry.version = note, entry.version + 1
    entry.save()


def _check_value(measurable: Measurable, week: date, value: Decimal, writer: _Writer, ask: NumberText | None) -> None:
    """Refuse impossible values and ask about unusual ones; undo skips this, since it restores an accepted value."""
    problem = measurable.bounds.problem(value, name=measurable.name)
    if problem:
        raise EntryRefused(problem)
    if ask is not None and writer.earlier is not None:
        earlier = [old for at, old in writer.earlier.get(measurable.pk, ()) if at < week]
        problem = unusual_problem(ask, earlier=earlier)
        if problem:
            raise EntryUnusual(problem)


def _check_allowed(measurable: Measurable, week: date, note: str | None, writer: _Writer) -> None:
    if not measurable.manual:
        raise EntryRefused(_("{name} is computed and cannot be entered.").format(name=measurable.name))
    if measurable.archived:
        raise EntryRefused(_("{name} is archived; restore it first.").format(name=measurable.name))
    today = writer.now.astimezone(writer.rule.zone).date()
    if problem := week_problem(week, today=today) or note_problem(note or "", longest=LONGEST_NOTE):
        raise EntryRefused(problem)
