"""Names of tasks stay: jobs that wait in the database over an upgrade, and beat's schedule, call them by name."""

from __future__ import annotations

from celery import current_app

import departments.tasks

NAMES = {
    "departments.tasks.jobs_continue",
    "departments.tasks.mention_mail",
    "departments.tasks.reminders_hourly",
    "departments.tasks.reminder_asked",
    "departments.tasks.password_reset_mail",
    "departments.tasks.invitation_mail",
}


def test_celery_finds_every_task_of_the_wings_under_its_old_name() -> None:
    assert departments.tasks.jobs_continue.name in NAMES
    assert {name for name in current_app.tasks if name.startswith("departments.")} == NAMES
