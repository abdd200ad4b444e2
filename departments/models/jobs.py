"""Background jobs: what is waiting, what is running, and whether the worker that runs it is still alive."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy


class Job(models.Model):
    """One piece of work for the worker. `touched_at` is its heartbeat: a running job without one has lost its worker.

    Jobs of one `line` run one after another, in the order they were requested.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    task = models.CharField(max_length=200)
    arguments = models.JSONField(default=dict, help_text="args and kwargs of the task.")
    key = models.CharField(max_length=64, help_text="Digest of task and arguments: open work is requested once.")
    line = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    holder = models.CharField(max_length=32, blank=True, help_text="The attempt that runs it.")
    again = models.BooleanField(default=False, help_text="Requested once more while it ran.")
    attempts = models.PositiveSmallIntegerField(default=0)
    sends = models.PositiveSmallIntegerField(default=0, help_text="Messages sent to the queue since it last waited.")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="Not before this.")
    sent_at = models.DateTimeField(null=True, blank=True)
    touched_at = models.DateTimeField()
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                condition=Q(state__in=["waiting", "running"]),
                name="job_open_once",
                violation_error_message=gettext_lazy("This is being computed already. Wait until it is done."),
            ),
        ]
        indexes = [
            models.Index(fields=["line", "id"], condition=Q(state__in=["waiting", "running"]), name="job_open"),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.arguments}: {self.state}"


OPEN = (Job.State.WAITING, Job.State.RUNNING)


def job_key(task: str, args: list[Any], kwargs: dict[str, Any]) -> str:
    """Equal for equal work."""
    return hashlib.sha256(json.dumps([task, args, kwargs], sort_keys=True).encode()).hexdigest()
