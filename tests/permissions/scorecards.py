"""Scorecards: who works here sees the overview, a department its own, and only its head writes on it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from departments.models import Annotation, Department, Measurable, User
from departments.periods import monday_of
from tests.permissions import LEADS, OWN, WORKS_HERE, Rule, row

SETS = Rule(LEADS.roles | {"analyst"})
"""Who sets up legal's scorecard: its head, and analysts everybody's."""


def week() -> date:
    """The newest Monday: nothing is entered for it yet."""
    return monday_of(timezone.localdate())


def a_cell() -> dict[str, Any]:
    manual = Measurable.objects.filter(department__key="legal", source="manual").earliest("pk")
    return {"key": "legal", "measurable": manual.key, "week": week()}


def a_measurable() -> dict[str, Any]:
    cell = a_cell()
    return {"key": cell["key"], "measurable": cell["measurable"]}


def a_remark() -> dict[str, Any]:
    made = Annotation.objects.create(
        department=Department.objects.get(key="legal"),
        day=week() - timedelta(days=7),
        text="New template",
        made_at=timezone.now(),
        made_by=User.objects.get(username="legal"),
    )
    return {"key": "legal", "pk": made.pk}


ROWS = [
    row("departments:scorecards", get=WORKS_HERE),
    row("departments:scorecard", {"key": "legal"}, get=OWN),
    row("departments:scorecard_panel", {"key": "legal"}, get=OWN),
    row("departments:scorecard_download", {"key": "legal", "kind": "csv"}, get=OWN),
    # Who may write is told what is missing; nothing is written without a body.
    row("departments:scorecard_cell", a_cell, get=OWN, post=LEADS.gives(422)),
    row("departments:scorecard_week", lambda: {"key": "legal", "week": week()}, get=LEADS, post=LEADS.gives(302)),
    row("departments:scorecard_paste", {"key": "legal"}, post=LEADS.gives(422)),
    row("departments:scorecard_upload", {"key": "legal"}, get=LEADS, post=LEADS.gives(422)),
    row("departments:scorecard_annotations", {"key": "legal"}, post=LEADS.gives(302)),
    row("departments:scorecard_annotation_remove", a_remark, post=LEADS.gives(302)),
    row("departments:scorecard_measurables", {"key": "legal"}, get=SETS, post=SETS.gives(422)),
    row("departments:scorecard_measurable", a_measurable, get=SETS, post=SETS.gives(422)),
]
