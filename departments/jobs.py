"""Celery tasks that survive their worker: `@shared_task(base=JobTask)`.

Every request is a row (departments/models/jobs.py) and a message. A worker that takes the message claims the row and
keeps it alive; what a killed worker leaves is found at the start of a worker and every minute.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from typing import Any

from celery import current_app
from celery.contrib.django.task import DjangoTask
from django.db import InterfaceError, OperationalError
from redis.exceptions import ConnectionError as RedisConnectionError

from departments.models.jobs import Job
from departments.services.jobs import (
    MOST_ATTEMPTS,
    heartbeat,
    job_claim,
    job_done,
    job_fail,
    job_request,
    job_sent,
    job_wait,
    next_in_line,
    orphaned_jobs,
)
from departments.translation import gettext_noop

logger = logging.getLogger(__name__)
TRANSIENT: tuple[type[Exception], ...] = (OperationalError, InterfaceError, RedisConnectionError)
BUSY_SECONDS = 3.0
LONGEST_PAUSE_SECONDS = 600.0


class JobTask(DjangoTask):  # type: ignore[misc]
    """A task whose requests are jobs. Called directly (`task(...)`) it runs there and then, without a job."""

    abstract = True
    transient: tuple[type[Exception], ...] = TRANSIENT
    """What passes by itself: tried again, later and later."""
    busy: tuple[type[Exception], ...] = ()
    """Somebody else is at it: tried again in a moment, as often as it takes."""
    pause_seconds = 2.0
    """Before the second attempt; doubled before each further one."""
    most_attempts = MOST_ATTEMPTS
    line = ""
    again = False
    """Whether a request while it runs makes it run once more."""
    # What follows is taken from the class: from a task it would be bound, and get the task as its first argument.
    on_give_up: Callable[..., None] | None = None
    """Called with the arguments and `error=` when no further attempt is made."""
    subject_exists: Callable[..., bool] | None = None
    """Called with the arguments: whether the rows that a request is about are still there. Without them it ends at
    once, with a line in the log."""
    subject_undone: Callable[..., bool] | None = None
    """Called with the arguments when an attempt failed: whether an import of what it works on was undone meanwhile, so
    that nobody needs to look for an error."""

    def apply_async(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        """Write the job down, then send its message."""
        args, kwargs = list(args or ()), dict(kwargs or {})
        # The row first: a message that gets lost is sent again, a job that was never written down is not missed.
        job = job_request(
            task=self.name,
            args=args,
            kwargs=kwargs,
            line=self.line,
            due_in=options.get("countdown") or 0,
            again=self.again,
        )
        return self._send(job, **options)

    def _send(self, job: Job, **options: Any) -> Any:
        headers = {**(options.pop("headers", None) or {}), "job": job.pk}
        sent = super().apply_async(job.arguments["args"], job.arguments["kwargs"], headers=headers, **options)
        job_sent(job=job.pk)
        return sent

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        request = self.request
        if request.called_directly or request.is_eager:
            return self.run(*args, **kwargs)
        number = request.get("job") or (request.headers or {}).get("job")
        if number is None:
            # Beat sends by name; from here on it is a job like any other.
            number = job_request(task=self.name, args=list(args), kwargs=kwargs, line=self.line).pk
        job = job_claim(job=number)
        if job is not None:
            self._work(job, args, kwargs)
        return None

    def _work(self, job: Job, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        try:
            if not self._subject_exists(args, kwargs):
                self._end_without_subject(job)
                return
            # A claim counts as an attempt, so a job that kills its worker each time comes to an end here.
            if job.attempts > self.most_attempts:
                self._give_up(
                    job, gettext_noop("It was interrupted or failed too often; the log of the worker says why.")
                )
                return
            with heartbeat(job):
                self.run(*args, **kwargs)
        except self.busy:
            self._later(job, BUSY_SECONDS, counted=False)
        except self.transient as problem:
            if job.attempts >= self.most_attempts:
                self._give_up(job, f"{type(problem).__name__}: {problem}")
                raise
            logger.warning("job %s (%s) is tried again: %s", job.pk, self.name, problem)
            self._later(job, _pause(self.pause_seconds * 2 ** (job.attempts - 1)), error=str(problem))
        except Exception as problem:  # whatever it is, the row says so; it is raised again
            if not self._subject_exists(args, kwargs):
                self._end_without_subject(job)
                return
            undone = type(self).subject_undone
            if undone is not None and undone(*args, **kwargs):
                logger.info("job %s (%s) ended: an import was undone meanwhile (%r)", job.pk, self.name, problem)
                self._give_up(job, gettext_noop("An import was undone meanwhile. Calculate the figures again."))
                return
            self._give_up(job, f"{type(problem).__name__}: {problem}")
            raise
        else:
            if job_done(job):
                self._next(job)
            else:
                self._send(job)

    def _subject_exists(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        exists = type(self).subject_exists
        return exists is None or exists(*args, **kwargs)

    def _end_without_subject(self, job: Job) -> None:
        logger.info("job %s (%s) ended: what it was about was removed meanwhile", job.pk, self.name)
        job_done(job)
        self._next(job)

    def _later(self, job: Job, seconds: float, *, error: str = "", counted: bool = True) -> None:
        job_wait(job, seconds=seconds, error=error, counted=counted)
        self._send(job, countdown=seconds)

    def _give_up(self, job: Job, error: str) -> None:
        if on_give_up := type(self).on_give_up:
            on_give_up(*job.arguments["args"], **job.arguments["kwargs"], error=error)
        job_fail(job, error=error)
        self._next(job)

    def _next(self, job: Job) -> None:
        following = next_in_line(job)
        if following is not None:
            job_send(following)


def job_send(job: Job) -> None:
    """Send the message of a job again."""
    task = current_app.tasks.get(job.task)
    if isinstance(task, JobTask):
        task._send(job)
    else:
        job_fail(job, error=gettext_noop("There is no such task in this version."))


def orphaned_jobs_send(*, at_start: bool = False) -> int:
    """Send what nobody works on; how many that were."""
    left = orphaned_jobs(at_start=at_start)
    for job in left:
        job_send(job)
    return len(left)


def _pause(seconds: float) -> float:
    """Two workers never try again at the same moment."""
    return min(LONGEST_PAUSE_SECONDS, seconds) * random.uniform(0.75, 1.0)  # noqa: S311 - no secret
