"""From the custody store to the arrays of the model: per pipeline, per group of deals, for period and baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from departments.models import Department
from pipeline.core.flows.period_flows import PeriodFlows, period_flows
from pipeline.core.leaks.period import Filters
from pipeline.custody_store import custody_cursor
from pipeline.flows_store import stored_period_flows
from pipeline.models import Pipeline, RecomputeRun, Source
from pipeline.run_cache import process_cache
from pipeline.selectors.leaks.hindsight import ungrouped_pipelines
from revenue_health.contribution.core.comparison import MINOR_UNITS
from revenue_health.contribution.core.flows import Floats, FlowArrays
from revenue_health.contribution.core.long_tables import Axes, Column, DepartmentRow, LongFlows, StageRow, flow_arrays
from revenue_health.contribution.core.model.groups import Group
from revenue_health.contribution.selectors.comparison.periods import DAY, ComparisonPeriods

BUCKETS = 40
SEGMENT = "segment"
DIMENSIONS = ("segment", "team", "owner", "source", "region", "industry", "size", "profile")
"""What deals can be grouped by; `rep` is another word for owner."""
ALIASES = {"rep": "owner", "buyer_profile": "profile"}
_TABLES = ("held", "handed_on", "lost", "revalued", "entered", "opening")


@dataclass(frozen=True, kw_only=True)
class PipelineFlows:
    """One pipeline: its axes and the flows of each group. Amounts are units of the reporting currency."""

    id: int
    key: str
    name: str
    axes: Axes
    groups: dict[str, Group]


def pipelines_flows(
    *,
    run: RecomputeRun,
    periods: ComparisonPeriods,
    by: str = SEGMENT,
    filters: Filters | None = None,
) -> list[PipelineFlows]:
    """Flows of every pipeline by groups of `by`; one in which nothing happened has the single group '', empty.

    Where the column was filled in with the outcome of the deals (pipeline.core.hindsight), the pipeline is one group.
    """
    period = _period_flows(run, periods.steps, (periods.steps[0],), by, filters)
    baseline = None
    if periods.baseline is not None:
        baseline = _period_flows(run, periods.baseline_edges, periods.openings, by, filters)
    departments = department_rows()
    names = _group_names(by)
    return [
        flows
        for pipeline in Pipeline.objects.prefetch_related("stages").order_by("pk")
        if (flows := _pipeline(pipeline, departments, period, baseline, periods, names))
    ]


@process_cache(maxsize=4)
def cached_flows(*, run: RecomputeRun, periods: ComparisonPeriods) -> list[PipelineFlows]:
    """`pipelines_flows` by segment; the last ones asked for stay in this process, for the groups of one score run."""
    return pipelines_flows(run=run, periods=periods)


def department_rows() -> list[DepartmentRow]:
    """All departments in order of id."""
    rows = Department.objects.order_by("pk").values_list("pk", "key", "kind")
    return [DepartmentRow(id=pk, key=key, external=kind == Department.Kind.EXTERNAL) for pk, key, kind in rows]


def _period_flows(
    run: RecomputeRun,
    steps: Sequence[int],
    openings: Sequence[int],
    by: str,
    filters: Filters | None,
) -> PeriodFlows:
    ungrouped = ungrouped_pipelines(run=run, column=by)
    if not filters:
        return stored_period_flows(run=run, steps=steps, openings=openings, group=by, ungrouped=ungrouped)
    return period_flows(
        custody_cursor(run),
        steps=steps,
        openings=openings,
        as_of=int(run.as_of.timestamp()),
        group=by,
        ungrouped=ungrouped,
        filters=filters,
    )


def _group_names(by: str) -> dict[str, str]:
    """Sources are stored by number and named by key; everything else is its own name."""
    return {str(pk): key for pk, key in Source.objects.values_list("pk", "key")} if by == "source" else {}


def _pipeline(
    pipeline: Pipeline,
    departments: list[DepartmentRow],
    period: PeriodFlows,
    baseline: PeriodFlows | None,
    periods: ComparisonPeriods,
    names: dict[str, str],
) -> PipelineFlows | None:
    stages = [
        StageRow(id=stage.pk, key=stage.key, earns=stage.earns, owner=stage.owner_department_id)
        for stage in sorted(pipeline.stages.all(), key=lambda stage: stage.position)
    ]
    if not stages:
        return None
    axes, groups = grouped_flows(
        pipeline=pipeline.pk,
        stages=stages,
        departments=departments,
        period=period,
        baseline=baseline,
        periods=periods,
    )
    return PipelineFlows(
        id=pipeline.pk,
        key=pipeline.key,
        name=pipeline.name,
        axes=axes,
        groups={names.get(key, key): group for key, group in groups.items()},
    )


def grouped_flows(
    *,
    pipeline: int,
    stages: list[StageRow],
    departments: list[DepartmentRow],
    period: PeriodFlows,
    baseline: PeriodFlows | None,
    periods: ComparisonPeriods,
) -> tuple[Axes, dict[str, Group]]:
    """One pipeline's axes, and the arrays of both spans by group of deals, out of the long tables of all pipelines.

    Asks no database, so that simulated companies go the same way. stages: of the pipeline, in order.
    """
    now = _Cut(period, pipeline)
    before = _Cut(baseline or _nothing(period), pipeline)
    groups = sorted(now.groups | before.groups) or [""]
    axes = Axes(stages=stages, departments=departments, spans=(now.everything(), before.everything()))
    baseline_days = np.array([(periods.baseline_edges[1] - periods.baseline_edges[0]) / DAY or 1.0])
    return axes, {
        group: Group(
            baseline=_arrays(axes, before.group(group), baseline_days),
            period=_arrays(axes, now.group(group), np.array(periods.step_days)),
        )
        for group in groups
    }


def _arrays(axes: Axes, long: LongFlows, step_days: Floats) -> FlowArrays:
    return flow_arrays(axes=axes, long=long, step_days=step_days, buckets=BUCKETS, unit=MINOR_UNITS)


def _nothing(flows: PeriodFlows) -> PeriodFlows:
    return PeriodFlows(**{name: getattr(flows, name).slice(0, 0) for name in _TABLES})


class _Cut:
    """One span's tables of one pipeline, as columns of NumPy, cut by group."""

    def __init__(self, flows: PeriodFlows, pipeline: int) -> None:
        self.tables: dict[str, dict[str, Column]] = {}
        self.places: dict[str, dict[str, Column]] = {}
        for name in _TABLES:
            table = getattr(flows, name)
            table = table.filter(pc.equal(table["pipeline"], pipeline))
            self.tables[name] = _columns(table)
            self.places[name] = _places(table["group"])
        self.groups = {group for places in self.places.values() for group in places}

    def everything(self) -> LongFlows:
        return LongFlows(**self.tables)

    def group(self, key: str) -> LongFlows:
        none = np.zeros(0, dtype=np.int64)
        return LongFlows(
            **{
                name: {column: values[self.places[name].get(key, none)] for column, values in table.items()}
                for name, table in self.tables.items()
            }
        )


def _columns(table: pa.Table) -> dict[str, Column]:
    """Columns as NumPy arrays; an absent whole number is -1."""
    columns = {}
    for name in table.column_names:
        if name in ("group", "pipeline"):
            continue
        values = table[name]
        columns[name] = (pc.fill_null(values, -1) if values.null_count else values).to_numpy()
    return columns


def _places(groups: pa.ChunkedArray) -> dict[str, Column]:
    """Row numbers of each group."""
    encoded = groups.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    codes, keys = encoded.indices.to_numpy(), encoded.dictionary.to_pylist()
    order = np.argsort(codes, kind="stable")
    cuts = np.searchsorted(codes[order], np.arange(1, len(keys)))
    return dict(zip(keys, np.split(order, cuts), strict=True)) if keys else {}
