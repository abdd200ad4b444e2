"""Tasks of the executive pages that are too slow for a request."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from departments.jobs import JobTask
from revenue_health.review.services.evidence import evidence_fail, evidence_make
from revenue_health.review.services.exports import export_fail, export_make, exports_unfinished


def _evidence_given_up(export_id: int, *, error: str) -> None:
    evidence_fail(export=export_id, error=error)


def _export_given_up(export_id: int, *, error: str) -> None:
    export_fail(export_id=export_id)


@shared_task(base=JobTask, on_give_up=_evidence_given_up)
def evidence_asked(export_id: int) -> None:
    """The evidence of one comparison as a PDF."""
    evidence_make(export=export_id)


@shared_task(base=JobTask, on_give_up=_export_given_up)
def pack_export_requested(export_id: int) -> None:
    """A file of a pack; done again after a worker was killed, it is the same file."""
    export_make(export_id=export_id)


@shared_task(base=JobTask)
def pack_exports_continue() -> None:
    """After a start: files that were requested by an earlier version and are not there."""
    for pk in exports_unfinished():
        pack_export_requested.delay(pk)


@worker_ready.connect
def _resume_unfinished(**kwargs: Any) -> None:
    pack_exports_continue.delay()
