"""What the set-up enters in one go: the plan by quarters, and the department of every stage."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from departments.models import Department
from departments.periods import Period
from departments.scorecards.core.number_text import bare_text
from pipeline.models import PlanTarget, Stage


@transaction.atomic
def plan_quarters_save(*, targets: dict[tuple[int, Period], Decimal | None]) -> int:
    """Write the targets of pipelines (by id) for whole quarters, all segments together; None takes one away.

    Returns how many rows changed. Targets of segments and of other periods stay as they are; one with a figure told
    outside is not taken away.
    """
    changed = 0
    for (pipeline, period), target in targets.items():
        rows = PlanTarget.objects.filter(
            pipeline_id=pipeline, period_start=period.start, period_end=period.end, segment=""
        )
        row = rows.first()
        if target is None and row is not None:
            if row.expectation is not None:
                sentence = _("{period}: {amount}, told outside, would go with the target. Remove both in the settings.")
                raise ValidationError(sentence.format(period=period.label, amount=bare_text(row.expectation)))
            row.delete()
            changed += 1
        elif target is not None and (row is None or row.target != target):
            row = row or PlanTarget(pipeline_id=pipeline, period_start=period.start, period_end=period.end)
            row.target = target
            row.full_clean()
            row.save()
            changed += 1
    return changed


@transaction.atomic
def stage_owners_save(*, owners: dict[int, int]) -> int:
    """Give stages (by id) their department (by id) from the beginning; returns how many changed.

    Raises ValidationError, with nothing written, for stages that are not there and for departments that are not the
    company's own: each is named.
    """
    allowed = set(Department.objects.filter(kind=Department.Kind.INTERNAL).values_list("pk", flat=True))
    stages = Stage.objects.in_bulk(owners)
    problems = [
        *(_("There is no stage {value}.").format(value=stage) for stage in owners if stage not in stages),
        *(_("There is no department {value} in the company.").format(value=value)
          for value in dict.fromkeys(owners.values()) if value not in allowed),
    ]  # fmt: skip
    if problems:
        raise ValidationError(problems)
    changed = 0
    for stage in stages.values():
        department = owners[stage.pk]
        if stage.owner_department_id != department:
            stage.owner_department_id = department
            stage.save()
            changed += 1
    return changed
