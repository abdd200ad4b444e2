"""Values of scorecards that people could not have entered, as notes of the import that brought them."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone

from departments.formats import counted
from departments.models import Measurable, current_company
from departments.models.scorecard import MANUAL
from departments.translation import gettext_noop
from pipeline.imports.folder.checks import query


def weeks_to_come_notes() -> list[str]:
    """A sentence where entries.csv has values of weeks that have not begun: pages refuse them, a folder keeps them."""
    today = timezone.now().astimezone(current_company().zone).date()
    ((count, last),) = query(
        "SELECT count(*), max(week) FROM in_entries WHERE week > %s AND value IS NOT NULL", [today]
    )
    if not count:
        return []
    note = gettext_noop(
        "entries.csv: {values} of weeks that have not begun, the last of {last}; correct the week if it is a slip."
    )
    return [note.format(values=counted(count, "value"), last=last)]


def beyond_limits_notes() -> list[str]:
    """A sentence for each measurable of entries.csv with values beyond its limits: how many, the lowest, the highest.

    A folder is history, and has no column for limits: its values are taken, and named.
    """
    keys = [key for (key,) in query("SELECT DISTINCT measurable FROM in_entries")]
    return [
        note
        for measurable in Measurable.objects.filter(key__in=keys, source=MANUAL).prefetch_related("goals")
        if (note := _limits_note(measurable))
    ]


def _limits_note(measurable: Measurable) -> str:
    bounds = measurable.bounds
    below = Decimal("-Infinity") if bounds.lowest is None else bounds.lowest
    above = Decimal("Infinity") if bounds.highest is None else bounds.highest
    ((count, least, most),) = query(
        "SELECT count(*), min(e.value), max(e.value) FROM departments_entry e"
        " JOIN (SELECT DISTINCT week FROM in_entries WHERE measurable = %s) i ON i.week = e.week"
        " WHERE e.measurable_id = %s AND (e.value < %s OR e.value > %s)",
        [measurable.key, measurable.pk, below, above],
    )
    if not count:
        return ""
    ends = f"{least.normalize():f}" if least == most else f"{least.normalize():f} to {most.normalize():f}"
    return gettext_noop(
        "entries.csv: {values} of {measurable} ({ends}) beyond its limits ({bounds}); taken as "
        "they are. Set other limits on the measurable's page if such values are right."
    ).format(values=counted(count, "value"), measurable=measurable.key, ends=ends, bounds=bounds)
