"""Writing values of computed measurables, in bulk: whatever differs from what stands there, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from departments.models import Entry, EntryChange, Measurable, current_company
from departments.scorecards.core.closing import StoredValue, changed

_BATCH = 2_000
_WRITTEN = ["value", "version", "changed_after_close", "reported_value"]


@transaction.atomic
def computed_entries_save(*, values: Mapping[int, Mapping[date, Decimal | None]], now: datetime) -> int:
    """Write the values of measurables (by number) week by week; returns how many entries were new or changed.

    What is counted anew after a week closed is a change after the close: the value reported then is kept beside it.
    A first value of a computed measurable is never late, nobody had to type it.
    """
    rule = current_company().close_rule
    # In a fixed order, so that two concurrent writers wait for each other instead of deadlocking.
    measurables = set(
        Measurable.objects.select_for_update(no_key=True)
        .filter(pk__in=values)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    present = {(entry.measurable_id, entry.week): entry for entry in Entry.objects.filter(measurable__in=measurables)}
    new: list[Entry] = []
    other: list[Entry] = []
    changes: list[EntryChange] = []
    closes = {week: rule.closes_at(week) for weeks in values.values() for week in weeks}
    for pk in sorted(measurables):
        for week, value in values[pk].items():
            entry = present.get((pk, week))
            if entry is None:
                if value is not None:
                    new.append(Entry(measurable_id=pk, week=week, value=value))
            elif entry.value != value:
                changes.append(_change(entry, value, now, closes[week]))
                other.append(entry)
    Entry.objects.bulk_create(new, batch_size=_BATCH)
    Entry.objects.bulk_update(other, _WRITTEN, batch_size=_BATCH)
    EntryChange.objects.bulk_create(changes, batch_size=_BATCH)
    return len(new) + len(other)


def _change(entry: Entry, value: Decimal | None, now: datetime, closes_at: datetime) -> EntryChange:
    """The entry's new state, and the row that tells of it."""
    before = StoredValue(
        value=entry.value,
        entered_at=entry.entered_at,
        changed_after_close=entry.changed_after_close,
        reported_value=entry.reported_value,
    )
    after = changed(before, value, now=now, closes_at=closes_at)
    change = EntryChange(
        entry=entry,
        at=now,
        how=EntryChange.How.FIGURE,
        version=entry.version + 1,
        old_value=entry.value,
        new_value=value,
        old_note=entry.note,
        new_note=entry.note,
        after_close=now >= closes_at,
    )
    entry.value, entry.version = after.value, entry.version + 1
    entry.changed_after_close, entry.reported_value = after.changed_after_close, after.reported_value
    return change
