"""The nightly backup: into the folder BACKUP_DIR, the newest BACKUP_KEEP of them."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from django.conf import settings

from revenue_health.backup.create import Backup, backup_create

_NAME = re.compile(r"revenue-health-\d{8}T\d{6}Z\.backup")


def nightly_backups() -> list[Path]:
    """The backups in BACKUP_DIR by their own names, oldest first; other files there are nobody's business here."""
    folder = Path(settings.BACKUP_DIR)
    found = [path for path in folder.iterdir() if _NAME.fullmatch(path.name)] if folder.is_dir() else []
    return sorted(found)


def nightly_backup_create(*, now: datetime) -> Backup:
    """Write tonight's backup, then remove what is beyond BACKUP_KEEP. The old ones stay where the new one fails."""
    folder = Path(settings.BACKUP_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / f"revenue-health-{now:%Y%m%dT%H%M%SZ}.backup"
    backup = backup_create(target=target, passphrase=settings.BACKUP_PASSPHRASE, now=now)
    for old in nightly_backups()[: -settings.BACKUP_KEEP]:
        old.unlink(missing_ok=True)
    return backup
