"""Whether measurables matter, as each night found it."""

from __future__ import annotations

from django.db import models

from departments.models import Measurable
from pipeline.models import RecomputeRun


class MeasurableAssociation(models.Model):
    """What one run says of one measurable: whether it moves before its department's own rates do."""

    measurable = models.ForeignKey(Measurable, on_delete=models.CASCADE, related_name="associations")
    run = models.ForeignKey(RecomputeRun, on_delete=models.CASCADE, related_name="+")
    rate = models.CharField(max_length=8, blank=True, help_text="waiting, losses or demand; empty: too few weeks.")
    lag = models.PositiveSmallIntegerField(default=0)
    r = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    p = models.FloatField(null=True)
    q = models.FloatField(null=True, help_text="p, adjusted for all measurables looked at that night.")
    weeks = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["run_id", "measurable_id"]
        constraints = [models.UniqueConstraint(fields=["run", "measurable"], name="association_once_a_run")]

    def __str__(self) -> str:
        return f"{self.measurable_id}: {self.rate} {self.r}"
