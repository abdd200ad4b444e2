"""A small scored company with a frozen pack, in files of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from departments.models import Company
from pipeline.selectors.data.runs import latest_run
from revenue_health.review.services.packs import pack_freeze
from tests.shown_company import company_shown


@pytest.fixture
def company(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    """What a backup is made of: rows, custody files, an upload, a pack."""
    settings.UPLOADS = tmp_path / "uploads"
    _end_other_connections()
    with company_shown(tmp_path, scored=True):
        (settings.UPLOADS / "7").mkdir(parents=True)
        (settings.UPLOADS / "7" / "errors.csv").write_text("file,line\n")
        (settings.UPLOADS / "dry-run").mkdir()
        (settings.UPLOADS / "dry-run" / "errors.csv").write_text("passing\n")
        run = latest_run()
        assert run
        pack_freeze(run=run, company=Company.objects.get(), user=None, now=timezone.now())
        yield


def _end_other_connections() -> None:
    """What threads of earlier tests left open: a restore refuses while anybody else is connected."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
