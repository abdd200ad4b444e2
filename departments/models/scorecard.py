"""The numbers a department answers for, week by week."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from departments.models.company import Department, key_validator


class Measurable(models.Model):
    """One number on a department's scorecard."""

    key = models.CharField(max_length=64, unique=True, validators=[key_validator])
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="measurables")
    name = models.CharField(max_length=200)
    unit = models.CharField(max_length=32, blank=True)
    source = models.CharField(
        max_length=128, default="manual", help_text="“manual”, or the name of the computed figure it follows."
    )

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Goal(models.Model):
    """What a measurable should be from a date on; older weeks keep the goal that was in force then."""

    class Rule(models.TextChoices):
        AT_LEAST = "at_least"
        AT_MOST = "at_most"
        BETWEEN = "between"
        EXACTLY = "exactly"

    measurable = models.ForeignKey(Measurable, on_delete=models.CASCADE, related_name="goals")
    effective_from = models.DateField()
    rule = models.CharField(max_length=8, choices=Rule)
    goal = models.DecimalField(max_digits=20, decimal_places=6)
    goal_high = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)

    class Meta:
        ordering = ["measurable_id", "effective_from"]
        constraints = [
            models.UniqueConstraint(fields=["measurable", "effective_from"], name="goal_once_a_day"),
            models.CheckConstraint(
                condition=Q(rule="between", goal_high__gte=F("goal"))
                | (~Q(rule="between") & Q(goal_high__isnull=True)),
                name="goal_high_only_between",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measurable_id} {self.rule} {self.goal}"


class Entry(models.Model):
    """The value of a measurable for one ISO week."""

    measurable = models.ForeignKey(Measurable, on_delete=models.CASCADE, related_name="entries")
    week = models.DateField(help_text="The Monday.")
    value = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "entries"
        ordering = ["measurable_id", "week"]
        constraints = [
            models.UniqueConstraint(fields=["measurable", "week"], name="entry_once_a_week"),
            models.CheckConstraint(condition=Q(week__iso_week_day=1), name="entry_week_is_a_monday"),
        ]

    def __str__(self) -> str:
        return f"{self.measurable_id} {self.week}: {self.value}"
