"""What became of work that was given to the worker."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.utils import timezone

from departments.models.jobs import OPEN, Job, job_key


class Phase(StrEnum):
    """Where a job is, as a page may say it."""

    WAITING = "waiting"
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    NONE = "none"


def phase_of(job: Job | None) -> Phase:
    """Interrupted: its worker stopped; a worker takes it up again within two minutes."""
    if job is None or job.state not in OPEN:
        return Phase.NONE
    if job.state == Job.State.RUNNING:
        alive = job.touched_at >= timezone.now() - timedelta(seconds=settings.JOB_STALE_SECONDS)
        return Phase.RUNNING if alive else Phase.INTERRUPTED
    return Phase.INTERRUPTED if job.attempts else Phase.WAITING


def open_job(*, task: str, args: list[Any] | None = None, kwargs: dict[str, Any] | None = None) -> Job | None:
    """The open job of a task with these arguments."""
    return Job.objects.filter(state__in=OPEN, key=job_key(task, args or [], kwargs or {})).first()


def open_jobs(*, tasks: list[str] | None = None, line: str = "") -> list[Job]:
    """Open jobs of some tasks or of a line, in the order they were requested."""
    jobs = Job.objects.filter(state__in=OPEN)
    if tasks is not None:
        jobs = jobs.filter(task__in=tasks)
    return list((jobs.filter(line=line) if line else jobs).order_by("pk"))
