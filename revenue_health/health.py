"""Health checks: one small check for each thing that can be wrong, and the health check of the web process."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.mail import mailers
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from pipeline.custody_store import parts_missing, run_parts
from pipeline.models import RecomputeRun
from pipeline.selectors.data.readiness import readiness
from pipeline.selectors.data.runs import (
    CRITICAL_HOURS,
    WARNING_HOURS,
    freshness,
    has_outdated_method,
    last_failed_after,
    latest_run,
)
from revenue_health.backup.nightly import nightly_backups
from revenue_health.celery import app
from revenue_health.embedded.programs import beat, worker
from revenue_health.embedded.supervisor import owner_of
from revenue_health.tasks import HEARTBEAT_KEY

# What Django 6.1 needs.
MINIMUM_POSTGRESQL = 150000
MINIMUM_FREE_BYTES = 1024**3
PING_SECONDS = 2.0
STARTING_TRIES = 6
# Three heartbeats in a row are missing by then.
HEARTBEAT_LIMIT_SECONDS = 180
CLOCK_LIMIT_SECONDS = 5.0
QUEUE_LIMIT = 1000


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing looked at; `detail` says what was found, in words for the person who runs the installation."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """All checks. `ok` only when each is; `age_hours` and `balance_error` are of the figures the pages show."""

    ok: bool
    checks: list[Check]
    age_hours: float | None
    balance_error: float | None
    version: str
    readiness: list[dict[str, object]]
    """How far the data carry: no check, since an installation can be well with little in it."""

    def to_dict(self) -> dict[str, object]:
        return asdict(self)


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """For the supervisor, the container and the load balancer: this process serves and reaches its database."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("no database\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


def report(*, now: datetime) -> Report:
    """Run every check; one that raises is not ok and says why."""
    looks: dict[str, Callable[[], tuple[bool, str]]] = {
        "database": _database,
        "migrations": _migrations,
        "broker": _broker,
        "worker": _worker,
        "beat": lambda: _beat(now),
        "figures": lambda: _figures(now),
        "flow balance": _balance,
        "custody store": _custody_store,
        "disk": _disk,
        "clock": lambda: _clock(now),
        "queue": _queue,
        "mail": _mail,
        "backup": lambda: _backup(now),
    }
    checks = [_check(name, look) for name, look in looks.items()]
    run = _run_or_none()
    return Report(
        ok=all(check.ok for check in checks),
        checks=checks,
        age_hours=freshness(run=run, now=now).age_hours,
        balance_error=run.balance_error if run else None,
        version=settings.VERSION,
        readiness=_readiness(),
    )


def _readiness() -> list[dict[str, object]]:
    try:
        return [line.to_dict() for line in readiness()]
    except (DatabaseError, RedisError):
        return []


def _check(name: str, look: Callable[[], tuple[bool, str]]) -> Check:
    try:
        ok, detail = look()
    except Exception as problem:  # whatever a broken part raises is the finding
        ok, detail = False, f"{type(problem).__name__}: {problem}".strip().splitlines()[0]
    return Check(name=name, ok=ok, detail=detail)


def _run_or_none() -> RecomputeRun | None:
    try:
        return latest_run()
    except DatabaseError:
        return None


def _expected_to_serve() -> bool:
    """A server is always expected to serve, a home on a laptop only while `demo` or `serve` owns it."""
    return not settings.EMBEDDED or owner_of(settings.HOME) is not None


