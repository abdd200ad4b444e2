"""From the custody store to the arrays of the model: per pipeline, per group of deals, for period and baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from departments.models import Department
from pipeline.core.flows.period_flows import AMOUNT_BAND, FINE_BUCKET, FINE_PARTS, PeriodFlows, period_flows
from pipeline.core.leaks.period import Filters
from pipeline.custody_store import custody_cursor
from pipeline.flows_store import stored_period_flows
from pipeline.models import Pipeline, RecomputeRun, Source, Stage, later_owners
from pipeline.run_cache import process_cache
from pipeline.selectors.leaks.hindsight import ungrouped_pipelines
from revenue_health.contribution.core.comparison import MINOR_UNITS
from revenue_health.contribution.core.entry_amounts import EntryAmounts, entry_amounts
from revenue_health.contribution.core.flows import Floats, FlowArrays
from revenue_health.contribution.core.long_tables import (
    Axes,
    DepartmentRow,
    LongFlows,
    StageRow,
    flow_arrays,
)
from revenue_health.contribution.core.long_tables import Table as LongTable
from revenue_health.contribution.core.model.groups import Group, whole_of
from revenue_health.contribution.selectors.comparison.periods import DAY, ComparisonPeriods
from revenue_health.contribution.selectors.span_tables import NO_ORIGIN, TABLES, Part, SpanTables, columns_of

type GroupKey = tuple[str, str]
"""Name of a group of deals, and the key of the department whose sources they came from."""

BUCKETS = 40
MOST_ORIGIN_GROUPS = 12
"""Groups of one pipeline, above which the origins of its smallest segments are put together: each costs a bridge."""
SEGMENT = "segment"
AMOUNT = AMOUNT_BAND
"""Quarters of the deals by size: never shown, the gates ask whether it matters."""
DIMENSIONS = ("segment", "team", "owner", "source", "region", "industry", "size", "profile")
"""What deals can be grouped by; `rep` is another word for owner."""
ALIASES = {"rep": "owner", "buyer_profile": "profile"}


@dataclass(frozen=True, kw_only=True)
class PipelineFlows:
    """One pipeline: its axes and the flows of each group, by its name and the department of its deals' source.

    Only segments are told apart by origin ('' where unknown, or where several are together). Amounts are units of the
    reporting currency.
    """

    id: int
    key: str
    name: str
    axes: Axes
    groups: dict[GroupKey, Group]


def pipelines_flows(
    *,
    run: RecomputeRun,
    periods: ComparisonPeriods,
    by: str = SEGMENT,
    filters: Filters | None = None,
) -> list[PipelineFlows]:
    """Flows of every pipeline by groups of `by`; one in which nothing happened has the single group '', empty.

    Where the column was filled in with the outcome of the deals (pipeline.core.hindsight), the pipeline is one group.
    Segments are cut by the origin of their deals as well, unless sources are such a column.
    """
    period = _period_flows(run, periods.steps, (periods.steps[0],), by, filters)
    baseline = None
    if periods.baseline is not None:
        baseline = _period_flows(run, periods.baseline_edges, periods.openings, by, filters)
    return flows_by_pipeline(period, baseline, periods, _group_names(by), int(run.as_of.timestamp()))


def flows_at(
    *, cursor: duckdb.DuckDBPyConnection, as_of: int, periods: ComparisonPeriods, fine: bool = False
) -> list[PipelineFlows]:
    """Flows of every pipeline, all its deals as one group, from custody tables that end at `as_of`. fine: in six times
    as many buckets, see `FINE_BUCKET`."""
    ungrouped = list(Pipeline.objects.order_by("pk").values_list("pk", flat=True))
    bucket, buckets = (FINE_BUCKET, BUCKETS * FINE_PARTS) if fine else ("bucket", BUCKETS)

    def read(steps: Sequence[int], openings: Sequence[int]) -> PeriodFlows:
        return period_flows(cursor, steps=steps, openings=openings, as_of=as_of, ungrouped=ungrouped, bucket=bucket)

    period, (begin, end) = read(periods.steps, (periods.steps[0],)), periods.baseline_edges
    baseline = read((begin, end), periods.openings) if begin < end else None
    return flows_by_pipeline(period, baseline, periods, {}, as_of, buckets)


def flows_by_pipeline(
    period: PeriodFlows,
    baseline: PeriodFlows | None,
    periods: ComparisonPeriods,
    names: dict[str, str],
    as_of: int,
    buckets: int = BUCKETS,
) -> list[PipelineFlows]:
    """Flows of every pipeline out of the long tables of both spans. names: what groups are called, where not by
    themselves."""
    departments = department_rows()
    owners = later_owners(until=datetime.fromtimestamp(as_of, UTC))
    return [
        flows
        for pipeline in Pipeline.objects.prefetch_related("stages").order_by("pk")
        if (flows := _pipeline(pipeline, departments, period, baseline, periods, names, owners, buckets))
    ]


@process_cache(maxsize=4)
def cached_flows(*, run: RecomputeRun, periods: ComparisonPeriods) -> list[PipelineFlows]:
    """`pipelines_flows` by segment; the last ones asked for stay in this process, for the groups of one score run."""
    return pipelines_flows(run=run, periods=periods)


@process_cache(maxsize=4)
def cached_wholes(*, run: RecomputeRun, periods: ComparisonPeriods) -> dict[int, Group]:
    """By pipeline id, all groups of `cached_flows` together: what each of them leans on."""
    return {flows.id: whole_of(flows.groups.values()) for flows in cached_flows(run=run, periods=periods)}


def handed_on_tables(*, run: RecomputeRun, periods: ComparisonPeriods) -> dict[int, tuple[LongTable, LongTable]]:
    """By pipeline id, the hand-ons of the baseline and of the period, row by row: to whom, after how long."""
    period = _period_flows(run, periods.steps, (periods.steps[0],), SEGMENT, None).handed_on
    baseline = period.slice(0, 0)
    if periods.baseline is not None:
        baseline = _period_flows(run, periods.baseline_edges, periods.openings, SEGMENT, None).handed_on
    return {
        pipeline: (of_pipeline(baseline, pipeline), of_pipeline(period, pipeline))
        for pipeline in Pipeline.objects.values_list("pk", flat=True)
    }


def of_pipeline(table: pa.Table, pipeline: int) -> LongTable:
    """A long table's rows of one pipeline, as columns of NumPy."""
    return columns_of(table.filter(pc.equal(table["pipeline"], pipeline)))


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
    ungrouped, sources = untold(run, by)
    if not filters:
        return stored_period_flows(
            run=run, steps=steps, openings=openings, group=by, ungrouped=ungrouped, unsourced=sources
        )
    return period_flows(
        custody_cursor(run),
        steps=steps,
        openings=openings,
        as_of=int(run.as_of.timestamp()),
        group=by,
        ungrouped=ungrouped,
        unsourced=sources,
        filters=filters,
    )


