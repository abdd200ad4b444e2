"""The numbers a department answers for, week by week."""

from __future__ import annotations

from decimal import Decimal

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from departments.models.company import Department, Keyed, validate_key
from departments.models.people import User
from departments.scorecards.core.entry_rules import Limits, limits_of_unit
from departments.scorecards.core.goals import DatedGoal

MANUAL = "manual"


@pghistory.track()
class Measurable(Keyed):
    """One number on a department's scorecard."""

    class LimitsFrom(models.TextChoices):
        UNIT = "unit", gettext_lazy("by the unit")
        OWN = "own", gettext_lazy("as set here")

    key = models.CharField(max_length=64, unique=True, validators=[validate_key])
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="measurables")
    name = models.CharField(max_length=200)
    unit = models.CharField(max_length=32, blank=True)
    source = models.CharField(
        max_length=128, default=MANUAL, help_text="“manual”, or the name of the computed figure it follows."
    )
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="measurables")
    weight = models.DecimalField(
        max_digits=6,
        decimal_places=2,
        default=Decimal(1),
        db_default=Decimal(1),
        help_text="How much it counts in the department's share of measurables met.",
    )
    position = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Its place on the scorecard; equal places stand in the order they were made."
    )
    archived = models.BooleanField(default=False, db_default=False, help_text="No longer asked for; its past stays.")
    limits = models.CharField(
        max_length=4,
        choices=LimitsFrom,
        default=LimitsFrom.UNIT,
        db_default=LimitsFrom.UNIT,
        help_text="Where the lowest and highest possible values come from.",
    )
    lowest = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    highest = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weight__gte=0),
                name="measurable_weight_not_negative",
                violation_error_message=gettext_lazy("The weight cannot be below 0."),
            ),
            models.CheckConstraint(
                condition=Q(limits="own") | Q(lowest__isnull=True, highest__isnull=True),
                name="measurable_limits_only_own",
                violation_error_message=gettext_lazy("Lowest and highest value are only for limits of its own."),
            ),
            models.CheckConstraint(
                condition=Q(lowest__isnull=True) | Q(highest__isnull=True) | Q(highest__gte=F("lowest")),
                name="measurable_highest_not_below_lowest",
                violation_error_message=gettext_lazy("The highest value cannot be below the lowest."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def manual(self) -> bool:
        """Whether people enter it; a computed one follows its figure."""
        return self.source == MANUAL

    @property
    def bounds(self) -> Limits:
        """The lowest and highest value that can be entered: its own limits, or those of its unit and goals."""
        if self.limits == self.LimitsFrom.OWN:
            return Limits(lowest=self.lowest, highest=self.highest)
        return limits_of_unit(self.unit, goals=[(goal.goal, goal.goal_high) for goal in self.goals.all()])


@pghistory.track()
class Goal(models.Model):
    """What a measurable should be, from a date on; earlier weeks keep the goal that was in force then."""

    class Rule(models.TextChoices):
        AT_LEAST = "at_least", gettext_lazy("At Least")
        AT_MOST = "at_most", gettext_lazy("At Most")
        BETWEEN = "between", gettext_lazy("Between")
        EXACTLY = "exactly", gettext_lazy("Exactly")

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
                violation_error_message=gettext_lazy(
                    "“Between” needs an upper goal that is not below the goal; the other rules have none."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measurable_id} {self.rule} {self.goal}"

    @property
    def dated(self) -> DatedGoal:
        """As the core judges by it."""
        return DatedGoal.stored(self.effective_from, self.rule, self.goal, self.goal_high)


@pghistory.track()
class Entry(models.Model):
    """The value of a measurable for one ISO week, as it is now; `reported` tells what it was when the week closed."""

    measurable = models.ForeignKey(Measurable, on_delete=models.CASCADE, related_name="entries")
    week = models.DateField(help_text="The Monday.")
    value = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    note = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1, db_default=1, help_text="Grows with each change.")
    entered_at = models.DateTimeField(
        null=True, blank=True, help_text="When there first was a value; empty for one from a file that did not say."
    )
    entered_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="entries")
    copied = models.BooleanField(default=False, db_default=False, help_text="Taken over from the week before.")
    changed_after_close = models.BooleanField(
        default=False, db_default=False, help_text="Its value is not the one that was reported when the week closed."
    )
    reported_value = models.DecimalField(
        max_digits=20, decimal_places=6, null=True, blank=True, help_text="Kept once the value is changed after close."
    )

    class Meta:
        verbose_name_plural = "entries"
        ordering = ["measurable_id", "week"]
        constraints = [
            models.UniqueConstraint(fields=["measurable", "week"], name="entry_once_a_week"),
            models.CheckConstraint(
                condition=Q(week__iso_week_day=1),
                name="entry_week_is_a_monday",
                violation_error_message=gettext_lazy("Name the week by its Monday."),
            ),
            models.CheckConstraint(
                condition=Q(changed_after_close=True) | Q(reported_value__isnull=True),
                name="entry_reported_value_only_when_changed",
                violation_error_message=gettext_lazy(
                    "Only an entry that was changed after the close has a value reported before."
                ),
            ),
        ]
        indexes = [models.Index(fields=["week"], name="entry_by_week")]

    def __str__(self) -> str:
        return f"{self.measurable_id} {self.week}: {self.value}"


class EntryChange(models.Model):
    """One change of an entry: who made it, when and how, and what stood there before. Append-only."""

    class How(models.TextChoices):
        GRID = "grid", gettext_lazy("Grid")
        FORM = "form", gettext_lazy("Form")
        PASTE = "paste", gettext_lazy("Paste")
        UNDO = "undo", gettext_lazy("Undo")
        FILE = "file", gettext_lazy("File")
        COPY = "copy", gettext_lazy("copied forward")
        MAIL = "mail", gettext_lazy("link in a mail")
        FIGURE = "calc", gettext_lazy("computed anew")

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="entry_changes")
    how = models.CharField(max_length=5, choices=How)
    version = models.PositiveIntegerField(help_text="The entry's version after the change.")
    old_value = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    new_value = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    old_note = models.TextField(blank=True)
    new_note = models.TextField(blank=True)
    after_close = models.BooleanField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["entry", "version"], name="entry_change_once_a_version")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.entry_id} v{self.version}: {self.old_value} to {self.new_value}"


@pghistory.track()
class Annotation(models.Model):
    """A dated remark beside a department's numbers, or beside one of them: what happened then."""

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="annotations")
    measurable = models.ForeignKey(
        Measurable, on_delete=models.CASCADE, null=True, blank=True, related_name="annotations"
    )
    day = models.DateField()
    text = models.CharField(max_length=300)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="annotations")

    class Meta:
        verbose_name = "remark"
        ordering = ["day", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""),
                name="annotation_says_something",
                violation_error_message=gettext_lazy("Write something first."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.text}"
