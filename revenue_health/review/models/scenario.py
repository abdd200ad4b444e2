"""Saved what-if scenarios, and evidence documents made for download."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from pipeline.models import RecomputeRun


class Scenario(models.Model):
    """A named set of promises, and what they would have changed on the figures of the day they were saved.

    `promises` are texts as `whatif --set` takes them, `result` is what `whatif --json` said then. A deleted one stays
    for a while, so that deleting can be undone.
    """

    name = models.CharField(max_length=80)
    period = models.CharField(max_length=32, help_text="The period that was running then.")
    promises = models.JSONField(default=list)
    result = models.JSONField(default=dict)
    as_of = models.DateTimeField(help_text="The figures the result was computed on.")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.period})"


class EvidenceExport(models.Model):
    """The evidence of one comparison as a PDF: ASKED until a worker has made it.

    `sha256` is of the figures in it, printed on every page; the same figures give the same one.
    """

    class Status(models.TextChoices):
        ASKED = "asked"
        DONE = "done"
        FAILED = "failed"

    run = models.ForeignKey(RecomputeRun, on_delete=models.CASCADE, related_name="+")
    period = models.CharField(max_length=60)
    baseline = models.CharField(max_length=60, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)
    done = models.PositiveSmallIntegerField(default=0, help_text="Parties whose deals are found.")
    parties = models.PositiveSmallIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    pdf = models.BinaryField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Evidence of {self.period}: {self.status}"
