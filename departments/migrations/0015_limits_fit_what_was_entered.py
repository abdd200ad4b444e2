"""Measurables that hold values beyond the limits of their unit get limits of their own, open on that side."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.models import Max, Min

from departments.scorecards.core.entry_rules import limits_of_unit


def fit(apps: Any, schema_editor: Any) -> None:
    measurable_model = apps.get_model("departments", "Measurable")
    ends = {
        row["measurable"]: (row["lowest"], row["highest"])
        for row in apps.get_model("departments", "Entry")
        .objects.filter(value__isnull=False)
        .values("measurable")
        .annotate(lowest=Min("value"), highest=Max("value"))
    }
    for one in measurable_model.objects.filter(source="manual", pk__in=ends).prefetch_related("goals"):
        lowest, highest = ends[one.pk]
        limits = limits_of_unit(one.unit, goals=[(goal.goal, goal.goal_high) for goal in one.goals.all()])
        below = limits.lowest is not None and lowest < limits.lowest
        above = limits.highest is not None and highest > limits.highest
        if below or above:
            one.limits = "own"
            one.lowest, one.highest = None if below else limits.lowest, None if above else limits.highest
            one.save(update_fields=["limits", "lowest", "highest"])


class Migration(migrations.Migration):
    dependencies = [("departments", "0014_measurable_limits")]

    operations = [migrations.RunPython(fit, migrations.RunPython.noop)]
