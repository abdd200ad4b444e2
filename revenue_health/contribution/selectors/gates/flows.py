"""Flows behind the evidence of the gates: of a dozen comparisons, out of one reading of the deals."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.core.flows.grid import Span
from pipeline.flows_store import GridRead
from pipeline.models import RecomputeRun
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.model_input import (
    SEGMENT,
    PipelineFlows,
    flows_by_pipeline,
    untold,
)


class FlowsInOneBucket:
    """`pipelines_flows` of some comparisons, all deals in one bucket, out of one reading of the deals.

    It is kept beside the custody store: what one worker read, another that asks for the same comparisons need not.
    """

    def __init__(self, *, run: RecomputeRun, comparisons: Sequence[ComparisonPeriods], by: str = SEGMENT) -> None:
        self._as_of = int(run.as_of.timestamp())
        self._grid = reading_of(run=run, comparisons=comparisons, by=by).grid()

    def of(self, periods: ComparisonPeriods) -> list[PipelineFlows]:
        """Flows of one of the comparisons. Raises ValueError for another one."""
        flows = [self._grid.of(span) for span in spans_of(periods)]
        return flows_by_pipeline(flows[0], flows[1] if len(flows) > 1 else None, periods, {}, self._as_of, buckets=1)


def reading_of(*, run: RecomputeRun, comparisons: Sequence[ComparisonPeriods], by: str = SEGMENT) -> GridRead:
    """The one reading that some comparisons are taken from, deals in groups of `by`."""
    ungrouped, unsourced = untold(run, by)
    spans = [span for periods in comparisons for span in spans_of(periods)]
    return GridRead(run=run, spans=spans, group=by, ungrouped=ungrouped, unsourced=unsourced)


def spans_of(periods: ComparisonPeriods) -> tuple[Span, ...]:
    """What a comparison reads of the deals: the period, and the baseline where there is one."""
    period = Span(steps=periods.steps, openings=(periods.steps[0],))
    if periods.baseline is None:
        return (period,)
    return period, Span(steps=periods.baseline_edges, openings=periods.openings)
