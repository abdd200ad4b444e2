"""Stages that went from one department to another while a comparison looks on."""

from __future__ import annotations

from departments.models import Department
from pipeline.models import RecomputeRun, Stage, later_owners
from revenue_health.contribution.core.gates.doubts.moved_work import OwnerChange, changes_of_owner
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods


def owner_changes(*, run: RecomputeRun, periods: ComparisonPeriods) -> list[OwnerChange]:
    """Changes of owner between the begin of the baseline and the end of the period, as far as the run knows them."""
    later = later_owners(until=run.as_of)
    if not later:
        return []
    begin = periods.baseline_edges[0] if periods.baseline else periods.steps[0]
    keys = dict(Department.objects.values_list("pk", "key"))
    changes: list[OwnerChange] = []
    for stage in Stage.objects.filter(pk__in=later).order_by("pipeline_id", "position"):
        dated = [(since.timestamp(), keys[owner]) for since, owner in later[stage.pk]]
        owners = [(begin, keys[stage.owner_department_id]), *dated]
        changes += changes_of_owner(stage.key, owners, begin=begin, end=periods.steps[-1])
    return changes
