"""The leak register: where money is lost against the baseline, week by week, and what people do about it."""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from departments.models import Department, User
from pipeline.models import Pipeline, RecomputeRun, Stage


class LeakQuerySet(models.QuerySet["Leak"]):
    """The register's usual selections."""

    def still_open(self) -> LeakQuerySet:
        """What still matters, the largest first. What is said to be fixed stays as long as it has not recovered: only
        the figure closes it."""
        return self.order_by("-amount", "pk").exclude(status__in=[Leak.Status.RECOVERED, Leak.Status.DECLINED])


@pghistory.track()
class Leak(models.Model):
    """One factor of one department in one stage that was, at least once, beyond materiality. There is one row for it
    for ever: seen again after it had recovered, it is the same leak once more.

    Amounts are units of the reporting currency, of the newest week it was read; positive is money lost.
    """

    class State(models.TextChoices):
        SEEN = "seen", gettext_lazy("seen: material, and the whole interval above zero")
        UNCLEAR = "unclear", gettext_lazy("unclear: material, but the interval includes zero")
        BELOW = "below", gettext_lazy("below materiality")

    class Factor(models.TextChoices):
        WAITING = "waiting", gettext_lazy("Waiting")
        LOSSES = "losses", gettext_lazy("Losses")
        VALUE = "value", gettext_lazy("Value")

    class Status(models.TextChoices):
        NEW = "new", gettext_lazy("New")
        ACCEPTED = "accepted", gettext_lazy("Accepted")
        WORKING = "working", gettext_lazy("Working")
        FIXED = "fixed", gettext_lazy("Fixed")
        DECLINED = "declined", gettext_lazy("Declined")
        RECOVERED = "recovered", gettext_lazy("Recovered")

    BY_PEOPLE = (Status.ACCEPTED, Status.WORKING, Status.FIXED, Status.DECLINED)
    """`new` and `recovered` are said by the figure alone."""

    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="+")
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="leaks")
    factor = models.CharField(max_length=8, choices=Factor)
    status = models.CharField(max_length=9, choices=Status, default=Status.NEW)
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="leaks")
    declined_reason = models.TextField(blank=True)
    first_seen = models.DateField(help_text="The Monday of the week it was first seen.")
    since = models.DateField(help_text="The same of this time: later, if it had recovered and came back.")
    last_seen = models.DateField(help_text="The Monday of the newest week in which the figure showed it.")
    read = models.DateField(help_text="The Monday of the newest week it was read, seen or not.")
    recurrence = models.PositiveSmallIntegerField(default=0, help_text="How often it came back after it had recovered.")
    amount = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    state = models.CharField(max_length=7, choices=State, default=State.SEEN, help_text="What its newest reading says.")

    objects = LeakQuerySet.as_manager()

    class Meta:
        ordering = ["-amount", "id"]
        constraints = [
            models.UniqueConstraint(fields=["stage", "department", "factor"], name="leak_once_a_cell"),
            models.CheckConstraint(
                condition=~Q(status="declined") | ~Q(declined_reason=""),
                name="leak_declined_with_a_reason",
                violation_error_message=gettext_lazy("Say why the leak is declined."),
            ),
            models.CheckConstraint(
                condition=Q(last_seen__gte=F("since"), since__gte=F("first_seen")),
                name="leak_seen_in_order",
                violation_error_message=gettext_lazy(
                    "A leak is first seen, then runs, then is last seen, in this order."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.factor} of {self.department_id} in {self.stage_id}: {self.amount:.0f}"

    @property
    def still_seen(self) -> bool:
        """Whether the newest reading shows it."""
        return self.state == Leak.State.SEEN


class LeakSighting(models.Model):
    """What a leak cost in the figures of one week (the newest run of that week counts), and what that says."""

    State = Leak.State

    leak = models.ForeignKey(Leak, on_delete=models.CASCADE, related_name="sightings")
    week = models.DateField(help_text="The Monday.")
    run = models.ForeignKey(RecomputeRun, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=7, choices=State)
    amount = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()

    class Meta:
        ordering = ["leak_id", "week"]
        constraints = [
            models.UniqueConstraint(fields=["leak", "week"], name="leak_sighting_once_a_week"),
            models.CheckConstraint(
                condition=Q(week__iso_week_day=1),
                name="leak_sighting_week_is_a_monday",
                violation_error_message=gettext_lazy("Name the week by its Monday."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.leak_id} {self.week}: {self.amount:.0f} {self.state}"


class LeakChange(models.Model):
    """One change of a leak: by a person, or by the figure itself (no person)."""

    leak = models.ForeignKey(Leak, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    what = models.CharField(max_length=16, help_text="status or owner")
    before = models.CharField(max_length=150, blank=True)
    after = models.CharField(max_length=150, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["leak_id", "at", "id"]
        indexes = [models.Index(fields=["leak", "at"], name="leak_change_by_leak")]

    def __str__(self) -> str:
        return f"{self.leak_id} {self.what}: {self.before} to {self.after}"
