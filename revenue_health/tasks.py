"""Tasks of the installation itself."""

from __future__ import annotations

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

HEARTBEAT_KEY = "heartbeat"
HEARTBEAT_KEPT_SECONDS = 24 * 3600


@shared_task
def heartbeat() -> None:
    """Sent by beat every minute, done by a worker: its last time proves clock, broker and worker at once."""
    cache.set(HEARTBEAT_KEY, timezone.now().isoformat(), HEARTBEAT_KEPT_SECONDS)
