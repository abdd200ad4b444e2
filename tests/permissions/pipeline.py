"""The pages of the pipeline floor."""

from __future__ import annotations

from typing import Any

from pipeline.models import ImportBatch, Opportunity, Stage
from tests.permissions import MANAGERS, OWN, WORKS_HERE, row


def deal() -> dict[str, Any]:
    return {"key": Opportunity.objects.earliest("pk").key}


def stage() -> dict[str, Any]:
    return {"kind": "stages", "pk": Stage.objects.earliest("pk").pk}


def batch() -> dict[str, Any]:
    return {"pk": ImportBatch.objects.earliest("pk").pk}


NO_UPLOAD = {"token": "none"}
ROWS = [
    row("pipeline:leak_map", get=WORKS_HERE),
    row("pipeline:opportunities", get=WORKS_HERE),
    row("pipeline:data_quality", get=WORKS_HERE),
    row("pipeline:opportunity", deal, get=WORKS_HERE),
    row("pipeline:departments", get=WORKS_HERE),
    row("pipeline:department", {"key": "legal"}, get=OWN),
    row("pipeline:my_queue", get=WORKS_HERE),
    row("pipeline:settings_company", get=MANAGERS, post=MANAGERS.gives(422)),
    row("pipeline:settings_list", {"kind": "stages"}, get=MANAGERS),
    row("pipeline:settings_new", {"kind": "stages"}, get=MANAGERS, post=MANAGERS.gives(422)),
    row("pipeline:settings_edit", stage, get=MANAGERS, post=MANAGERS.gives(422)),
    row("pipeline:settings_remove", stage, get=MANAGERS, post=MANAGERS.gives(409)),
    row("pipeline:set_up_sample", post=MANAGERS.gives(302)),
    row("pipeline:set_up_sample_discard", get=MANAGERS, post=MANAGERS.gives(409)),
    row("pipeline:data", get=WORKS_HERE),
    row("pipeline:data_runs", get=WORKS_HERE.gives(302)),
    row("pipeline:data_recompute", post=MANAGERS.gives(302)),
    row("pipeline:import_upload_start", post=MANAGERS.gives(422)),
    row("pipeline:import_upload", NO_UPLOAD, get=MANAGERS.gives(404)),
    row("pipeline:import_confirm", NO_UPLOAD, post=MANAGERS.gives(404)),
    row("pipeline:import", batch, get=WORKS_HERE),
    row("pipeline:import_errors", batch, get=MANAGERS.gives(404)),
    row("pipeline:import_undo", batch, get=MANAGERS, post=MANAGERS.gives(409)),
]
