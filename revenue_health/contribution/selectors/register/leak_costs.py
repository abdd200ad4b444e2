"""What every changed (stage, department, factor) costs in the running quarter, from the arrays that were scored."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from departments.models import Company, Department
from pipeline.models import RecomputeRun
from pipeline.selectors.leaks.leaks import calendar_of
from revenue_health.contribution.core.flows import Floats
from revenue_health.contribution.core.intervals import interval
from revenue_health.contribution.core.leaks import Cell, Cost, cells_changed, costs_of, own_changes
from revenue_health.contribution.core.model.groups import group_rates, whole_of
from revenue_health.contribution.core.model.rates import RatePair
from revenue_health.contribution.core.verdict import MATERIALITY
from revenue_health.contribution.selectors.comparison.periods import (
    DAY,
    ComparisonError,
    ComparisonPeriods,
    comparison_periods,
)
from revenue_health.contribution.selectors.model_input import BUCKETS, PipelineFlows

YOUNG_DAYS = 28
"""So long after its start a quarter says too little: the one before it is read until then."""
REPLICATES = 20
"""Replicates behind the interval of a leak: every second of the forty, as for a what-if."""

type CellKey = tuple[int, int, str]
"""Stage id, department id, factor."""


@dataclass(frozen=True, kw_only=True)
class CellCost:
    """What one cell costs; `pipeline`, `stage` and `department` are ids."""

    pipeline: int
    stage: int
    department: int
    cost: Cost

    @property
    def key(self) -> CellKey:
        return self.stage, self.department, self.cost.cell.factor


def register_periods(*, run: RecomputeRun, company: Company) -> ComparisonPeriods:
    """The comparison the leak register reads: the running quarter, or the last finished one while it is young.

    Raises ComparisonError where nothing has happened yet.
    """
    running = comparison_periods(run=run, company=company)
    if running.steps[-1] - running.steps[0] >= YOUNG_DAYS * DAY:
        return running
    with suppress(ComparisonError):  # the company may have begun in the running quarter
        return comparison_periods(run=run, company=company, period=calendar_of(company).previous(running.period))
    return running


def cell_costs(
    *,
    flows: list[PipelineFlows],
    scale: float,
    registered: Collection[CellKey],
    replicates: int = REPLICATES,
    only: Collection[str] = (),
) -> list[CellCost]:
    """Costs of all cells that may be a leak, and of those `registered` already whatever they cost now.

    scale: the plan to date. First without intervals, which is quick; then with one, for those that could be beyond
    materiality at all. only: keys of the departments to look at, all without.
    """
    internal = set(Department.objects.filter(kind=Department.Kind.INTERNAL).values_list("key", flat=True))
    internal = internal.intersection(only) if only else internal
    return [cost for pipeline in flows for cost in _of_pipeline(pipeline, scale, registered, internal, replicates)]


def _of_pipeline(
    pipeline: PipelineFlows, scale: float, registered: Collection[CellKey], internal: set[str], most: int
) -> list[CellCost]:
    together = whole_of(pipeline.groups.values())
    pairs = [own_changes(group_rates(group=group, together=together)) for group in pipeline.groups.values()]
    cells = sorted({cell for pair in pairs for cell in cells_changed(pair) if cell.department in internal})
    stages = {row.key: row.id for row in pipeline.axes.stages}
    departments = {row.key: row.id for row in pipeline.axes.departments}

    def key(cell: Cell) -> CellKey:
        return stages[cell.stage], departments[cell.department], cell.factor

    whole = _summed(pairs, cells, replicates=False)[0]
    candidates = [
        cell
        for cell, amount in zip(cells, whole, strict=True)
        if amount > MATERIALITY * abs(scale) or key(cell) in registered
    ]
    replicates = _summed([_thinned(pair, most) for pair in pairs], candidates, replicates=True)
    return [
        CellCost(
            pipeline=pipeline.id,
            stage=stages[cell.stage],
            department=departments[cell.department],
            cost=Cost(cell=cell, cost=interval(replicates[:, place], buckets=BUCKETS)),
        )
        for place, cell in enumerate(candidates)
    ]


def _summed(pairs: list[RatePair], cells: list[Cell], *, replicates: bool) -> Floats:
    """Over groups: replicates add up."""
    return np.asarray(np.sum([costs_of(pair, cells, replicates=replicates) for pair in pairs], axis=0))


def _thinned(pair: RatePair, most: int) -> RatePair:
    return RatePair(baseline=pair.baseline.thinned(most), actual=pair.actual.thinned(most))
