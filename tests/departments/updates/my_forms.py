"""What the tests of My updates send and read."""

from __future__ import annotations

from datetime import date
from typing import Any

from departments.models import Entry, Measurable
from tests.departments.scorecards.companies import DUE

MY = "/my/"
HTMX = {"HX-Request": "true"}
type Measurables = dict[str, Measurable]


def text(page: Any) -> str:
    return " ".join(page.content.decode().split())


def enter(measurable: Measurable, week: date, value: int | None = 1, **more: Any) -> Entry:
    return Entry.objects.create(measurable=measurable, week=week, value=value, **more)


def form(measurables: Measurables, week: date = DUE, **values: str) -> dict[str, str]:
    """What a browser sends: every row's fields, as they are when nothing is stored yet, with some filled in."""
    sent = {"week": week.isoformat()}
    for key in ("reviews", "terms"):
        pk = measurables[key].pk
        sent |= {f"value-{pk}": values.get(key, ""), f"note-{pk}": values.get(f"{key}_note", ""), f"version-{pk}": "0"}
    return sent
