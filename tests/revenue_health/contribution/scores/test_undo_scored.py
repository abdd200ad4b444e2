"""Taking out the import everything was computed from: figures go along, what people did refuses."""

from __future__ import annotations

import pytest
from django.utils import timezone

from departments.models import Department, Membership, User
from pipeline.imports.problems import UndoRefused
from pipeline.models import ImportBatch, Opportunity, Pipeline
from pipeline.services.imports_undo import import_undo
from revenue_health.contribution.models import GroupScore, Leak, LeakChange, PartyScore, ScoreRun

pytestmark = pytest.mark.django_db


@pytest.fixture
def leak(scored: None, db: None) -> Leak:
    Membership.objects.exclude(department=None).delete()
    stage = Pipeline.objects.filter(stages__isnull=False)[0].stages.all()[0]
    week = "2026-06-01"
    return Leak.objects.create(
        pipeline=stage.pipeline, stage=stage, department=Department.objects.get(key="legal"), factor="value",
        first_seen=week, since=week, last_seen=week, read=week, amount=1, low=1, high=1,
    )  # fmt: skip


def test_scores_and_untouched_leaks_go_along(leak: Leak) -> None:
    assert GroupScore.objects.exists()
    undone = import_undo(batch_id=ImportBatch.objects.get().pk)
    assert undone.removed["departments"] > 0
    left = (GroupScore, PartyScore, ScoreRun, Leak, Opportunity, Pipeline)
    assert [model.__name__ for model in left if model.objects.exists()] == []


def test_a_leak_somebody_works_on_refuses_and_nothing_is_lost(leak: Leak) -> None:
    before = GroupScore.objects.count()
    user = User.objects.get(username="ceo")
    LeakChange.objects.create(leak=leak, at=timezone.now(), by=user, what="status", before="new", after="accepted")
    with pytest.raises(UndoRefused, match="1 leaks need departments"):
        import_undo(batch_id=ImportBatch.objects.get().pk)
    assert GroupScore.objects.count() == before > 0


def test_people_of_a_department_refuse(scored: None) -> None:
    with pytest.raises(UndoRefused, match="people need departments"):
        import_undo(batch_id=ImportBatch.objects.get().pk)
