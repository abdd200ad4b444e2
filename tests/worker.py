"""A worker of the test itself: it takes messages off the real queue and does them one after another."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from revenue_health.celery import app


def queue_empty() -> None:
    """Messages that a test before this one left are nobody's."""
    with app.connection_for_read() as connection, connection.SimpleQueue("celery") as queue:
        queue.clear()


def work_off() -> list[str]:
    """Do what is in the queue and what that sends, until nothing is left; returns the names of the tasks."""
    done = []
    with app.connection_for_read() as connection, connection.SimpleQueue("celery") as queue, suppress(queue.Empty):
        while message := queue.get(block=False):
            message.ack()
            args, kwargs, _ = message.payload
            deliver(app.tasks[message.headers["task"]], message.headers["job"], *args, **kwargs)
            done.append(message.headers["task"])
    return done


def deliver(task: Any, job: int | None, *args: Any, **kwargs: Any) -> None:
    """As a worker does that got the message."""
    task.push_request(called_directly=False, is_eager=False, job=job, args=args, kwargs=kwargs)
    try:
        task(*args, **kwargs)
    finally:
        task.pop_request()