def untold(run: RecomputeRun, by: str) -> tuple[Sequence[int], Sequence[int] | None]:
    """Pipelines whose deals `by` does not tell apart, and those whose sources do not (None: nobody asks for them)."""
    ungrouped = ungrouped_pipelines(run=run, column=by) if by != AMOUNT_BAND else ()
    return ungrouped, ungrouped_pipelines(run=run, column="source") if by == SEGMENT else None


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
    owners: dict[int, list[tuple[datetime, int]]],
    buckets: int,
) -> PipelineFlows | None:
    stages = [
        StageRow(id=stage.pk, key=stage.key, earns=stage.earns, owner=_present_owner(stage, owners))
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
        buckets=buckets,
    )
    return PipelineFlows(
        id=pipeline.pk,
        key=pipeline.key,
        name=pipeline.name,
        axes=axes,
        groups={(names.get(name, name), origin): group for (name, origin), group in groups.items()},
    )


def _present_owner(stage: Stage, owners: dict[int, list[tuple[datetime, int]]]) -> int:
    """Money that nobody is named for: whoever owns the stage at the end of what is known."""
    later = owners.get(stage.pk)
    return later[-1][1] if later else stage.owner_department_id


def grouped_flows(
    *,
    pipeline: int,
    stages: list[StageRow],
    departments: list[DepartmentRow],
    period: PeriodFlows,
    baseline: PeriodFlows | None,
    periods: ComparisonPeriods,
    buckets: int = BUCKETS,
) -> tuple[Axes, dict[GroupKey, Group]]:
    """One pipeline's axes, and the arrays of both spans by group of deals and origin, out of the long tables of all
    pipelines.

    Asks no database, so that simulated companies go the same way. stages: of the pipeline, in order.
    """
    now = SpanTables(period, pipeline)
    before = SpanTables(baseline or _nothing(period), pipeline)
    keys = {row.id: row.key for row in departments}
    early, late = before.weights(), now.weights()
    weights = {part: early.get(part, 0.0) + late.get(part, 0.0) for part in early.keys() | late.keys()}
    merged = _merged(weights, keys)
    axes = Axes(stages=stages, departments=departments, spans=(now.everything(), before.everything()))
    # Without a baseline its step is one day, not none: rates are divided by it.
    baseline_days = np.array([(periods.baseline_edges[1] - periods.baseline_edges[0]) / DAY or 1.0])
    return axes, {
        key: Group(
            baseline=_arrays(axes, before.group(parts), baseline_days, buckets),
            period=_arrays(axes, now.group(parts), np.array(periods.step_days), buckets),
            origin=key[1],
            entries=(_entries(axes, before.group(parts), buckets), _entries(axes, now.group(parts), buckets)),
        )
        for key, parts in sorted(merged.items())
    }


