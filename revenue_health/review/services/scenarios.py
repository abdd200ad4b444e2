"""Scenarios: promises somebody tried out, kept under a name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from departments.json_types import Json
from departments.models import User
from departments.services.repeats import repeated
from pipeline.models import RecomputeRun
from revenue_health.review.models import Scenario

LONGEST_NAME = 80


class ScenarioError(ValueError):
    """A scenario that cannot be saved; the message says why."""


@transaction.atomic
def scenario_save(
    *, name: str, promises: Sequence[str], result: Json, run: RecomputeRun, user: User, now: datetime
) -> Scenario:
    """Keep the promises with what they would change on the figures of this run."""
    name = " ".join(name.split())
    if not name:
        raise ScenarioError(_("Give the scenario a name. Nothing was saved."))
    if len(name) > LONGEST_NAME:
        raise ScenarioError(
            _("A name has at most {longest_name} characters. Nothing was saved.").format(longest_name=LONGEST_NAME)
        )
    if not promises:
        raise ScenarioError(_("Nothing is promised yet: move something first. Nothing was saved."))
    content = {
        "name": name,
        "period": result["period"]["label"],
        "promises": list(promises),
        "as_of": run.as_of,
        "created_by": user,
    }
    same = Scenario.objects.filter(**content, deleted_at=None)
    saved = repeated(same, by=user, time_field="created_at", now=now)
    return saved or Scenario.objects.create(**content, result=result, created_at=now)


def scenario_delete(*, scenario: Scenario, now: datetime) -> None:
    """Remove it from the list; this can be undone."""
    Scenario.objects.filter(pk=scenario.pk, deleted_at=None).update(deleted_at=now)


def scenario_restore(*, scenario: Scenario) -> None:
    """Undo of the deletion."""
    Scenario.objects.filter(pk=scenario.pk).update(deleted_at=None)
