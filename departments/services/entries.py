"""Writing values of measurables: the one way for people, whatever page or link they come by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from departments.core.closing import CloseRule, Kept, changed
from departments.core.entry_rules import entry_text, note_problem, week_problem
from departments.core.number_text import NotANumber
from departments.models import Company, Entry, EntryChange, Measurable, User

How = EntryChange.How
LONGEST_NOTE = 10_000
MOST_CELLS = 2_000


class ScorecardError(Exception):
    """A value was not taken; the message is for the person who sent it. Nothing was changed."""


class EntryRefused(ScorecardError):
    """What was sent can never be taken: a computed measurable, a week to come, no number."""


class EntryConflict(ScorecardError):
    """Somebody else changed the entry since the sender saw it."""

    def __init__(self, entry: Entry) -> None:
        self.value, self.note, self.version = entry.value, entry.note, entry.version
        last = entry.changes.select_related("by").order_by("-version").first()
        self.at: datetime | None = last.at if last else None
        self.by: User | None = last.by if last else None
        who = self.by.get_full_name() or self.by.get_username() if self.by else "a file"
        super().__init__(f"Changed by {who} meanwhile.")


class PasteRefused(ScorecardError):
    """Some cells of a block cannot be taken, so none was."""

    def __init__(self, errors: dict[tuple[str, date], str], conflicts: dict[tuple[str, date], EntryConflict]) -> None:
        self.errors, self.conflicts = errors, conflicts
        count = len(errors) + len(conflicts)
        super().__init__(f"{count} {'cell' if count == 1 else 'cells'} cannot be taken; nothing was changed.")


@dataclass(frozen=True, kw_only=True)
class CellVersion:
    """A cell as the sender saw it."""

    measurable: str
    week: date
    version: int


@dataclass(frozen=True, kw_only=True)
class CellText(CellVersion):
    """One cell of a block as it was sent: the text, and the version of the entry that the sender saw (0: none)."""

    text: str
    note: str | None = None
    """None leaves the note as it is."""


@dataclass(frozen=True, kw_only=True)
class _Hand:
    """Who writes, when and how, under which rule."""

    user: User | None
    now: datetime
    how: str
    rule: CloseRule


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
) -> Entry:
    """Write the value of one week; `note` None leaves the note as it is.

    `version` is that of the entry the sender saw, 0 where there was none. EntryConflict when it has moved on,
    EntryRefused when the value can never be taken. What is already so is not written again.
    """
    hand = _Hand(user=user, now=now, how=how, rule=_rule())
    locked = _locked([measurable.pk])[measurable.key]
    entry = Entry.objects.filter(measurable=locked, week=week).first()
    return _write(locked, week, entry, value=value, note=note, version=version, hand=hand)


@transaction.atomic
def entry_note_save(
    *, measurable: Measurable, week: date, note: str, version: int, user: User, now: datetime, how: str
) -> Entry:
    """Write only the note of one week."""
    hand = _Hand(user=user, now=now, how=how, rule=_rule())
    locked = _locked([measurable.pk])[measurable.key]
    entry = Entry.objects.filter(measurable=locked, week=week).first()
    value = entry.value if entry else None
    return _write(locked, week, entry, value=value, note=note, version=version, hand=hand)


@transaction.atomic
def entry_undo(*, measurable: Measurable, week: date, version: int, user: User, now: datetime) -> Entry:
    """Put back what stood there before the newest change; that is a change too, so undoing twice brings it back."""
    hand = _Hand(user=user, now=now, how=How.UNDO, rule=_rule())
    locked = _locked([measurable.pk])[measurable.key]
    return _undone(locked, week, Entry.objects.filter(measurable=locked, week=week).first(), version, hand)


@transaction.atomic
def entries_undo(*, department: int, cells: Sequence[CellVersion], user: User, now: datetime) -> list[Entry]:
    """Undo the newest change of several cells, such as a paste; all or none. Any error is that of the first cell."""
    hand = _Hand(user=user, now=now, how=How.UNDO, rule=_rule())
    measurables, found = _block(department, cells)
    undone = []
    for cell in cells:
        measurable = measurables.get(cell.measurable)
        if measurable is None:
            raise EntryRefused("No such measurable on this scorecard.")
        undone.append(_undone(measurable, cell.week, found.get((measurable.pk, cell.week)), cell.version, hand))
    return undone


def _undone(measurable: Measurable, week: date, entry: Entry | None, version: int, hand: _Hand) -> Entry:
    if entry is None:
        raise EntryRefused("There is nothing to undo.")
    if entry.version != version:
        raise EntryConflict(entry)
    last = entry.changes.filter(version=entry.version).first()
    if last is None:
        raise EntryRefused("This value came with a file: undo that import instead.")
    return _write(measurable, week, entry, value=last.old_value, note=last.old_note, version=version, hand=hand)


@transaction.atomic
def entries_paste(
    *, department: int, cells: Sequence[CellText], user: User, now: datetime, how: str = How.PASTE
) -> list[Entry]:
    """Write a block of cells of one department, all or none; PasteRefused says what is wrong with which cell."""
    hand = _Hand(user=user, now=now, how=how, rule=_rule())
    measurables, found = _block(department, cells)
    errors: dict[tuple[str, date], str] = {}
    conflicts: dict[tuple[str, date], EntryConflict] = {}
    written = []
    times = Counter((cell.measurable, cell.week) for cell in cells)
    for cell in cells:
        try:
            measurable = measurables.get(cell.measurable)
            if measurable is None:
                raise EntryRefused("No such measurable on this scorecard.")
            if times[cell.measurable, cell.week] > 1:
                raise EntryRefused(f"It comes {times[cell.measurable, cell.week]} times; send it once.")
            entry = found.get((measurable.pk, cell.week))
            value = entry_text(cell.text, name=measurable.name, unit=measurable.unit).value
            entry = _write(measurable, cell.week, entry, value=value, note=cell.note, version=cell.version, hand=hand)
            found[measurable.pk, cell.week] = entry
            written.append(entry)
        except EntryConflict as conflict:
            conflicts[cell.measurable, cell.week] = conflict
        except (EntryRefused, NotANumber) as problem:
            errors[cell.measurable, cell.week] = str(problem)
    if errors or conflicts:
        raise PasteRefused(errors, conflicts)
    return written


def _block(
    department: int, cells: Sequence[CellVersion]
) -> tuple[dict[str, Measurable], dict[tuple[int, date], Entry]]:
    """The department's measurables named by the cells, locked, by key; and the entries there are."""
    if len(cells) > MOST_CELLS:
        raise EntryRefused(f"At most {MOST_CELLS:,} cells at a time; this were {len(cells):,}. Nothing was changed.")
    keys = {cell.measurable for cell in cells}
    known = Measurable.objects.filter(department_id=department, key__in=keys).values_list("pk", flat=True)
    measurables = _locked(list(known))
    entries = Entry.objects.filter(measurable__in=measurables.values(), week__in={cell.week for cell in cells})
    return measurables, {(entry.measurable_id, entry.week): entry for entry in entries}


