"""Work that Celery does: each task calls one service."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from celery import shared_task
from django.utils import timezone

from departments.jobs import JobTask
from departments.models import Measurable, User
from pipeline.imports.problems import ImportBusy
from pipeline.models import RecomputeRun, SourcePull, Upload
from pipeline.selectors.data.runs import latest_run
from pipeline.selectors.data.uploads import LINE
from pipeline.services.recompute import NothingToCompute, RecomputeRunning, recompute
from pipeline.services.recompute.last_day import is_pinned_to_last_day, last_day_end
from pipeline.services.recompute.measured import measurables_compute
from pipeline.services.sample import SampleRefused, sample_load
from pipeline.services.sources.pulls import pull_fail, pull_import, pull_preview, pull_read
from pipeline.services.uploads import upload_check, upload_fail, upload_import

logger = logging.getLogger(__name__)


def _upload_failed(token: str, user_id: int | None = None, *, error: str) -> None:
    logger.error("upload %s: %s", token, error)
    upload_fail(token=token, error="It failed, and nothing was imported. The log says why.")


def _upload_exists(token: str, user_id: int | None = None) -> bool:
    return Upload.objects.filter(token=token).exists()


_UPLOAD: dict[str, Any] = {
    "base": JobTask,
    "line": LINE,
    "busy": (ImportBusy,),
    "on_give_up": _upload_failed,
    "subject_exists": _upload_exists,
}


@shared_task(base=JobTask)
def recompute_nightly() -> None:
    """Bring the figures up to now; a run that is already under way is enough. Data that has stopped stays as of its
    last day where somebody chose that."""
    if is_pinned_to_last_day():
        logger.info("The figures are read as of the last day of the data, and nothing was recorded since.")
        return
    _recompute_unless_running(trigger="nightly", user=None, full=False)


@shared_task(base=JobTask)
def recompute_requested(user_id: int | None = None, full: bool = False, last_day: bool = False) -> None:
    """The button on the Data page, or the one that reads stopped data as of its last day."""
    user = User.objects.filter(pk=user_id or 0).first()
    trigger = RecomputeRun.LAST_DAY if last_day else "button"
    _recompute_unless_running(trigger=trigger, user=user, full=full, as_of=last_day_end() if last_day else None)


@shared_task(base=JobTask, busy=(ImportBusy, RecomputeRunning))
def sample_requested(user_id: int | None = None) -> None:
    """The button of the set-up: a company to look at."""
    try:
        sample_load(user=User.objects.filter(pk=user_id or 0).first())
    except SampleRefused as refused:
        logger.info("no sample company: %s", refused)


def _measurable_exists(measurable_id: int) -> bool:
    return Measurable.objects.filter(pk=measurable_id).exists()


@shared_task(base=JobTask, again=True, subject_exists=_measurable_exists)
def measurable_followed(measurable_id: int) -> None:
    """A measurable that follows another figure now gets its past from the newest run."""
    run = latest_run()
    if run is not None:
        measurables_compute(run=run, now=timezone.now(), only=[measurable_id])


@shared_task(**_UPLOAD)
def folder_check_requested(token: str) -> None:
    """An uploaded company folder: what would it do?"""
    upload_check(token=token)


@shared_task(**_UPLOAD)
def folder_import_requested(token: str, user_id: int | None = None) -> None:
    """An uploaded company folder that a person agreed to."""
    upload_import(token=token, user=User.objects.filter(pk=user_id or 0).first())


def _recompute_unless_running(*, trigger: str, user: User | None, full: bool, as_of: datetime | None = None) -> None:
    try:
        recompute(trigger=trigger, user=user, full=full, as_of=as_of)
    except RecomputeRunning:
        logger.info("A recompute is already running; this one is not needed.")
    except NothingToCompute:
        logger.info("There is no company yet, so there is nothing to recompute.")


def _pull_failed(token: str, *args: Any, error: str, **kwargs: Any) -> None:
    logger.error("files of a source %s: %s", token, error)
    pull_fail(token=token, error="It failed, and nothing was imported. The log says why.")


def _pull_exists(token: str, *args: Any, **kwargs: Any) -> bool:
    return SourcePull.objects.filter(token=token).exists()


_PULL: dict[str, Any] = {
    "base": JobTask,
    "line": LINE,
    "busy": (ImportBusy, RecomputeRunning),
    "on_give_up": _pull_failed,
    "subject_exists": _pull_exists,
}


@shared_task(**_PULL)
def source_read_requested(token: str) -> None:
    """Uploaded files of a source: how are they written, and what do they hold?"""
    pull_read(token=token)


@shared_task(**_PULL)
def source_look_requested(token: str, version: int) -> None:
    """What a version of the mapping makes of uploaded files."""
    pull_preview(token=token)


@shared_task(**_PULL)
def source_import_requested(token: str, user_id: int | None = None, last_day: bool = False) -> None:
    """Files of a source that a person agreed to: taken in, and the figures brought up to them."""
    pull_import(token=token, user=User.objects.filter(pk=user_id or 0).first(), last_day=last_day)