def _database() -> tuple[bool, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, current_setting('server_version')")
        number, version = cursor.fetchone()
    return number >= MINIMUM_POSTGRESQL, f"PostgreSQL {version}"


def _migrations() -> tuple[bool, str]:
    executor = MigrationExecutor(connection)
    missing = [str(step) for step, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    return not missing, f"{len(missing)} not applied, first {missing[0]} (run `migrate`)" if missing else "all applied"


def _broker() -> tuple[bool, str]:
    with app.connection_for_read(connect_timeout=PING_SECONDS) as broker:
        broker.ensure_connection(max_retries=1, timeout=PING_SECONDS)
        with broker.channel() as channel:
            # The list is named after Celery's default queue, the only one there is.
            waiting = channel.client.llen("celery")
    return True, f"answers, {waiting} tasks waiting"


def _worker() -> tuple[bool, str]:
    if not _expected_to_serve():
        return True, "not serving: a worker runs with `demo` or `serve`"
    tries = STARTING_TRIES if settings.EMBEDDED and worker(settings.HOME).running() else 1
    # A worker that was started a moment ago needs some seconds until it listens.
    names: list[str] = []
    while not names and tries:
        names = [name for answer in app.control.ping(timeout=PING_SECONDS) for name in answer]
        tries -= 1
    return bool(names), f"{len(names)} answer: {', '.join(names)}" if names else "none answers"


def _beat(now: datetime) -> tuple[bool, str]:
    """Beat cannot be pinged: it is checked by the task it sends every minute."""
    if not _expected_to_serve():
        return True, "not serving: the clock runs with `demo` or `serve`"
    last = parse_datetime(cache.get(HEARTBEAT_KEY) or "")
    if last is None:
        # The first minute of a home: its process is there, its first task is not.
        started = settings.EMBEDDED and beat(settings.HOME).running() is not None
        return started, "runs, first heartbeat within a minute" if started else "no heartbeat (one a minute expected)"
    seconds = (now - last).total_seconds()
    return seconds < HEARTBEAT_LIMIT_SECONDS, f"last heartbeat {seconds:.0f} s ago"


def _figures(now: datetime) -> tuple[bool, str]:
    run = latest_run()
    fresh = freshness(run=run, now=now)
    failed = last_failed_after(run)
    if run is None:
        return False, f"never computed{f', the last run failed: {failed.error}' if failed else ''} (run `recompute`)"
    state = f"run {run.pk} as of {run.as_of:%Y-%m-%d %H:%M} UTC, {fresh.age_hours} h old"
    if has_outdated_method(run):
        return False, f"{state}, computed by the rules of an earlier release (run `recompute`)"
    if failed:
        return False, f"{state}; run {failed.pk} after it failed: {failed.error}"
    limits = {"warning": f", over {WARNING_HOURS} h", "critical": f", over {CRITICAL_HOURS} h: critical"}
    return fresh.level == "fresh", state + limits.get(fresh.level, "")


def _balance() -> tuple[bool, str]:
    run = latest_run()
    if run is None:
        return False, "never computed"
    return run.balance_error == 0, f"error {run.balance_error}"


def _custody_store() -> tuple[bool, str]:
    run = latest_run()
    missing = parts_missing(run_parts(run)) if run else []
    if missing:
        return False, f"{len(missing)} files missing, first {missing[0]} (run `recompute --full`)"
    return True, f"{len(run.parts) if run else 0} parts in {settings.CUSTODY_STORE}"


def _disk() -> tuple[bool, str]:
    folder = Path(settings.CUSTODY_STORE)
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    return free > MINIMUM_FREE_BYTES, f"{free / 1024**3:.1f} GB free at {folder}"


def _clock(now: datetime) -> tuple[bool, str]:
    """Expiry of links, the close of a week and "as known on" are all compared across these two clocks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart = abs((cursor.fetchone()[0] - timezone.now()).total_seconds())
    detail = f"{apart:.1f} s between this machine and the database"
    return apart < CLOCK_LIMIT_SECONDS, detail if apart < CLOCK_LIMIT_SECONDS else f"{detail}: synchronise them (NTP)"


def _queue() -> tuple[bool, str]:
    """Waiting tasks are fine, unless nothing is being taken from the queue."""
    if not _expected_to_serve():
        return True, "not serving: tasks wait for `demo` or `serve`"
    with app.connection_for_read(connect_timeout=PING_SECONDS) as broker:
        broker.ensure_connection(max_retries=1, timeout=PING_SECONDS)
        with broker.channel() as channel:
            waiting = channel.client.llen("celery")
    if waiting > QUEUE_LIMIT:
        return False, f"{waiting} tasks wait, over {QUEUE_LIMIT}: the worker is stuck, or there are too few"
    return True, f"{waiting} tasks wait"


def _mail() -> tuple[bool, str]:
    """Whether the mail server takes a connection and our password; nothing is sent."""
    if settings.MAILERS["default"]["BACKEND"].endswith("filebased.EmailBackend"):
        folder = settings.MAILERS["default"]["OPTIONS"]["file_path"]
        return True, f"EMAIL_URL is not set: mails are written to {folder} and reach nobody"
    server = mailers["default"]
    try:
        server.open()
    finally:
        server.close()
    options = settings.MAILERS["default"]["OPTIONS"]
    return True, f"{options['host']}:{options['port']} answers (`remind --test ADDRESS` sends a mail)"


def _backup(now: datetime) -> tuple[bool, str]:
    if not settings.BACKUP_DIR:
        return True, "no nightly backup (BACKUP_DIR is not set); `backup FILE` makes one"
    backups = nightly_backups()
    if not backups:
        return False, f"none in {settings.BACKUP_DIR} yet"
    newest = backups[-1]
    hours = (now.timestamp() - newest.stat().st_mtime) / 3600
    return hours < WARNING_HOURS, f"{len(backups)} in {settings.BACKUP_DIR}, newest {newest.name}, {hours:.1f} h old"
