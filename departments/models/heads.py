"""Who headed a department when."""

from __future__ import annotations

import pghistory
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.models.company import Department
from departments.models.people import User


@pghistory.track()
class DepartmentHead(models.Model):
    """Somebody who heads a department from a day on: until the next one begins, or until the last day given.

    Who enters data and answers for a department today is a Membership; this is what stays when roles go on.
    """

    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="heads")
    name = models.CharField(max_length=200)
    account = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = "head"
        ordering = ["department_id", F("since").asc(nulls_first=True)]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "since"],
                name="department_head_since_once",
                # Only one head of a department may be without a first day.
                nulls_distinct=False,
                violation_error_message=gettext_lazy("Another head of this department begins on that day."),
            ),
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(until__gte=F("since")),
                name="department_head_days_in_order",
                violation_error_message=gettext_lazy("The last day lies before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.department}"

    def clean(self) -> None:
        """A last day after the next head began, or after one that is there already, would give two heads at once."""
        if not self.department_id:
            return
        others = DepartmentHead.objects.filter(department=self.department_id).exclude(pk=self.pk)
        for other in others:
            earlier, later = (self, other) if _begins_before(self, other) else (other, self)
            if earlier.until and later.since and earlier.until >= later.since:
                raise ValidationError(
                    _("{later} begins on {day}, so the last day of {earlier} must be before.").format(
                        later=later.name, day=later.since.isoformat(), earlier=earlier.name
                    )
                )


def _begins_before(row: DepartmentHead, other: DepartmentHead) -> bool:
    return row.since is None or (other.since is not None and row.since < other.since)
