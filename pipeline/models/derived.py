"""Data computed from the truth, and the runs that computed it. All of it can be deleted and rebuilt."""

from __future__ import annotations

from datetime import date, tzinfo

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from departments.models import Department
from pipeline.models.structure import Pipeline, Stage


class RecomputeRun(models.Model):
    """One run of custody and flows: STARTED until everything it made is in place, then DONE or FAILED.

    Pages show the figures of the newest DONE run. `parts` names the files of the custody store it is made of.
    """

    class Status(models.TextChoices):
        STARTED = "started", gettext_lazy("Started")
        DONE = "done", gettext_lazy("Done")
        FAILED = "failed", gettext_lazy("Failed")

    class Mode(models.TextChoices):
        FULL = "full", gettext_lazy("Full")
        INCREMENTAL = "incremental", gettext_lazy("Incremental")

    LAST_DAY = "last day"
    """Trigger of a run that reads data which has stopped as of its last day."""

    status = models.CharField(max_length=8, choices=Status, default=Status.STARTED)
    mode = models.CharField(max_length=11, choices=Mode, default=Mode.FULL)
    trigger = models.CharField(max_length=16, default="command", help_text="command, nightly or button")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    as_of = models.DateTimeField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    step = models.CharField(max_length=64, blank=True, help_text="What it is doing now.")
    done_share = models.FloatField(default=0.0, help_text="0 to 1.")
    seconds = models.JSONField(default=dict)
    opportunities = models.BigIntegerField(default=0)
    visits = models.BigIntegerField(default=0)
    touched = models.BigIntegerField(default=0, help_text="Opportunities computed anew in this run.")
    last_touch = models.BigIntegerField(default=0, help_text="The newest TouchedOpportunity row it has taken in.")
    fingerprint = models.CharField(max_length=64, blank=True, help_text="Of stages, owners, rates, time zone.")
    method = models.CharField(max_length=24, blank=True, help_text="Version of the rules; empty: before 0.9.")
    parts = models.JSONField(default=list)
    balance_error = models.FloatField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="done") | Q(balance_error=0.0),
                name="run_done_only_when_it_balances",
                violation_error_message=gettext_lazy("A run is done only when its flows balance."),
            ),
        ]

    def __str__(self) -> str:
        return f"Run {self.pk} as of {self.as_of:%Y-%m-%d %H:%M}: {self.status}"

    def day_in(self, zone: tzinfo) -> date:
        """The day its figures know, in a company's zone."""
        return self.as_of.astimezone(zone).date()


class TouchedOpportunity(models.Model):
    """An opportunity whose truth changed since some run. No foreign key: an undone import deletes opportunities."""

    opportunity = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "touched opportunities"

    def __str__(self) -> str:
        return str(self.opportunity)


class Flow(models.Model):
    """One cell of the weekly roll-up: what happened to money of a segment in a stage in one week.

    Amounts are minor units (cents) of the reporting currency; `amount_seconds` is minor units times seconds.
    Integers throughout, so that sums of parts equal the whole to the last bit.
    `kind` is one of pipeline.core.flows.flows.KINDS. Foreign keys are not enforced by the database: the rows
    are replaced by the million, and made from ids read in the same transaction.
    """

    week = models.DateField(help_text="The Monday.")
    pipeline = models.ForeignKey(Pipeline, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    segment = models.CharField(max_length=128, blank=True)
    stage = models.ForeignKey(Stage, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    kind = models.CharField(max_length=12)
    department = models.ForeignKey(
        Department, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    to_stage = models.ForeignKey(
        Stage, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    to_department = models.ForeignKey(
        Department, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    age_bin = models.SmallIntegerField(null=True)
    amount = models.BigIntegerField(default=0)
    count = models.BigIntegerField(default=0)
    amount_seconds = models.DecimalField(max_digits=38, decimal_places=0, default=0)
    deal_seconds = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "week",
                    "kind",
                    "stage",
                    "segment",
                    "department",
                    "to_stage",
                    "to_department",
                    "age_bin",
                    "pipeline",
                ],
                name="flow_natural_key",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.week} {self.kind} {self.stage_id}: {self.amount}"
