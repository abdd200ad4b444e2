"""Flows of a span, stored beside the custody store, so that what one worker has read is not read again by others.

Files belong to their run: the next run's clean-up removes whatever is not one of its parts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings

from pipeline.core.flows.grid import FlowGrid, Span, edges_of, grid_flows
from pipeline.core.flows.period_flows import PeriodFlows, period_flows
from pipeline.custody_store import flows_cursor, locked_file
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

    def read() -> PeriodFlows:
        return period_flows(
            flows_cursor(run),
            steps=steps,
            openings=openings,
            as_of=int(run.as_of.timestamp()),
            group=group,
            ungrouped=ungrouped,
            unsourced=unsourced,
        )

    sourced = None if unsourced is None else tuple(unsourced)
    return _stored(run_key(run, tuple(steps), tuple(openings), group, tuple(ungrouped), sourced), read)


@dataclass(frozen=True, kw_only=True)
class GridRead:
    """One reading of all deals of a run for some spans; other fields as of `period_flows`."""

    run: RecomputeRun
    spans: Sequence[Span]
    group: str
    ungrouped: Sequence[int] = ()
    unsourced: Sequence[int] | None = None

    def grid(self) -> FlowGrid:
        """`read_grid`, from its files where somebody asked for the same spans before."""
        edges, instants = edges_of(self.spans)

        def read() -> PeriodFlows:
            return grid_flows(
                flows_cursor(self.run),
                edges,
                instants,
                as_of=int(self.run.as_of.timestamp()),
                group=self.group,
                ungrouped=self.ungrouped,
                unsourced=self.unsourced,
            )

        return FlowGrid(edges=edges, instants=instants, flows=_stored(self._key, read))

    @property
    def is_stored(self) -> bool:
        """Whether all its files are there."""
        return all(file.exists() for file in _files(self._key).values())

    @property
    def _key(self) -> str:
        edges, instants = edges_of(self.spans)
        sourced = None if self.unsourced is None else tuple(self.unsourced)
        return run_key(self.run, "grid", tuple(edges), tuple(instants), self.group, tuple(self.ungrouped), sourced)


def _files(key: str) -> dict[str, Path]:
    return {table: Path(settings.CUSTODY_STORE) / f"flows-{key}-{table}.parquet" for table in _TABLES}


def _stored(key: str, read: Callable[[], PeriodFlows]) -> PeriodFlows:
    """The flows in the files of a key; written there where they are missing, or not whole."""
    files = _files(key)
    # Not there, not all of them, or not whole.
    with suppress(OSError, pa.ArrowException):
        return _read(files)
    folder = Path(settings.CUSTODY_STORE)
    folder.mkdir(parents=True, exist_ok=True)
    # Who comes second waits for the first instead of doing the same; few locks for all keys, since they are never
    # removed.
    with locked_file(folder / f"flows-{key[0]}.lock"):
        with suppress(OSError, pa.ArrowException):
            return _read(files)
        flows = read()
        for table, file in files.items():
            partial = file.with_suffix(f".partial-{uuid4().hex}")
            pq.write_table(getattr(flows, table), partial, compression="zstd")
            partial.rename(file)
    return flows


def _read(files: dict[str, Path]) -> PeriodFlows:
    return PeriodFlows(**{table: pq.read_table(file) for table, file in files.items()})
