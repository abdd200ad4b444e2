"""The verdict, the what-if with its scenarios, and the forecast."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from pipeline.selectors.data.runs import latest_run
from revenue_health.review.models import EvidenceExport, Scenario
from tests.permissions import MANAGERS, OWN, WORKS_HERE, row


def evidence() -> dict[str, Any]:
    made = EvidenceExport.objects.create(
        run=latest_run(), period="2026-Q4", asked_at=timezone.now(), status="done", pdf=b"%PDF-", sha256="0" * 64
    )
    return {"pk": made.pk}


def scenario() -> dict[str, Any]:
    now = timezone.now()
    return {"pk": Scenario.objects.create(name="Legal helps", period="2026-Q4", as_of=now, created_at=now).pk}


ROWS = [
    row("review:drivers", get=WORKS_HERE),
    row("review:drivers_panel", get=WORKS_HERE.gives(302)),
    row("review:drivers_progress", get=WORKS_HERE.gives(302)),
    row("review:drivers_compute", post=WORKS_HERE.gives(302)),
    row("review:drivers_inside", post=WORKS_HERE.gives(302)),
    row("review:driver", {"key": "legal"}, get=OWN),
    row("review:evidence", post=WORKS_HERE.gives(302)),
    row("review:evidence_state", evidence, get=WORKS_HERE),
    row("review:evidence_pdf", evidence, get=WORKS_HERE),
    row("review:accountability", get=WORKS_HERE.gives(301)),
    row("review:forecast", get=WORKS_HERE),
    row("review:lever_line", get=WORKS_HERE),
    row("review:forecast_compute", post=WORKS_HERE.gives(302)),
    row("review:track_record", get=WORKS_HERE),
    row("review:what_if", get=WORKS_HERE, post=WORKS_HERE.gives(302)),
    row("review:scenarios", get=WORKS_HERE),
    row("review:scenario_save", post=WORKS_HERE.gives(302)),
    row("review:scenario_delete", scenario, post=MANAGERS.gives(302)),
    row("review:scenario_restore", scenario, post=MANAGERS.gives(302)),
]
