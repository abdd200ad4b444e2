"""What Celery beat starts by the clock; hours are in UTC.

What the night then does, in its order: `NIGHTLY_STEPS` in `revenue_health/contribution/services/nightly_steps.py`.
"""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab

MINUTE, HOUR = 60, 3600


def beat_schedule(*, recompute_hour: int, backup_hour: int | None) -> dict[str, dict[str, Any]]:
    """Celery's schedule; without `backup_hour` no backup is written.

    Each message expires just before the next of its kind: what could not start is not worth starting beside that.
    """
    schedule = {
        "heartbeat": _entry("revenue_health.tasks.heartbeat", MINUTE, expires=MINUTE - 5),
        "jobs-continue": _entry("departments.tasks.jobs_continue", MINUTE, expires=MINUTE - 5),
        "nightly-recompute": _entry(
            "pipeline.tasks.recompute_nightly", crontab(hour=recompute_hour, minute=7), expires=23 * HOUR
        ),
        "reminders": _entry("departments.tasks.reminders_hourly", crontab(minute=11), expires=HOUR - 100),
    }
    if backup_hour is not None:
        schedule["nightly-backup"] = _entry(
            "revenue_health.tasks.backup_nightly", crontab(hour=backup_hour, minute=23), expires=23 * HOUR
        )
    return schedule


def _entry(task: str, schedule: float | crontab, *, expires: int) -> dict[str, Any]:
    return {"task": task, "schedule": schedule, "options": {"expires": expires}}
