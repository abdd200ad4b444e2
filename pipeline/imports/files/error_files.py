"""Where the errors of an import are written: those of a dry run lie apart for each, and go after a day."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from uuid import uuid4

from django.conf import settings

RETENTION_SECONDS = 24 * 3600


def errors_path(*, batch: int | None) -> Path:
    """The file for an import's errors; without a number, for one dry run."""
    if batch is not None:
        return Path(settings.UPLOADS) / str(batch) / "errors.csv"
    folder = Path(settings.UPLOADS) / "dry-run"
    if folder.is_dir():
        for old in folder.iterdir():
            if old.is_dir() and old.stat().st_mtime < time.time() - RETENTION_SECONDS:
                shutil.rmtree(old, ignore_errors=True)
    return folder / uuid4().hex / "errors.csv"
