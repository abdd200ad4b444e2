"""Small whole numbers for what a flow row is about, so that millions of rows are summed under one number."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from pipeline.core.columns import NONE, Ints, Numbers, Positions, SmallInts, integers
from pipeline.core.weeks import Weeks


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Numbers (segment, bucket, stage) as one cell and departments as rows of a sorted list.

    A *holder* is cell * departments + department row: who has money of which segment in which stage.
    """

    segments: list[str]
    buckets: Ints
    stage: SmallInts
    pipeline: SmallInts
    departments: SmallInts  # ids, the first is NONE
    stage_row: Positions
    opportunity_row: Positions
    base: Ints  # per opportunity: cell of its first stage row

    @classmethod
    def of(cls, opportunities: pa.Table, stages: pa.Table, departments: SmallInts, *, by_bucket: bool) -> "Cells":
        """Cells of the segments, buckets and stages that occur; without `by_bucket` all deals share one bucket."""
        segment = (
            # Unified, since each chunk numbers its texts by itself.
            opportunities.column("segment").cast(pa.string()).fill_null("").dictionary_encode().unify_dictionaries()
        )
        rows = [chunk.indices.to_numpy(zero_copy_only=False) for chunk in segment.chunks]
        code = np.concatenate(rows).astype(np.int64) if rows else np.zeros(0, dtype=np.int64)
        bucket = integers(opportunities, "bucket", null=0, dtype=np.int32) if by_bucket else code * 0
        buckets = np.unique(bucket) if len(bucket) else np.zeros(1, dtype=np.int64)
        stage = integers(stages, "stage", dtype=np.int32)
        return cls(
            segments=segment.chunk(0).dictionary.to_pylist() if rows else [],
            buckets=buckets.astype(np.int64),
            stage=stage,
            pipeline=integers(stages, "pipeline", dtype=np.int32),
            departments=np.unique(np.append(departments, NONE)).astype(np.int32),
            stage_row=Positions(stage),
            opportunity_row=Positions(integers(opportunities, "opportunity")),
            base=(code * len(buckets) + np.searchsorted(buckets, bucket)) * len(stage),
        )

    @property
    def count(self) -> int:
        """How many cells there are: segments x buckets x stages."""
        return len(self.segments) * len(self.buckets) * len(self.stage)

    def cell(self, opportunity: Ints, stage_row: Ints) -> Ints:
        """The cell of each (opportunity id, stage row); raises ValueError for unknown ones."""
        row = self.opportunity_row.of(opportunity)
        if len(row) and (row.min() < 0 or stage_row.min() < 0):
            raise ValueError("custody names an opportunity or a stage that is not in the input")
        return self.base[row] + stage_row

    def department_row(self, department: SmallInts) -> Ints:
        """Row of each department in the sorted list; NONE is row 0."""
        low, high = int(self.departments[1:].min(initial=0)), int(self.departments.max(initial=0))
        # Ids far apart: a table over them would be nearly empty.
        if high - low > 1_000_000:
            return np.searchsorted(self.departments, department)
        table = np.zeros(high - low + 2, dtype=np.int64)
        table[self.departments[1:] - low + 1] = np.arange(1, len(self.departments))
        return table[np.maximum(department.astype(np.int64), low - 1) - (low - 1)]

    def stage_or_none(self, stage: SmallInts) -> Ints:
        """1 + row of each stage, 0 for none."""
        return self.stage_row.of(stage) + 1

    def dimensions(self, calendar: Weeks, since: date | None, until: date | None) -> dict[str, pa.Table]:
        """What the numbers stand for, as small tables to join; only weeks with `since` <= week < `until`."""
        width = len(self.buckets) * len(self.stage)
        cell = np.arange(self.count)
        place = cell % len(self.stage) if self.count else cell
        mondays = calendar.monday.to_pylist()
        in_range = [(since is None or day >= since) and (until is None or day < until) for day in mondays]
        number = np.flatnonzero(in_range)
        return {
            "cells": pa.table(
                {
                    "cell": cell,
                    "pipeline": self.pipeline[place],
                    "segment": pa.array(self.segments, pa.string()).take(pa.array(cell // max(width, 1))),
                    "stage": self.stage[place],
                    "bucket": self.buckets[cell % max(width, 1) // max(len(self.stage), 1)].astype(np.int16),
                }
            ),
            "weeks": pa.table({"number": number, "week": calendar.monday.take(pa.array(number))}),
            "departments": _numbered_ids(self.departments[1:], "department"),
            "targets": _numbered_ids(self.stage, "stage"),
        }


def _numbered_ids(ids: Numbers, name: str) -> pa.Table:
    """Ids as rows 1.. (0 stands for none and joins nothing)."""
    return pa.table({"number": np.arange(1, len(ids) + 1), name: ids})
