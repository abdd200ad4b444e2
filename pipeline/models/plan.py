"""What was promised, and what money was worth."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from pipeline.models.structure import Pipeline


class PlanTarget(models.Model):
    """Target revenue of a period, per pipeline and optionally per segment, in the reporting currency."""

    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="targets")
    period_start = models.DateField()
    period_end = models.DateField(help_text="The last day, inclusive.")
    target = models.DecimalField(max_digits=18, decimal_places=2)
    expectation = models.DecimalField(
        max_digits=18, decimal_places=2, null=True, blank=True, help_text="What analysts or the board were told."
    )
    segment = models.CharField(max_length=128, blank=True)

    class Meta:
        ordering = ["pipeline_id", "period_start", "segment"]
        constraints = [
            models.UniqueConstraint(
                fields=["pipeline", "period_start", "period_end", "segment"], name="plan_target_natural_key"
            ),
            models.CheckConstraint(condition=Q(period_end__gte=F("period_start")), name="plan_period_in_order"),
            models.CheckConstraint(condition=Q(target__gte=0), name="plan_target_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.period_start} to {self.period_end}: {self.target}"


class ExchangeRate(models.Model):
    """Reporting units per unit of a currency, from a date until the next row."""

    currency = models.CharField(max_length=3)
    date = models.DateField()
    rate = models.DecimalField(max_digits=20, decimal_places=10)

    class Meta:
        ordering = ["currency", "date"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "date"], name="exchange_rate_once_a_day"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="exchange_rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.date}: {self.rate}"