def _merged(weights: dict[Part, float], keys: dict[int, str]) -> dict[GroupKey, list[Part]]:
    """Which parts (name, id of the origin) are one group. Where no two known departments bring deals there is nothing
    to tell apart, and one group a name; else at most `MOST_ORIGIN_GROUPS`, by putting the origins of the names with the
    least amount together."""
    parts: dict[str, list[Part]] = {}
    for part in sorted(weights):
        parts.setdefault(part[0], []).append(part)
    origins = {origin for _, origin in weights}
    if len(origins - {NO_ORIGIN}) < 2:
        only = keys.get(next(iter(origins), NO_ORIGIN), "") if len(origins) == 1 else ""
        return {(name, only): together for name, together in parts.items()} or {("", ""): []}
    count, whole = len(weights), set[str]()
    for name in sorted(parts, key=lambda name: sum(weights[part] for part in parts[name])):
        if count > MOST_ORIGIN_GROUPS:
            whole.add(name)
            count -= len(parts[name]) - 1
    groups: dict[GroupKey, list[Part]] = {}
    for part in sorted(weights):
        name, origin = part
        alone = len(parts[name]) == 1
        groups.setdefault((name, "" if name in whole and not alone else keys.get(origin, "")), []).append(part)
    return groups


def _arrays(axes: Axes, long: LongFlows, step_days: Floats, buckets: int) -> FlowArrays:
    return flow_arrays(axes=axes, long=long, step_days=step_days, buckets=buckets, unit=MINOR_UNITS)


def _entries(axes: Axes, long: LongFlows, buckets: int) -> EntryAmounts:
    return entry_amounts(axes=axes, table=long.entry_amounts, buckets=buckets, unit=MINOR_UNITS)


def _nothing(flows: PeriodFlows) -> PeriodFlows:
    return PeriodFlows(**{name: getattr(flows, name).slice(0, 0) for name in TABLES})
