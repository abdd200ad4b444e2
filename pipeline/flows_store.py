"""Flows of a span, kept beside the custody store: what one worker read of a run, the others need not read again.

Files go with the run they belong to: the next run's tidying removes whatever is not one of its parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings

from pipeline.core.flows.period_flows import PeriodFlows, period_flows
from pipeline.custody_store import custody_cursor
from pipeline.models import RecomputeRun
from pipeline.run_cache import run_key

_TABLES = tuple(field.name for field in fields(PeriodFlows))


def stored_period_flows(
    *,
    run: RecomputeRun,
    steps: Sequence[int],
    openings: Sequence[int],
    group: str,
    ungrouped: Sequence[int] = (),
    unsourced: Sequence[int] | None = None,
) -> PeriodFlows:
    """`period_flows` of all deals of a run, read from its files where somebody asked before."""
    as_of = int(run.as_of.timestamp())
    sourced = None if unsourced is None else tuple(unsourced)
    key = run_key(run, tuple(steps), tuple(openings), group, tuple(ungrouped), sourced)
    folder, name = Path(settings.CUSTODY_STORE), f"flows-{key}"
    files = {table: folder / f"{name}-{table}.parquet" for table in _TABLES}
    try:
        return PeriodFlows(**{table: pq.read_table(file) for table, file in files.items()})
    except (OSError, pa.ArrowException):  # not there, not all of them, or not whole
        flows = period_flows(
            custody_cursor(run),
            steps=steps,
            openings=openings,
            as_of=as_of,
            group=group,
            ungrouped=ungrouped,
            unsourced=unsourced,
        )
    folder.mkdir(parents=True, exist_ok=True)
    for table, file in files.items():
        partial = file.with_suffix(f".partial-{uuid4().hex}")
        pq.write_table(getattr(flows, table), partial, compression="zstd")
        partial.rename(file)
    return flows
