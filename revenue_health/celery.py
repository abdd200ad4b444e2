"""The Celery application; tasks live in each app's tasks.py."""

import contextlib
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_before_create_process, worker_process_init
from django_structlog.celery.steps import DjangoStructLogInitStep

from revenue_health.embedded.programs import WORKER_NICENESS
from revenue_health.web_server import share_memory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "revenue_health.settings")

app = Celery("revenue_health")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@setup_logging.connect
def keep_django_logging(**options: Any) -> None:
    """A receiver of this signal makes Celery keep Django's logging (revenue_health/logs/config.py)."""


@worker_before_create_process.connect
def share_loaded_code(**options: Any) -> None:
    """All tasks and their imports are loaded by now: child processes share that memory instead of copying it."""
    share_memory()


@worker_process_init.connect
def yield_to_pages(**options: Any) -> None:
    """Let queries of pages go first: lower the priority of our database processes if they run on this machine."""
    from django.conf import settings
    from django.db.backends.signals import connection_created

    if settings.EMBEDDED_DATABASE:
        connection_created.connect(_lower_database_priority, weak=False, dispatch_uid="worker-gives-way")


def _lower_database_priority(connection: Any, **options: Any) -> None:
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, connection.connection.info.backend_pid, WORKER_NICENESS)
