"""How tasks that send mail are tried again: `@shared_task(name="departments.tasks...", **MAIL_JOB)`.

The name is written out: jobs waiting in the database and beat's schedule call a task by it, so it has to survive a move
of the module.
"""

from __future__ import annotations

from typing import Any

from departments.jobs import TRANSIENT, JobTask
from departments.services.mail import MailServerUnavailable

MAIL_JOB: dict[str, Any] = {
    "base": JobTask,
    # The server is unreachable or busy; refused addresses are not retried.
    "transient": (*TRANSIENT, ConnectionError, TimeoutError, MailServerUnavailable),
    # Somebody is waiting for this mail: it survives a mail server that is down for half an hour.
    "pause_seconds": 15.0,
    "most_attempts": 9,
}
