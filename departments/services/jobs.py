"""Background jobs as rows: requested, claimed, kept alive by a heartbeat, ended; recovered when a worker dies.

The queue only says that there is something to do. Whether it is to be done is decided by the row, so a message that
is lost, doubled or late does no harm.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from departments.models.jobs import OPEN, Job, job_key

HEARTBEATS = 8
"""Heartbeats sent within the time after which a job counts as lost, so that a few of them may fail."""
RESEND_SECONDS = 45
MOST_ATTEMPTS = 6
RETENTION = timedelta(days=1)


def job_request(
    *, task: str, args: list[Any], kwargs: dict[str, Any], line: str, due_in: float = 0, again: bool = False
) -> Job:
    """The open job of this task with these arguments, created if there is none.

    With `again`, a job that is running now runs once more, because its input may have changed since it started.
    """
    now = timezone.now()
    arguments = {"args": args, "kwargs": kwargs}
    with transaction.atomic():
        job, created = Job.objects.filter(state__in=OPEN).get_or_create(
            key=job_key(task, args, kwargs),
            defaults={
                "task": task,
                "arguments": arguments,
                "line": line,
                "created_at": now,
                "due_at": now + timedelta(seconds=due_in),
                "touched_at": now,
            },
        )
        # One that still waits will see the new input anyway.
        if again and not created:
            Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(again=True)
    return job


def job_sent(*, job: int) -> None:
    """A message about it went to the queue."""
    Job.objects.filter(pk=job).update(sent_at=timezone.now(), sends=F("sends") + 1)


def job_claim(*, job: int) -> Job | None:
    """Claim the job, unless it is done, somebody is working on it, or an earlier job of its line is open."""
    now = timezone.now()
    free = Q(state=Job.State.WAITING) | Q(state=Job.State.RUNNING, touched_at__lt=_stale(now))
    earlier = Job.objects.filter(line=OuterRef("line"), state__in=OPEN, pk__lt=OuterRef("pk")).exclude(line="")
    holder = secrets.token_hex(16)
    claimed = Job.objects.filter(free, ~Exists(earlier), pk=job).update(
        state=Job.State.RUNNING, holder=holder, touched_at=now, attempts=F("attempts") + 1
    )
    return Job.objects.get(pk=job) if claimed else None


@contextmanager
def heartbeat(job: Job) -> Iterator[None]:
    """Touch the job every few seconds while the block runs, from a thread with a connection of its own."""
    over = threading.Event()

    def beat() -> None:
        try:
            while not over.wait(settings.JOB_STALE_SECONDS / HEARTBEATS):
                try:
                    _held(job).update(touched_at=timezone.now())
                except DatabaseError:
                    # The database may come back before the job counts as lost.
                    connection.close()
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat of job {job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def job_done(job: Job) -> bool:
    """Mark it as done; False if it was requested again meanwhile and is waiting once more."""
    now = timezone.now()
    # One statement looks and writes: a request that came in between would be lost.
    if _held(job).filter(again=False).update(state=Job.State.DONE, error="", touched_at=now):
        return True
    waits = {"state": Job.State.WAITING, "holder": "", "again": False, "attempts": 0, "sends": 0}
    # Nothing updated: another worker took the job over, so there is nothing left to do here.
    return not _held(job).update(due_at=now, touched_at=now, **waits)


def job_fail(job: Job, *, error: str) -> None:
    _held(job).update(state=Job.State.FAILED, error=error[:2_000], touched_at=timezone.now())


def job_wait(job: Job, *, seconds: float, error: str = "", counted: bool = True) -> None:
    """Put it back in the queue for a later attempt; an attempt that only waited for another job is not counted."""
    now = timezone.now()
    _held(job).update(
        state=Job.State.WAITING,
        holder="",
        due_at=now + timedelta(seconds=seconds),
        touched_at=now,
        sends=0,
        error=error[:2_000],
        attempts=F("attempts") if counted else F("attempts") - 1,
    )


def next_in_line(job: Job) -> Job | None:
    """The job that may run now that this one has ended."""
    if not job.line:
        return None
    return Job.objects.filter(line=job.line, state__in=OPEN).order_by("pk").first()


def orphaned_jobs(*, at_start: bool) -> list[Job]:
    """Open jobs that nobody is working on, because their worker died or their message was lost. Also deletes old jobs
    that have ended.

    On worker start this includes jobs whose message may still be in the queue: a second message does no harm.
    """
    now = timezone.now()
    Job.objects.exclude(state__in=OPEN).filter(touched_at__lt=now - RETENTION).delete()
    lost = Job.objects.filter(state=Job.State.RUNNING, touched_at__lt=_stale(now))
    # Without sent_at it counts as a message that was lost, so it is sent below.
    lost.update(state=Job.State.WAITING, holder="", due_at=now, sends=0, touched_at=now, sent_at=None)
    waiting = Job.objects.filter(state=Job.State.WAITING, due_at__lte=now)
    return [job for job in waiting if at_start or _message_lost(job, now)]


def _message_lost(job: Job, now: datetime) -> bool:
    """Wait twice as long before each resend, so that a long queue does not fill up with duplicates."""
    if job.sent_at is None:
        return True
    patience = RESEND_SECONDS * 2 ** max(job.sends - 1, 0)
    return max(job.sent_at, job.due_at) < now - timedelta(seconds=patience)


def _held(job: Job) -> Any:
    # By holder: a worker that was taken for dead and comes back must not touch the job of its successor.
    return Job.objects.filter(pk=job.pk, holder=job.holder, state=Job.State.RUNNING)


def _stale(now: datetime) -> datetime:
    return now - timedelta(seconds=settings.JOB_STALE_SECONDS)
