"""Tasks of the executive pages that are too slow for a request."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from departments.jobs import JobTask
from pipeline.selectors.data.runs import import_undone_since, run_exists
from revenue_health.review.models import EvidenceExport, PackExport
from revenue_health.review.services.evidence import evidence_fail, evidence_make
from revenue_health.review.services.exports import export_fail, export_make, exports_unfinished


def _evidence_given_up(export_id: int, *, error: str) -> None:
    evidence_fail(export=export_id, error=error)


def _export_given_up(export_id: int, *, error: str) -> None:
    export_fail(export_id=export_id)


def _evidence_exists(export_id: int) -> bool:
    run = _run_of(export_id)
    return run is not None and run_exists(run)


def _evidence_undone(export_id: int) -> bool:
    run = _run_of(export_id)
    return run is not None and import_undone_since(run)


def _run_of(export_id: int) -> int | None:
    return EvidenceExport.objects.filter(pk=export_id).values_list("run", flat=True).first()


def _export_exists(export_id: int) -> bool:
    return PackExport.objects.filter(pk=export_id).exists()


@shared_task(
    base=JobTask, on_give_up=_evidence_given_up, subject_exists=_evidence_exists, subject_undone=_evidence_undone
)
def evidence_asked(export_id: int) -> None:
    """The evidence of one comparison as a PDF."""
    evidence_make(export=export_id)


@shared_task(base=JobTask, on_give_up=_export_given_up, subject_exists=_export_exists)
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
