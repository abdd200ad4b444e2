"""Work of the executive pages that nobody should wait for in a request."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.db import InterfaceError, OperationalError
from redis.exceptions import ConnectionError as RedisConnectionError

from revenue_health.review.services.evidence import evidence_fail, evidence_make
from revenue_health.review.services.exports import export_make, exports_unfinished

_TRANSIENT = (OperationalError, InterfaceError, RedisConnectionError)


@shared_task(autoretry_for=_TRANSIENT, retry_backoff=True, retry_jitter=True, max_retries=8)
def evidence_asked(export_id: int) -> None:
    """The evidence of one comparison as a PDF."""
    try:
        evidence_make(export=export_id)
    except _TRANSIENT:
        raise
    except Exception as problem:
        evidence_fail(export=export_id, error=f"{type(problem).__name__}: {problem}")
        raise


@shared_task(autoretry_for=_TRANSIENT, retry_backoff=True, retry_jitter=True, max_retries=8)
def pack_export_requested(export_id: int) -> None:
    """A file of a pack; done again after a worker was killed, it is the same file."""
    export_make(export_id=export_id)


@shared_task(autoretry_for=_TRANSIENT, retry_backoff=True, retry_jitter=True, max_retries=8)
def pack_exports_continue() -> None:
    """After a start: files that were asked for and are not there."""
    for pk in exports_unfinished():
        pack_export_requested.delay(pk)


@worker_ready.connect
def _look_for_what_was_left(**kwargs: Any) -> None:
    pack_exports_continue.delay()
