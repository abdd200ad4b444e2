"""What is known of the records behind a comparison, before anybody is named on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from departments.models import Company, Department
from pipeline.core.flows.weights import department_weights, entries_without_source
from pipeline.custody_store import custody_cursor
from pipeline.models import RecomputeRun, Stage
from pipeline.selectors.leaks.unrecorded import unrecorded_losses
from revenue_health.contribution.core.flows import MARKET
from revenue_health.contribution.core.gates.data import DataFacts, HandedOn, kish, record_doubts, unexplained_part
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
        doubts=record_doubts(pipelines, _handed_on(run, periods, flows), names_by_key()),
    )


def _handed_on(run: RecomputeRun, periods: ComparisonPeriods, flows: Sequence[PipelineFlows]) -> Iterator[HandedOn]:
    spans = handed_on_tables(run=run, periods=periods)
    for pipeline in flows:
        before, now = spans[pipeline.id]
        axes = pipeline.axes
        yield HandedOn(before=before, now=now, stages=axes.stages, departments=axes.departments)


def names_by_key() -> dict[str, str]:
    """What sentences call stages and departments, by key."""
    stages = dict(Stage.objects.values_list("key", "name"))
    return stages | dict(Department.objects.values_list("key", "name")) | {MARKET: "the market"}
