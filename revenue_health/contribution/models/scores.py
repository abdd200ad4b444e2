"""Scores: what the model said, run by run. All of it can be thrown away and made again from custody."""

from __future__ import annotations

from django.db import models

from pipeline.models import Pipeline, RecomputeRun


class ScoreRun(models.Model):
    """One comparison (a period with a baseline) scored on the figures of one recompute.

    STARTED until every group of deals is scored and summed, then DONE; FAILED says why. One that died is continued by
    whoever finds it: what its groups have is kept.
    """

    class Status(models.TextChoices):
        STARTED = "started"
        DONE = "done"
        FAILED = "failed"

    run = models.ForeignKey(RecomputeRun, on_delete=models.CASCADE, related_name="score_runs")
    status = models.CharField(max_length=8, choices=Status, default=Status.STARTED)
    label = models.CharField(max_length=32, help_text="What people call the period.")
    period_start = models.DateField()
    period_end = models.DateField()
    baseline_start = models.DateField(null=True, help_text="Null: too little history for a baseline.")
    baseline_end = models.DateField(null=True)
    as_of = models.DateTimeField()
    fingerprint = models.CharField(max_length=64, blank=True, help_text="Of plan and method.")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    seconds = models.JSONField(default=dict, help_text="Per step; `groups` is the sum over groups.")
    error = models.TextField(blank=True)
    figures = models.JSONField(default=dict, help_text="The bridge by segment, as `contributions --json` prints it.")
    gates = models.JSONField(null=True, help_text="What the gates say of each party, and why; null until done.")
    registered_at = models.DateTimeField(null=True, blank=True, help_text="When the leak register took it in.")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "period_start", "period_end", "baseline_start", "baseline_end"],
                name="score_run_once_per_comparison",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"Scores {self.pk} of {self.label}: {self.status}"


class GroupScore(models.Model):
    """The bridge of the deals of one segment and origin of one pipeline, replicates included, so that sums can be made
    again.

    `figures` is null until it is computed. An equal `fingerprint` (of all the arrays it is computed from) means equal
    figures: they are copied instead of computed.
    """

    score_run = models.ForeignKey(ScoreRun, on_delete=models.CASCADE, related_name="groups")
    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="+")
    group = models.CharField(max_length=128, blank=True)
    origin = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        help_text="Department of the source, if told apart.",
    )
    fingerprint = models.CharField(max_length=64, blank=True)
    seconds = models.FloatField(default=0.0)
    figures = models.JSONField(null=True)

    class Meta:
        ordering = ["pipeline_id", "group", "origin"]
        indexes = [models.Index(fields=["fingerprint"], name="group_score_fingerprint")]
        constraints = [
            models.UniqueConstraint(fields=["score_run", "pipeline", "group", "origin"], name="group_score_once"),
        ]

    def __str__(self) -> str:
        whose = f" by {self.origin}" if self.origin else ""
        return f"{self.group or 'all'}{whose} of {self.pipeline_id} in {self.score_run_id}"


class PartyScore(models.Model):
    """A party's share in one score run: what trends are drawn from. Amounts in units of the reporting currency."""

    score_run = models.ForeignKey(ScoreRun, on_delete=models.CASCADE, related_name="parties")
    party = models.CharField(max_length=64, help_text="A department's key, market, opening or strategy.")
    amount = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    score = models.FloatField(null=True, help_text="Percent of the plan.")
    verdict = models.CharField(max_length=16)

    class Meta:
        ordering = ["score_run_id", "id"]
        constraints = [models.UniqueConstraint(fields=["score_run", "party"], name="party_score_once")]

    def __str__(self) -> str:
        return f"{self.party}: {self.amount:.0f}"


class CutScore(models.Model):
    """The shares of one score run cut another way than by segment (by team, by owner), asked for or made at night.

    ASKED until a worker has done it, then DONE with `figures`: the groups as `contributions --json --by` prints them.
    """

    class Status(models.TextChoices):
        ASKED = "asked"
        DONE = "done"
        FAILED = "failed"

    score_run = models.ForeignKey(ScoreRun, on_delete=models.CASCADE, related_name="cuts")
    by = models.CharField(max_length=16)
    status = models.CharField(max_length=8, choices=Status, default=Status.ASKED)
    asked_at = models.DateTimeField()
    seconds = models.FloatField(default=0.0)
    error = models.TextField(blank=True)
    figures = models.JSONField(default=list)

    class Meta:
        ordering = ["score_run_id", "by"]
        constraints = [models.UniqueConstraint(fields=["score_run", "by"], name="cut_score_once")]

    def __str__(self) -> str:
        return f"{self.score_run_id} by {self.by}: {self.status}"


class ForecastSnapshot(models.Model):
    """What was forecast for a period on the figures of one run; `actual` is filled in when the period has ended."""

    run = models.ForeignKey(RecomputeRun, on_delete=models.CASCADE, related_name="forecasts")
    label = models.CharField(max_length=32)
    period_start = models.DateField()
    period_end = models.DateField()
    as_of = models.DateTimeField()
    median = models.FloatField()
    p5 = models.FloatField()
    p25 = models.FloatField()
    p75 = models.FloatField()
    p95 = models.FloatField()
    probability = models.FloatField(null=True)
    target = models.FloatField(null=True)
    actual = models.FloatField(null=True, help_text="Net revenue of the whole period, once it is over.")
    figures = models.JSONField(default=dict, help_text="Everything `forecast --json` prints, for the page.")

    class Meta:
        ordering = ["as_of"]
        constraints = [
            models.UniqueConstraint(fields=["run", "period_start", "period_end"], name="forecast_once_per_run"),
        ]

    def __str__(self) -> str:
        return f"{self.label} as of {self.as_of:%Y-%m-%d}: {self.median:.0f}"
