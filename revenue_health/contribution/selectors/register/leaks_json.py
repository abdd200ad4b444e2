"""The leak register as JSON: what `register --json` prints and packs freeze."""

from __future__ import annotations

from departments.json_types import Json
from revenue_health.contribution.core.comparison import MINOR_UNITS
from revenue_health.contribution.models import Leak
from revenue_health.contribution.selectors.register.rows import ALL, LeakFilters, LeakRow, leak_rows


def register_json() -> Json:
    """What `register --json` prints and packs freeze: every leak that is not recovered or declined, then the others."""
    return {
        "leaks": [
            leak_json(row) for row in sorted(leak_rows(filters=LeakFilters(state=ALL), trend=False), key=_is_closed)
        ]
    }


def leak_json(row: LeakRow) -> Json:
    """A leak for machines."""
    return {
        "id": row.id,
        "pipeline": row.pipeline,
        "stage": row.stage_key,
        "department": row.department_key,
        "factor": row.factor,
        "amount": row.amount / MINOR_UNITS,
        "low": row.low / MINOR_UNITS,
        "high": row.high / MINOR_UNITS,
        "status": row.status,
        "still_seen": row.still_seen,
        "verdict": row.verdict or None,
        "owner": row.owner or None,
        "first_seen": row.first_seen.isoformat(),
        "last_seen": row.last_seen.isoformat(),
        "weeks": row.weeks,
        "recurrence": row.recurrence,
    }


def _is_closed(row: LeakRow) -> bool:
    return row.status in (Leak.Status.RECOVERED, Leak.Status.DECLINED)
