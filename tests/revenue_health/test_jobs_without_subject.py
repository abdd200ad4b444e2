"""Jobs whose rows are gone when a worker takes them: they end at once, and the log says so in one line."""

from __future__ import annotations

import inspect
import logging
from contextlib import suppress
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection
from django.utils import timezone

from departments.jobs import JobTask
from departments.models import Department, Job, Measurable, Membership, User
from pipeline.models import ImportBatch
from pipeline.selectors.data.runs import latest_run
from pipeline.services.imports import company_folder_load
from pipeline.services.imports_undo import import_undo
from pipeline.services.recompute import recompute
from pipeline.tasks import measurable_followed
from revenue_health.celery import app
from revenue_health.contribution import tasks as contribution
from revenue_health.contribution.models import GroupScore, ScoreRun
from revenue_health.contribution.selectors.comparison.scores import running_periods
from revenue_health.contribution.services.nightly_steps import NIGHTLY_STEPS
from revenue_health.contribution.services.scores import scores_plan
from revenue_health.review.services.evidence import evidence_request
from revenue_health.review.tasks import evidence_asked
from tests.pipeline.folders import part_write
from tests.shown_company import company_shown
from tests.worker import deliver, queue_empty, work_off

pytestmark = pytest.mark.django_db
ENDED = "ended: what it was about was removed meanwhile"
ABOUT_NO_ROW = {
    "departments.tasks.password_reset_mail": "an address, which may be nobody's",
    "pipeline.tasks.recompute_requested": "all deals",
    "pipeline.tasks.sample_requested": "an empty installation",
}
"""Tasks with arguments that name no row they need, and what they are about."""


def job_tasks() -> dict[str, JobTask]:
    """The product's tasks that are jobs and are told what to work on."""
    ours = ("departments.", "pipeline.", "revenue_health.")
    for config in apps.get_app_configs():
        if config.name.startswith(tuple(name.rstrip(".") for name in ours)):
            with suppress(ModuleNotFoundError):
                import_module(f"{config.name}.tasks")
    tasks = {name: task for name, task in app.tasks.items() if name.startswith(ours) and isinstance(task, JobTask)}
    return {name: task for name, task in tasks.items() if inspect.signature(task.run).parameters}


WITH_SUBJECT = sorted(set(job_tasks()) - set(ABOUT_NO_ROW))


@pytest.fixture(autouse=True)
def _queue(caplog: pytest.LogCaptureFixture) -> None:
    queue_empty()
    caplog.set_level(logging.INFO)


