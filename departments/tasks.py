"""Tasks of the ground floor. Celery looks for them in this module, so it imports those of the wings."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings

from departments.discussion import tasks as discussion
from departments.jobs import orphaned_jobs_send
from departments.people import tasks as people
from departments.updates import tasks as updates

__all__ = ["discussion", "jobs_continue", "people", "updates"]


@shared_task
def jobs_continue(at_start: bool = False) -> None:
    """Every minute, and on worker start: another worker takes over the jobs of a killed one."""
    orphaned_jobs_send(at_start=at_start)


@worker_ready.connect
def _resume_open_jobs(**kwargs: Any) -> None:
    jobs_continue.delay(at_start=True)
    # A worker killed a moment ago still looks alive, so look again later; beat may not be running.
    jobs_continue.apply_async(countdown=settings.JOB_STALE_SECONDS + 5)
