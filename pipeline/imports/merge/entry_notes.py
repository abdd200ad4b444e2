"""Values of scorecards that people could not have entered, as notes of the import that brought them."""

from __future__ import annotations

from decimal import Decimal

from departments.formats import counted
from departments.models import Measurable
from departments.models.scorecard import MANUAL
from departments.translation import gettext_noop
from pipeline.imports.folder.checks import query


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
