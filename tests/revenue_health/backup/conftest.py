"""A small scored company with a frozen pack, in files of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from departments.models import Company
from pipeline.selectors.runs import latest_run
from revenue_health.review.services.packs import pack_freeze
from tests.shown_company import company_shown


@pytest.fixture
def company(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    """What a backup is made of: rows, custody files, an upload, a pack."""
    settings.UPLOADS = tmp_path / "uploads"
    with company_shown(tmp_path, scored=True):
        (settings.UPLOADS / "7").mkdir(parents=True)
        (settings.UPLOADS / "7" / "errors.csv").write_text("file,line\n")
        (settings.UPLOADS / "dry-run").mkdir()
        (settings.UPLOADS / "dry-run" / "errors.csv").write_text("passing\n")
        run = latest_run()
        assert run
        pack_freeze(run=run, company=Company.objects.get(), user=None, now=timezone.now())
        yield
