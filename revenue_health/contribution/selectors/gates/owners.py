"""Stages that went from one department to another while a comparison looks on."""

from __future__ import annotations

from departments.models import Department
from pipeline.models import RecomputeRun, Stage, later_owners
from revenue_health.contribution.core.gates.moved_work import OwnerChange
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods


def owner_changes(*, run: RecomputeRun, periods: ComparisonPeriods) -> list[OwnerChange]:
    """Changes of owner between the begin of the baseline and the end of the period, as far as the run knows them."""
    later = later_owners(until=run.as_of)
    if not later:
        return []
    begin = periods.baseline_edges[0] if periods.baseline else periods.steps[0]
    keys = dict(Department.objects.values_list("pk", "key"))
    changes = []
    for stage in Stage.objects.filter(pk__in=later).order_by("pipeline_id", "position"):
        owner = stage.owner_department_id
        for since, following in later[stage.pk]:
            if begin < since.timestamp() < periods.steps[-1] and following != owner:
                changes.append(OwnerChange(stage.key, keys[owner], keys[following]))
            owner = following
    return changes
