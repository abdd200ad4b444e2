"""Reminders of missing values, and the links in them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from departments.models.company import Department
from departments.models.people import User


class Reminder(models.Model):
    """One mail to one person about the missing values of one department's week. A row means that it was sent."""

    class Kind(models.TextChoices):
        BEFORE = "before", gettext_lazy("before the close")
        AFTER = "after", gettext_lazy("after the close")
        REQUESTED = "asked", gettext_lazy("asked for")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="reminders")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="reminders")
    week = models.DateField(help_text="The Monday.")
    kind = models.CharField(max_length=6, choices=Kind)
    sent_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    missing = models.PositiveIntegerField(help_text="How many values were missing then.")

    class Meta:
        ordering = ["-sent_at"]
        constraints = [
            # A second run, or one after a crash, finds the row and sends nothing.
            models.UniqueConstraint(fields=["user", "department", "week", "kind"], name="reminder_once"),
            models.CheckConstraint(
                condition=Q(week__iso_week_day=1),
                name="reminder_week_is_a_monday",
                violation_error_message=gettext_lazy("Name the week by its Monday."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.department} {self.week}, {self.kind}"


class UpdateLink(models.Model):
    """A link that opens one week's form of one department for one person, without signing in, once.

    `code` is what the signed address carries. Opening the form changes nothing (mail programs look at links before
    people do); sending it uses the link up.
    """

    code = models.CharField(max_length=32, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="update_links")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="update_links")
    week = models.DateField(help_text="The Monday.")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "department", "week"],
                condition=Q(used_at__isnull=True, revoked_at__isnull=True),
                name="update_link_one_open",
                violation_error_message=gettext_lazy("A link for this person, department and week is open already."),
            ),
            models.CheckConstraint(
                condition=Q(week__iso_week_day=1),
                name="update_link_week_is_a_monday",
                violation_error_message=gettext_lazy("Name the week by its Monday."),
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")),
                name="update_link_expires_later",
                violation_error_message=gettext_lazy("The end has to be later than the beginning."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.department} {self.week}"
