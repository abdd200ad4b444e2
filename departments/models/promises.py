"""Commitments and issues of a department, and how it rates the support of the others."""

from __future__ import annotations

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from departments.models.company import Department
from departments.models.discussion import SUBJECT_LENGTH
from departments.models.people import User
from departments.models.scorecard import Measurable


@pghistory.track()
class Commitment(models.Model):
    """What somebody promised to do by a day, carried until it is done or dropped, and later: did it work?"""

    class Status(models.TextChoices):
        OPEN = "open", gettext_lazy("Open")
        DONE = "done", gettext_lazy("Done")
        DROPPED = "dropped", gettext_lazy("Dropped")

    text = models.CharField(max_length=500)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="commitments")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="commitments")
    due = models.DateField()
    first_due = models.DateField(help_text="The day first promised, however often it was moved.")
    carried = models.PositiveSmallIntegerField(default=0, help_text="How often a later day was promised.")
    measurable = models.ForeignKey(
        Measurable, on_delete=models.SET_NULL, null=True, blank=True, related_name="commitments"
    )
    subject = models.CharField(max_length=SUBJECT_LENGTH, blank=True, help_text="The leak or figure it should move.")
    expected_effect = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    expected_unit = models.CharField(max_length=32, blank=True)
    expected_from = models.CharField(max_length=300, blank=True, help_text="The what-if it was taken from, in words.")
    status = models.CharField(max_length=7, choices=Status, default=Status.OPEN)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="commitments_made")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="commitments_closed"
    )
    closing_note = models.TextField(blank=True)
    result = models.JSONField(null=True, blank=True, help_text="Did it work: before, after, interval, words.")
    result_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due", "id"]
        indexes = [models.Index(fields=["status", "due"], name="commitment_by_status_and_due")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""),
                name="commitment_says_something",
                violation_error_message=gettext_lazy("Say what is promised."),
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True, closed_by__isnull=True)
                | Q(status__in=["done", "dropped"], closed_at__isnull=False, closed_by__isnull=False),
                name="commitment_closed_by_somebody",
                violation_error_message=gettext_lazy(
                    "A commitment that is done or dropped needs a day and a person; an open one has neither."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(status="dropped") | ~Q(closing_note=""),
                name="commitment_dropped_with_a_reason",
                violation_error_message=gettext_lazy("Say why the commitment is dropped."),
            ),
            models.CheckConstraint(
                condition=Q(due__gte=F("first_due")),
                name="commitment_moved_later_only",
                violation_error_message=gettext_lazy("The due day cannot be before the day first promised."),
            ),
        ]

    def __str__(self) -> str:
        return self.text


@pghistory.track()
class Issue(models.Model):
    """Something off track that a department must talk about, until it is solved."""

    class Status(models.TextChoices):
        OPEN = "open", gettext_lazy("Open")
        SOLVED = "solved", gettext_lazy("Solved")

    text = models.CharField(max_length=500)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="issues")
    measurable = models.ForeignKey(Measurable, on_delete=models.SET_NULL, null=True, blank=True, related_name="issues")
    subject = models.CharField(max_length=SUBJECT_LENGTH, blank=True)
    status = models.CharField(max_length=6, choices=Status, default=Status.OPEN)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="issues_made")
    solved_at = models.DateTimeField(null=True, blank=True)
    solved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="issues_solved")
    solved_note = models.TextField(blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""),
                name="issue_says_something",
                violation_error_message=gettext_lazy("Say what is off track."),
            ),
            models.CheckConstraint(
                condition=Q(status="open", solved_at__isnull=True, solved_by__isnull=True)
                | Q(status="solved", solved_at__isnull=False, solved_by__isnull=False),
                name="issue_solved_by_somebody",
                violation_error_message=gettext_lazy(
                    "A solved issue needs a day and a person; an open one has neither."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.text


class PulseAnswer(models.Model):
    """How one person rates, for one month, the support another department gave. Who said what is never shown."""

    month = models.DateField(help_text="The first day of the month.")
    by_department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="pulse_given")
    about_department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="pulse_received")
    # Answers stay when people leave: if a finished month changed, the difference would reveal their answer.
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="pulse_answers")
    score = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(5)])
    sentence = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["month", "by_department_id", "about_department_id", "id"]
        indexes = [models.Index(fields=["month", "by_department", "about_department"], name="pulse_by_month")]
        constraints = [
            models.UniqueConstraint(fields=["user", "month", "about_department"], name="pulse_once_a_month"),
            models.CheckConstraint(
                condition=Q(score__range=(1, 5)),
                name="pulse_score_one_to_five",
                violation_error_message=gettext_lazy("Choose a score from 1 to 5."),
            ),
            models.CheckConstraint(
                condition=Q(month__day=1),
                name="pulse_month_by_its_first_day",
                violation_error_message=gettext_lazy("Name the month by its first day."),
            ),
            models.CheckConstraint(
                condition=~Q(by_department=F("about_department")),
                name="pulse_is_about_another_department",
                violation_error_message=gettext_lazy("A department rates the others, not itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.by_department_id} about {self.about_department_id}"