def _rule() -> CloseRule:
    company = Company.objects.first()
    if company is None:
        raise EntryRefused("There is no company yet.")
    return company.close_rule


def _locked(ids: list[int]) -> dict[str, Measurable]:
    """Measurables by key, locked in one order: who writes to the same measurable waits until the other is done."""
    rows = Measurable.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    return {row.key: row for row in rows}


def _write(
    measurable: Measurable,
    week: date,
    entry: Entry | None,
    *,
    value: Decimal | None,
    note: str | None,
    version: int,
    hand: _Hand,
) -> Entry:
    _check(measurable, week, note, hand)
    entry = entry or Entry(measurable=measurable, week=week, version=0)
    note = entry.note if note is None else note.strip()
    if (value, note) == (entry.value, entry.note):
        return entry
    if entry.version != version:
        raise EntryConflict(entry)
    change = EntryChange(
        at=hand.now,
        by=hand.user,
        how=hand.how,
        version=entry.version + 1,
        old_value=entry.value,
        new_value=value,
        old_note=entry.note,
        new_note=note,
        after_close=hand.rule.is_closed(week, hand.now),
    )
    _apply(entry, value, note, hand)
    change.entry = entry
    change.save(force_insert=True)
    return entry


def _apply(entry: Entry, value: Decimal | None, note: str, hand: _Hand) -> None:
    """The new state, with what was reported kept."""
    before = Kept(
        value=entry.value,
        entered_at=entry.entered_at,
        changed_after_close=entry.changed_after_close,
        reported_value=entry.reported_value,
    )
    after = changed(before, value, now=hand.now, closes_at=hand.rule.closes_at(entry.week))
    if value != before.value:
        entry.copied, entry.entered_by = hand.how == How.COPY, hand.user
    entry.value, entry.entered_at = after.value, after.entered_at
    entry.changed_after_close, entry.reported_value = after.changed_after_close, after.reported_value
    entry.note, entry.version = note, entry.version + 1
    entry.save()


def _check(measurable: Measurable, week: date, note: str | None, hand: _Hand) -> None:
    if not measurable.manual:
        raise EntryRefused(f"{measurable.name} is computed; it cannot be typed in.")
    if measurable.archived:
        raise EntryRefused(f"{measurable.name} is archived; bring it back first.")
    problem = week_problem(week, today=hand.now.astimezone(hand.rule.zone).date())
    problem = problem or note_problem(note or "", longest=LONGEST_NOTE)
    if problem:
        raise EntryRefused(problem)
