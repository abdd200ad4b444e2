"""The nightly backup: into the folder BACKUP_DIR, the newest BACKUP_KEEP of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from revenue_health.backup.create import Backup, backup_create

_NAME = re.compile(r"revenue-health-(\d{8}T\d{6}Z)\.backup")
_TIME = "%Y%m%dT%H%M%SZ"
_TONIGHT = timedelta(hours=6)


def nightly_backups() -> list[Path]:
    """The nightly backups in BACKUP_DIR, oldest first; other files there are ignored."""
    folder = Path(settings.BACKUP_DIR)
    files = [path for path in folder.iterdir() if _NAME.fullmatch(path.name)] if folder.is_dir() else []
    return sorted(files)


def nightly_backup_create(*, now: datetime) -> Backup | None:
    """Write tonight's backup, then remove what is beyond BACKUP_KEEP. The old ones stay where the new one fails.

    None where tonight's is there: its worker died after it had written it.
    """
    folder = Path(settings.BACKUP_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _remove_partial(folder)
    backup = None
    if not any(now - _written_at(path) < _TONIGHT for path in nightly_backups()):
        target = folder / f"revenue-health-{now:{_TIME}}.backup"
        backup = backup_create(target=target, passphrase=settings.BACKUP_PASSPHRASE, now=now)
    for old in nightly_backups()[: -settings.BACKUP_KEEP]:
        old.unlink(missing_ok=True)
    return backup


def _written_at(path: Path) -> datetime:
    name = _NAME.fullmatch(path.name)
    assert name
    return datetime.strptime(name[1], _TIME).replace(tzinfo=UTC)


def _remove_partial(folder: Path) -> None:
    """What a killed worker left half-written; only one nightly backup runs at a time."""
    for left in folder.glob(".revenue-health-*.backup.*.partial"):
        left.unlink(missing_ok=True)
