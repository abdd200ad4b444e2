"""Tasks of the installation itself."""

from __future__ import annotations

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from departments.jobs import TRANSIENT, JobTask
from revenue_health.backup.errors import BackupError
from revenue_health.backup.nightly import nightly_backup_create

HEARTBEAT_KEY = "heartbeat"
HEARTBEAT_KEPT_SECONDS = 24 * 3600


@shared_task
def heartbeat() -> None:
    """Sent by beat every minute and run by a worker: its last time proves that beat, broker and worker are alive."""
    cache.set(HEARTBEAT_KEY, timezone.now().isoformat(), HEARTBEAT_KEPT_SECONDS)


# A server or disk that is away at night is often back within minutes.
@shared_task(base=JobTask, transient=(*TRANSIENT, BackupError), pause_seconds=60.0)
def backup_nightly() -> None:
    """Sent by beat where BACKUP_DIR is set: tonight's backup, and the oldest ones go."""
    nightly_backup_create(now=timezone.now())
