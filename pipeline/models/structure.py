"""The shape of the pipeline: pipelines, stages, loss reasons, sources, and which department owns each."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

import pghistory
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.models import Department
from departments.models.company import Keyed, validate_key
from departments.periods import FINAL_YEAR, FIRST_YEAR


@pghistory.track()
class Pipeline(Keyed):
    """One way a deal can go, such as new business or renewal."""

    key = models.CharField(max_length=64, unique=True, validators=[validate_key])
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Stage(Keyed):
    """A step of a pipeline: who owns it, how long a deal may stay, and whether entering it earns the amount."""

    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="stages")
    key = models.CharField(max_length=64, validators=[validate_key])
    name = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField()
    owner_department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        related_name="stages",
        help_text=gettext_lazy(
            "From the beginning. Where the stage went to another department on some day, add a stage owner."
        ),
    )
    earns = models.BooleanField(default=False)
    time_limit_days = models.DecimalField(
        max_digits=8, decimal_places=2, null=True, blank=True, help_text="Days until a deal here counts as rotting."
    )

    class Meta:
        ordering = ["pipeline_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["pipeline", "key"], name="stage_key_once"),
            # Deferred, so that an import may swap two positions.
            models.UniqueConstraint(
                fields=["pipeline", "position"], name="stage_position_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(
                condition=~Q(key="lost"),
                name="stage_key_lost_is_reserved",
                violation_error_message=gettext_lazy(
                    "“lost” is no stage’s key: it is where lost deals go. Choose another."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(key="withdrawn"),
                name="stage_key_withdrawn_is_reserved",
                violation_error_message=gettext_lazy(
                    "“withdrawn” is no stage’s key: it is where withdrawn deals go. Choose another."
                ),
            ),
            models.CheckConstraint(
                condition=Q(time_limit_days__isnull=True) | Q(time_limit_days__gt=0),
                name="stage_limit_positive",
                violation_error_message=gettext_lazy("The limit has to be above 0 days, or empty for none."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class StageOwner(models.Model):
    """From an instant on, a stage belongs to another department than before; the first owner is the stage's own."""

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="later_owners")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="later_stages")
    since = models.DateTimeField(help_text="What waits in the stage is the department's from here on.")

    class Meta:
        ordering = ["stage_id", "since"]
        constraints = [models.UniqueConstraint(fields=["stage", "since"], name="stage_owner_since_once")]

    def __str__(self) -> str:
        return f"{self.stage}, {self.department} since {self.since:%Y-%m-%d}"

    def clean(self) -> None:
        """The rules of stages.csv, for the admin."""
        if self.since is not None and not FIRST_YEAR <= self.since.year <= FINAL_YEAR:
            day = f"{self.since:%Y-%m-%d}"
            raise ValidationError({"since": _("{day} is not between the years 1900 and 2199.").format(day=day)})


@pghistory.track()
class LossReason(Keyed):
    """A structured reason why deals are lost, owned by the department that causes it."""

    key = models.CharField(max_length=64, unique=True, validators=[validate_key])
    name = models.CharField(max_length=200)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="loss_reasons")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Source(Keyed):
    """Where opportunities come from, owned by the department that brings them."""

    key = models.CharField(max_length=64, unique=True, validators=[validate_key])
    name = models.CharField(max_length=200)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="sources")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


def later_owners(*, until: datetime) -> dict[int, list[tuple[datetime, int]]]:
    """By stage, since when it belongs to which department, oldest first; what begins after `until` is left out."""
    owners: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    rows = StageOwner.objects.filter(since__lte=until).order_by("stage_id", "since")
    for stage, since, department in rows.values_list("stage_id", "since", "department_id"):
        owners[stage].append((since, department))
    return dict(owners)


def ids_by_key() -> tuple[dict[str, list[int]], dict[str, int]]:
    """Stages by key (a key may be used in several pipelines), departments by key."""
    stages: dict[str, list[int]] = defaultdict(list)
    for pk, key in Stage.objects.order_by("pk").values_list("pk", "key"):
        stages[key].append(pk)
    return dict(stages), dict(Department.objects.values_list("key", "pk"))
