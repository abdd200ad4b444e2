"""Keeping what came of a commitment: computed once, never again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from departments.models import Commitment


def commitment_result_save(*, commitment: int, result: dict[str, Any], now: datetime) -> bool:
    """Write the result unless there is one; whether it was written."""
    return bool(Commitment.objects.filter(pk=commitment, result__isnull=True).update(result=result, result_at=now))
