"""What was promised: the target of a period."""

from __future__ import annotations

from django.db.models import Sum

from departments.periods import Period
from pipeline.models import PlanTarget


def plan_target(*, period: Period, pipeline: str = "", segment: str = "") -> int | None:
    """The target of exactly this period in minor units, summed over what was asked; None where there is no plan.

    A plan cut finer in time (quarters of a year, months of a quarter) is summed if it covers every day. A company
    states targets per segment or for all segments together; both at once would count twice, so the finer wins only
    when a segment is asked for.
    """
    targets = PlanTarget.objects.filter(period_start__gte=period.start, period_end__lte=period.end)
    if pipeline:
        targets = targets.filter(pipeline__key=pipeline)
    if segment:
        targets = targets.filter(segment=segment)
    elif (whole := targets.filter(segment="")).exists():
        targets = whole
    spans = set(targets.values_list("period_start", "period_end"))
    exact = (period.start, period.end)
    if exact in spans:
        targets = targets.filter(period_start=period.start, period_end=period.end)
    elif sum((end - start).days + 1 for start, end in spans) != period.days:
        return None
    total = targets.aggregate(total=Sum("target"))["total"]
    return None if total is None else int(total * 100)
