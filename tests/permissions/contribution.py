"""The pages of the contribution model. No scores are computed here: each page says so."""

from __future__ import annotations

from datetime import date

from departments.models import Department
from pipeline.models import Stage
from revenue_health.contribution.models import Leak
from tests.permissions import LEADS, MANAGERS, OWN, WORKS_HERE, row

LEGAL = {"key": "legal"}
ROWS = [
    row("contribution:bridge", get=WORKS_HERE.gives(301)),
    row("contribution:party", LEGAL, get=WORKS_HERE.gives(301)),
]


def a_leak() -> dict[str, int]:
    """A leak of legal's."""
    stage, week = Stage.objects.get(key="contract"), date(2026, 11, 16)
    found = Leak.objects.create(
        pipeline=stage.pipeline, stage=stage, department=Department.objects.get(key="legal"), factor="waiting",
        first_seen=week, since=week, last_seen=week, read=week, amount=9.0, low=5.0, high=13.0,
    )  # fmt: skip
    return {"pk": found.pk}


ROWS += [
    row("contribution:measurables_panel", LEGAL, get=OWN),
    row("contribution:register", get=WORKS_HERE),
    row("contribution:leak", a_leak, get=WORKS_HERE),
    row("contribution:leak_assign", a_leak, post=MANAGERS.gives(302)),
    row("contribution:leak_status", a_leak, post=LEADS.gives(422)),
]
