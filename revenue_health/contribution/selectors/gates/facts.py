"""What is known of the records behind a comparison, before anybody is named on them."""

from __future__ import annotations

from collections.abc import Sequence

from departments.models import Company, Department
from pipeline.core.flows.weights import department_weights, entries_without_source
from pipeline.custody_store import custody_cursor
from pipeline.models import RecomputeRun, Stage
from pipeline.selectors.leaks.unrecorded import unrecorded_losses
from revenue_health.contribution.core.flows import MARKET
from revenue_health.contribution.core.gates.causes import cause_doubts
from revenue_health.contribution.core.gates.data import DataFacts, kish, unexplained_part
from revenue_health.contribution.core.gates.handoffs import handoff_doubts, handoffs_of
from revenue_health.contribution.core.gates.shares import Pipelines
from revenue_health.contribution.core.model.bridge import Bridge
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.model_input import PipelineFlows, handed_on_tables


def data_facts(
    *,
    run: RecomputeRun,
    company: Company,
    periods: ComparisonPeriods,
    flows: Sequence[PipelineFlows],
    pipelines: Pipelines,
    bridge: Bridge,
) -> DataFacts:
    """The facts of one comparison. flows: of every pipeline, and `pipelines` the same by pipeline id; bridge: their
    sum."""
    start, end = periods.steps[0], periods.steps[-1]
    cursor = custody_cursor(run)
    keys = dict(Department.objects.values_list("pk", "key"))
    silent, losses = unrecorded_losses(run=run, company=company, period=periods.period)
    unknown, entries = entries_without_source(cursor, start=start, end=end)
    return DataFacts(
        effective_deals={
            keys[department]: kish(weight.amount, weight.squares)
            for department, weight in department_weights(cursor, start=start, end=end).items()
            if department in keys
        },
        unrecorded=silent / losses if losses else 0.0,
        without_source=unknown / entries if entries else 0.0,
        unexplained=unexplained_part(bridge),
        doubts=_doubts(run, periods, flows, pipelines),
    )


def _doubts(
    run: RecomputeRun, periods: ComparisonPeriods, flows: Sequence[PipelineFlows], pipelines: Pipelines
) -> dict[str, list[str]]:
    names = called()
    doubts = cause_doubts(pipelines, names)
    spans = handed_on_tables(run=run, periods=periods)
    for pipeline in flows:
        before, now = (handoffs_of(table) for table in spans[pipeline.id])
        by_department = handoff_doubts(
            before=before,
            now=now,
            stages=pipeline.axes.stages,
            departments=pipeline.axes.departments,
            names=names,
        )
        for department, sentences in by_department.items():
            doubts.setdefault(department, []).extend(sentences)
    return doubts


def called() -> dict[str, str]:
    """What sentences call stages and departments, by key."""
    stages = dict(Stage.objects.values_list("key", "name"))
    return stages | dict(Department.objects.values_list("key", "name")) | {MARKET: "the market"}
