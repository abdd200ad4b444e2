"""Users and what they are to the company."""

from __future__ import annotations

from dataclasses import replace

import pghistory
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from departments.day_formats import DayStyle
from departments.models.company import Department, validate_time_zone


class User(AbstractUser):
    """A person who signs in."""

    class Language(models.TextChoices):
        """Each in its own words; which of them are offered is a setting (LANGUAGES)."""

        ENGLISH = "en", "English"
        GERMAN = "de", "Deutsch"

    class Numbers(models.TextChoices):
        """By a language that writes them so."""

        ENGLISH = "en", "1,234.56"
        GERMAN = "de", "1.234,56"
        FRENCH = "fr", "1 234,56"
        SWISS = "de-CH", "1’234.56"

    class Days(models.TextChoices):
        DAY_FIRST = "day", "23 Nov 2026"
        MONTH_FIRST = "month", "Nov 23, 2026"

    class Clock(models.TextChoices):
        TWENTY_FOUR = "24", "14:05"
        TWELVE = "12", "2:05 PM"

    time_zone = models.CharField(max_length=64, blank=True, validators=[validate_time_zone])
    # Empty: follow the browser.
    language = models.CharField(max_length=5, blank=True, db_default="", choices=Language)
    number_style = models.CharField(max_length=5, blank=True, db_default="", choices=Numbers)
    day_style = models.CharField(max_length=5, blank=True, db_default="", choices=Days)
    clock_style = models.CharField(max_length=2, blank=True, db_default="", choices=Clock)

    @property
    def display_name(self) -> str:
        """How pages call the person: the full name, else the user name."""
        return self.get_full_name() or self.get_username()

    def days_as_chosen(self, style: DayStyle) -> DayStyle:
        """How the person wants days and times: what the account says, and `style` for the rest."""
        return replace(
            style,
            month_first=self.day_style == self.Days.MONTH_FIRST if self.day_style else style.month_first,
            twelve_hours=self.clock_style == self.Clock.TWELVE if self.clock_style else style.twelve_hours,
        )


@pghistory.track()
class Membership(models.Model):
    """What one person is: to the whole company, or to one department."""

    class Role(models.TextChoices):
        EXECUTIVE = "executive", gettext_lazy("Executive")
        BOARD = "board", gettext_lazy("Board")
        ANALYST = "analyst", gettext_lazy("Analyst")
        HEAD = "head", gettext_lazy("Head")
        DEPUTY = "deputy", gettext_lazy("Deputy")
        MEMBER = "member", gettext_lazy("Member")

    COMPANY_ROLES = (Role.EXECUTIVE, Role.BOARD, Role.ANALYST)

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=9, choices=Role)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "department"],
                name="membership_once",
                # A role for the whole company has no department, and is held once as well.
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(role__in=["executive", "board", "analyst"], department__isnull=True)
                | Q(role__in=["head", "deputy", "member"], department__isnull=False),
                name="membership_department_fits_role",
                violation_error_message=gettext_lazy(
                    "Heads, deputies and members need a department; the other roles have none."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}" + (f" of {self.department}" if self.department_id else "")
