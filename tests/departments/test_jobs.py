"""Work of the worker: claimed once, kept alive by a heartbeat, found again when its worker died, in line if it must."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from celery import shared_task
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone

from departments import jobs
from departments.jobs import JobTask, orphaned_jobs_send
from departments.models import Job
from departments.selectors.jobs import Phase, open_job, phase_of
from departments.services import jobs as services
from pipeline.models import RecomputeRun
from revenue_health.celery import app
from revenue_health.contribution.tasks import left_undone_continue

ran: list[tuple[Any, ...]] = []
raises: list[Exception] = []
gave_up: list[str] = []


class Occupied(Exception):
    """Somebody else is at it."""


def on_give_up(number: int, *, error: str) -> None:
    gave_up.append(error)


@shared_task(base=JobTask, line="tests", busy=(Occupied,), on_give_up=on_give_up, name="tests.in_line")
def in_line(number: int) -> None:
    ran.append((number,))
    if raises:
        raise raises.pop()


@shared_task(base=JobTask, again=True, name="tests.follows")
def follows() -> None:
    ran.append(())
    if len(ran) == 1:
        follows.delay()


rows: set[int] = set()
undone: set[int] = set()


@shared_task(
    base=JobTask,
    on_give_up=on_give_up,
    subject_exists=lambda number: number in rows,
    subject_undone=lambda number: number in undone,
    name="tests.of_row",
)
def of_row(number: int) -> None:
    ran.append((number,))
    if number < 0:
        rows.discard(number)
    if raises:
        raise raises.pop()


@pytest.fixture(autouse=True)
def queue(db: None) -> Iterator[None]:
    """The real queue, empty before and after."""
    for record in (ran, raises, gave_up, rows, undone):
        record.clear()
    sent()
    yield
    sent()


def sent() -> list[int]:
    """Numbers of the jobs whose messages wait, oldest first; the queue is empty afterwards."""
    found = []
    with app.connection_for_read() as connection, connection.SimpleQueue("celery") as queue, suppress(queue.Empty):
        while message := queue.get(block=False):
            found.append(message.headers["job"])
            message.ack()
    return found


def deliver(task: JobTask, job: int | None, *args: Any) -> None:
    """As a worker does that got the message."""
    task.push_request(called_directly=False, is_eager=False, job=job, args=args, kwargs={})
    try:
        task(*args)
    finally:
        task.pop_request()


def leave_alone(job: Job, seconds: float = settings.JOB_STALE_SECONDS + 1) -> None:
    """Its worker was killed so long ago."""
    Job.objects.filter(pk=job.pk).update(touched_at=timezone.now() - timedelta(seconds=seconds))


def test_a_request_is_a_row_and_a_message_and_runs_once() -> None:
    in_line.delay(1)
    job = Job.objects.get()
    assert phase_of(job) == Phase.WAITING
    assert sent() == [job.pk]
    for _ in range(3):
        deliver(in_line, job.pk, 1)
    assert ran == [(1,)]
    assert Job.objects.get().state == Job.State.DONE
    assert orphaned_jobs_send(at_start=True) == 0


def test_requested_twice_it_is_one_job_and_again_after_it_was_done() -> None:
    for _ in range(2):
        in_line.delay(1)
    assert Job.objects.count() == 1
    deliver(in_line, Job.objects.get().pk, 1)
    in_line.delay(1)
    assert Job.objects.count() == 2


def test_what_is_requested_while_it_runs_runs_once_more() -> None:
    follows.delay()
    job = Job.objects.get()
    sent()
    deliver(follows, job.pk)
    assert (len(ran), Job.objects.get().state) == (1, Job.State.WAITING)
    assert job.pk in sent()
    deliver(follows, job.pk)
    assert (len(ran), Job.objects.get().state) == (2, Job.State.DONE)


def test_a_message_by_name_alone_becomes_a_job_too() -> None:
    deliver(in_line, None, 7)
    assert Job.objects.get().state == Job.State.DONE


def test_the_job_of_a_killed_worker_is_found_and_taken_up() -> None:
    in_line.delay(1)
    sent()
    killed = services.job_claim(job=Job.objects.get().pk)
    assert killed
    assert orphaned_jobs_send() == 0, "a worker that lives keeps its job"
    assert services.job_claim(job=killed.pk) is None
    leave_alone(killed)
    assert phase_of(Job.objects.get()) == Phase.INTERRUPTED
    assert orphaned_jobs_send() == 1
    assert sent() == [killed.pk]
    assert phase_of(Job.objects.get()) == Phase.INTERRUPTED
    deliver(in_line, killed.pk, 1)
    assert ran == [(1,)]
    # Should the first one wake up after all, it changes nothing.
    services.job_fail(killed, error="late")
    assert Job.objects.get().state == Job.State.DONE


def test_what_kills_its_worker_every_time_is_given_up() -> None:
    in_line.delay(1)
    for _ in range(services.MOST_ATTEMPTS):
        claimed = services.job_claim(job=Job.objects.get().pk)
        assert claimed
        leave_alone(claimed)
        orphaned_jobs_send()
    deliver(in_line, claimed.pk, 1)
    assert ran == []
    assert Job.objects.get().state == Job.State.FAILED
    assert "too often" in gave_up[0]


def test_a_lost_message_is_sent_again_later_and_later() -> None:
    in_line.delay(1)
    sent()
    assert orphaned_jobs_send() == 0
    long_ago = timezone.now() - timedelta(seconds=services.RESEND_SECONDS + 1)
    Job.objects.update(sent_at=long_ago, due_at=long_ago)
    assert orphaned_jobs_send() == 1
    Job.objects.update(sent_at=long_ago)
    assert orphaned_jobs_send() == 0, "its second message has twice the time"
    assert orphaned_jobs_send(at_start=True) == 1


def test_the_second_in_line_waits_for_the_first() -> None:
    in_line.delay(1)
    in_line.delay(2)
    first, second = Job.objects.all()
    sent()
    deliver(in_line, second.pk, 2)
    assert ran == []
    deliver(in_line, first.pk, 1)
    assert sent() == [second.pk], "whoever ends sends the next"
    deliver(in_line, second.pk, 2)
    assert ran == [(1,), (2,)]


def test_who_is_kept_out_comes_again_as_often_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "BUSY_SECONDS", 0)
    in_line.delay(1)
    pk = Job.objects.get().pk
    for _ in range(services.MOST_ATTEMPTS + 2):
        raises.append(Occupied())
        deliver(in_line, pk, 1)
        assert Job.objects.get().state == Job.State.WAITING
    deliver(in_line, pk, 1)
    assert Job.objects.get().state == Job.State.DONE


def test_what_passes_is_tried_again_and_what_does_not_is_said_at_once() -> None:
    in_line.delay(1)
    raises.append(OperationalError("the database is away"))
    deliver(in_line, Job.objects.get().pk, 1)
    job = Job.objects.get()
    assert (job.state, job.attempts) == (Job.State.WAITING, 1)
    assert job.due_at > timezone.now()
    raises.append(ValueError("no such figure"))
    with pytest.raises(ValueError, match="no such figure"):
        deliver(in_line, job.pk, 1)
    assert Job.objects.get().error == "ValueError: no such figure"
    assert gave_up == ["ValueError: no such figure"]


@pytest.mark.django_db(transaction=True)
def test_a_long_job_is_kept_alive_by_its_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "HEARTBEATS", settings.JOB_STALE_SECONDS / 0.05)
    in_line.delay(1)
    job = services.job_claim(job=Job.objects.get().pk)
    assert job
    leave_alone(job)
    with services.heartbeat(job):
        deadline = time.monotonic() + 60
        while phase_of(Job.objects.get()) != Phase.RUNNING:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert orphaned_jobs_send() == 0
    services.job_done(job)
    assert open_job(task="tests.in_line", args=[1]) is None


def test_called_directly_it_is_a_function() -> None:
    in_line(5)
    assert ran == [(5,)]
    assert not Job.objects.exists()


def test_a_recompute_that_died_is_done_again_as_it_was_requested() -> None:
    """At the start of a worker, not also as the nightly run would do it."""
    nightly = Job.objects.filter(task="pipeline.tasks.recompute_nightly")
    RecomputeRun.objects.create(trigger="button", as_of=timezone.now(), started_at=timezone.now())
    services.job_request(task="pipeline.tasks.recompute_requested", args=[], kwargs={"full": True}, line="")
    left_undone_continue()
    assert not nightly.exists()
    Job.objects.update(state=Job.State.DONE)
    left_undone_continue()
    assert nightly.exists()


def test_a_job_whose_row_is_gone_ends_without_running(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    of_row.delay(1)
    deliver(of_row, Job.objects.get().pk, 1)
    assert (ran, gave_up, Job.objects.get().state) == ([], [], Job.State.DONE)
    assert [line for line in caplog.messages if "was removed meanwhile" in line] == [
        f"job {Job.objects.get().pk} (tests.of_row) ended: what it was about was removed meanwhile"
    ]


def test_a_job_whose_row_goes_while_it_runs_ends_without_an_error(caplog: pytest.LogCaptureFixture) -> None:
    rows.add(-1)
    raises.append(KeyError("gone"))
    of_row.delay(-1)
    deliver(of_row, Job.objects.get().pk, -1)
    assert (ran, gave_up, Job.objects.get().state) == ([(-1,)], [], Job.State.DONE)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_an_error_is_one_unless_an_import_was_undone_meanwhile() -> None:
    rows.update((1, 2))
    undone.add(2)
    of_row.delay(1)
    raises.append(KeyError("error"))
    with pytest.raises(KeyError):
        deliver(of_row, Job.objects.get().pk, 1)
    of_row.delay(2)
    raises.append(KeyError("undone"))
    deliver(of_row, Job.objects.latest("pk").pk, 2)
    assert gave_up == ["KeyError: 'error'", "An import was undone meanwhile. Calculate the figures again."]
    assert set(Job.objects.values_list("state", flat=True)) == {Job.State.FAILED}
