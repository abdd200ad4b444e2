"""Work of the executive pages that nobody should wait for in a request."""

from __future__ import annotations

from celery import shared_task
from django.db import InterfaceError, OperationalError
from redis.exceptions import ConnectionError as RedisConnectionError

from revenue_health.review.services.evidence import evidence_fail, evidence_make

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
