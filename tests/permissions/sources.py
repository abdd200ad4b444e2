"""The pages of sources."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from pipeline.models import DataSource, SourcePull
from tests.permissions import ANYBODY, MANAGERS, row


def source() -> dict[str, Any]:
    return {"pk": DataSource.objects.create(name="CRM", created_at=timezone.now()).pk}


def files() -> dict[str, Any]:
    now = timezone.now()
    pull = SourcePull.objects.create(source_id=source()["pk"], token="ab" * 12, name="a", taken_at=now, created_at=now)
    return {"token": pull.token}


ROWS = [
    row("pipeline:set_up", get=MANAGERS),
    row("pipeline:set_up_plan", get=MANAGERS, post=MANAGERS.gives(302)),
    row("pipeline:set_up_owners", get=MANAGERS, post=MANAGERS.gives(302)),
    row("departments:first_account", {"token": "none"}, get=ANYBODY.gives(410), post=ANYBODY.gives(410)),
    row("pipeline:sources", get=MANAGERS, post=MANAGERS.gives(422)),
    row("pipeline:source", source, get=MANAGERS, post=MANAGERS.gives(422)),
    row("pipeline:source_mapping", source, get=MANAGERS.gives(404)),
    row("pipeline:source_mapping_upload", source, post=MANAGERS.gives(302)),
    row("pipeline:source_remove", source, get=MANAGERS, post=MANAGERS.gives(302)),
    row("pipeline:source_files", files, get=MANAGERS),
    row("pipeline:source_files_mapping", files, post=MANAGERS.gives(302)),
    row("pipeline:source_files_reread", files, post=MANAGERS.gives(302)),
    row("pipeline:source_files_take_in", files, post=MANAGERS.gives(302)),
    row("pipeline:source_files_remove", files, get=MANAGERS, post=MANAGERS.gives(409)),
]
