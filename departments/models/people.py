"""Users and what they are to the company."""

from __future__ import annotations

import pghistory
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from departments.models.company import Department, validate_time_zone


class User(AbstractUser):
    """A person who signs in."""

    time_zone = models.CharField(max_length=64, blank=True, validators=[validate_time_zone])

    @property
    def display_name(self) -> str:
        """How pages call the person: the full name, else the user name."""
        return self.get_full_name() or self.get_username()


@pghistory.track()
class Membership(models.Model):
    """What one person is: to the whole company, or to one department."""

    class Role(models.TextChoices):
        EXECUTIVE = "executive"
        BOARD = "board"
        ANALYST = "analyst"
        HEAD = "head"
        DEPUTY = "deputy"
        MEMBER = "member"

    COMPANY_ROLES = (Role.EXECUTIVE, Role.BOARD, Role.ANALYST)

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=9, choices=Role)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "department"], name="membership_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(role__in=["executive", "board", "analyst"], department__isnull=True)
                | Q(role__in=["head", "deputy", "member"], department__isnull=False),
                name="membership_department_fits_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}" + (f" of {self.department}" if self.department_id else "")
