"""What this floor deletes along with an import that is reverted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model, Q, QuerySet

from departments.models import Department, Measurable
from pipeline.models import Pipeline, Stage
from revenue_health.contribution.models import GroupScore, Leak, MeasurableAssociation, ScoreRun


def computed_remove(*, rows: Callable[[type[Model]], QuerySet[Any]]) -> None:
    """Delete scores, associations and leaks that name rows which go. rows: those of a model that will be deleted.

    A leak somebody has done something about stays, and with it the import: that is a person's word, not a figure. Score
    runs with a group gone would not add up any more, so they go whole; the next recompute makes them anew.
    """
    pipelines, measurables = rows(Pipeline), rows(Measurable)
    ScoreRun.objects.filter(pk__in=GroupScore.objects.filter(pipeline__in=pipelines).values("score_run")).delete()
    MeasurableAssociation.objects.filter(measurable__in=measurables).delete()
    rows_to_delete = Q(pipeline__in=pipelines) | Q(stage__in=rows(Stage)) | Q(department__in=rows(Department))
    untouched = ~Q(changes__by__isnull=False) & Q(owner=None)
    Leak.objects.filter(pk__in=Leak.objects.filter(rows_to_delete & untouched).values("pk")).delete()