def ended(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The lines about jobs that ended without their rows; nothing else of the log may be an error."""
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
    return [record.getMessage() for record in caplog.records if ENDED in record.getMessage()]


def test_every_task_about_a_row_says_whether_it_exists() -> None:
    assert {name for name, task in job_tasks().items() if task.subject_exists is None} == set(ABOUT_NO_ROW)


@pytest.mark.parametrize("name", WITH_SUBJECT)
def test_a_task_whose_row_is_gone_ends_with_one_line(name: str, caplog: pytest.LogCaptureFixture) -> None:
    task = job_tasks()[name]
    no_row: dict[str, Any] = {"token": "ab" * 12, "name": "forecast", "week": "2026-11-16", "period": "2026-Q4"}
    required = [
        parameter
        for parameter in inspect.signature(task.run).parameters.values()
        if parameter.default is inspect.Parameter.empty
    ]
    arguments = {parameter.name: no_row.get(parameter.name, 10**9) for parameter in required}
    task.delay(**arguments)
    assert work_off() == [name]
    assert Job.objects.get().state == Job.State.DONE
    assert len(ended(caplog)) == 1
    deliver(task, Job.objects.get().pk, **arguments)  # a message that comes twice
    assert len(ended(caplog)) == 1


@pytest.fixture(scope="module")
def scored(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The shown company with what a night makes of it."""
    with django_db_blocker.unblock(), company_shown(tmp_path_factory.mktemp("gone"), scored=True):
        yield


def test_after_the_first_import_was_undone_nothing_of_its_night_fails(
    scored: None, caplog: pytest.LogCaptureFixture
) -> None:
    Membership.objects.exclude(department=None).delete()  # people of a department keep its import
    run, user, scores = latest_run(), User.objects.get(username="ceo"), ScoreRun.objects.earliest("pk")
    assert run
    contribution.night_of_run.delay(run.pk)
    for step in NIGHTLY_STEPS:
        contribution.night_step.delay(run.pk, step.name)
    contribution.scores_requested.delay(run.pk, "2026-Q2")
    contribution.group_score.delay(GroupScore.objects.filter(score_run=scores).earliest("pk").pk, scores.pk)
    contribution.scores_added_up.delay(scores.pk)
    contribution.cut_requested.delay(scores.pk, "owner")
    evidence = evidence_request(run=run, period="2026-Q3", baseline="", user=user, now=timezone.now())
    evidence_asked.delay(evidence.pk)
    measurable_followed.delay(Measurable.objects.exclude(source="manual").earliest("pk").pk)
    import_undo(batch_id=ImportBatch.objects.get().pk)
    requested = Job.objects.count()
    assert len(work_off()) == requested == len(NIGHTLY_STEPS) + 7
    assert len(ended(caplog)) == requested
    assert set(Job.objects.values_list("state", flat=True)) == {Job.State.DONE}


def test_scores_of_a_pipeline_that_an_undo_took_out_end_with_a_reason(
    scored: None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A worker that has read the run's flows still has the pipeline, and its groups cannot be written any more."""
    before = latest_run()
    assert before
    batch = _another_pipeline(tmp_path, before.as_of - timedelta(days=40))
    recompute(as_of=before.as_of)
    run = latest_run()
    assert run
    periods = running_periods(run=run)
    assert periods
    scores_plan(run=run, periods=periods)
    Job.objects.all().delete()
    queue_empty()
    import_undo(batch_id=batch)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as at the end of each transaction of a worker
    contribution.scores_requested.delay(run.pk, periods.period.label)
    work_off()
    undone = [line for line in map(logging.LogRecord.getMessage, caplog.records) if "an import was undone" in line]
    assert len(undone) == 1
    assert [record for record in caplog.records if record.exc_info] == []
    job = Job.objects.get()
    assert (job.state, job.error) == ("failed", "An import was undone meanwhile. Calculate the figures again.")
    # An error that no undo explains is one.
    ImportBatch.objects.update(undone_at=run.started_at - timedelta(days=1))
    contribution.scores_requested.delay(run.pk, periods.period.label)
    with pytest.raises(IntegrityError):
        work_off()


def _another_pipeline(folder: Path, last: Any) -> int:
    deals, events = [], []
    for number in range(60):
        begin = last - timedelta(days=9 * number)
        deals.append(f"X{number},,extra,,Ann,,,EUR,big")
        steps = [("a", 0), ("b", 6)] + ([("done" if number % 2 else "lost", 24)] if number % 3 else [])
        events += [
            f"X{number},{(begin + timedelta(days=days)).isoformat()},,{stage},1000,,,Ann" for stage, days in steps
        ]
    files = {
        "departments.csv": ["key,name,kind,head_email", "care,Care,internal,"],
        "pipelines.csv": ["key,name", "extra,Extra"],
        "stages.csv": [
            "pipeline,key,name,position,owner_department,earns,time_limit_days",
            "extra,a,A,1,care,0,",
            "extra,b,B,2,care,0,",
            "extra,done,Done,3,care,1,",
        ],
        "opportunities.csv": ["key,name,pipeline,account,owner,team,source,currency,segment", *deals],
        "events.csv": ["opportunity,occurred_at,recorded_at,stage,amount,expected_close,reason,actor", *events],
    }
    result = company_folder_load(
        path=part_write(folder, {name: "\n".join(rows) + "\n" for name, rows in files.items()})
    )
    assert result.accepted
    assert Department.objects.filter(key="care").exists()
    return result.batch or 0
