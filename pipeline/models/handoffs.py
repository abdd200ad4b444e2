"""What passed between departments: hand-offs, requested, started and completed."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from departments.models import Department
from pipeline.models.deals import Opportunity
from pipeline.models.imports import ImportBatch


class HandOff(models.Model):
    """A request to a department about an opportunity, from asking to outcome."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", gettext_lazy("Approved")
        RETURNED = "returned", gettext_lazy("Returned")
        REJECTED = "rejected", gettext_lazy("Rejected")
        CANCELLED = "cancelled", gettext_lazy("Cancelled")

    key = models.CharField(max_length=128)
    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="handoffs", db_constraint=False)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="handoffs", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=128, blank=True)
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=9, blank=True, choices=Outcome)
    assignee = models.CharField(max_length=128, blank=True)
    batch = models.ForeignKey(
        ImportBatch,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        verbose_name = "hand-off"
        indexes = [
            # The queue: what waits with whom, oldest first.
            models.Index(
                fields=["department", "requested_at"], name="handoff_open", condition=Q(completed_at__isnull=True)
            ),
            BrinIndex(fields=["batch"], name="handoff_batch"),
        ]
        constraints = [
            # Not `unique=True`, which on PostgreSQL adds a second index for prefix searches, and there are none.
            models.UniqueConstraint(fields=["key"], name="handoff_key"),
            models.CheckConstraint(
                condition=Q(started_at__isnull=True) | Q(started_at__gte=F("requested_at")),
                name="handoff_started_after_requested",
                violation_error_message=gettext_lazy("A hand-off cannot start before it was requested."),
            ),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True) | Q(completed_at__gte=F("requested_at")),
                name="handoff_completed_after_requested",
                violation_error_message=gettext_lazy("A hand-off cannot be completed before it was requested."),
            ),
            models.CheckConstraint(
                condition=Q(started_at__isnull=True)
                | Q(completed_at__isnull=True)
                | Q(completed_at__gte=F("started_at")),
                name="handoff_completed_after_started",
                violation_error_message=gettext_lazy("A hand-off cannot be completed before it started."),
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["", "approved", "returned", "rejected", "cancelled"]),
                name="handoff_outcome_known",
                violation_error_message=gettext_lazy(
                    "An outcome is approved, returned, rejected or cancelled, or empty."
                ),
            ),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(completed_at__isnull=False),
                name="handoff_outcome_when_completed",
                violation_error_message=gettext_lazy("Only a completed hand-off has an outcome."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind or 'hand-off'} {self.key}"
