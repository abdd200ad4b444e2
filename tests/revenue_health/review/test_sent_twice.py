"""Decisions, scenarios and evidence whose form is sent twice, or by two people at once."""

from __future__ import annotations

from functools import partial

import pytest
from django.utils import timezone

from departments.models import User
from pipeline.models import RecomputeRun
from revenue_health.review.models import Decision, EvidenceExport, Scenario
from revenue_health.review.services.evidence import evidence_request
from revenue_health.review.services.packs import PackProblem, decision_log
from revenue_health.review.services.scenarios import scenario_save
from tests.departments.web.simultaneous import simultaneously
from tests.permissions.packs import a_pack

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def user() -> User:
    return User.objects.create_user("ann")


@pytest.fixture
def run() -> RecomputeRun:
    return RecomputeRun.objects.create(as_of=timezone.now(), started_at=timezone.now())


def test_a_decision(user: User) -> None:
    log = partial(decision_log, pack=a_pack(), decided_by="the board", user=user, now=timezone.now())
    decided, again = simultaneously(*[partial(log, text="Hire")] * 2, table="review_decision")
    assert decided == again
    both = [partial(log, text=text, corrects=decided) for text in ("Hire two", "Hire three")]
    results = simultaneously(*both, table="review_decision")
    assert sorted(type(result).__name__ for result in results) == ["Decision", PackProblem.__name__]
    assert Decision.objects.count() == 2


def test_a_scenario(user: User, run: RecomputeRun) -> None:
    save = partial(
        scenario_save, promises=["a=1"], result={"period": {"label": "2026-Q4"}}, run=run, user=user, now=timezone.now()
    )
    first, again = simultaneously(*[partial(save, name="More hands")] * 2, table="review_scenario")
    assert first == again
    save(name="Fewer hands")
    assert Scenario.objects.count() == 2


def test_evidence(user: User, run: RecomputeRun) -> None:
    ask = partial(evidence_request, run=run, baseline="", user=user, now=timezone.now())
    first, again = simultaneously(*[partial(ask, period="2026-Q4")] * 2, table="review_evidenceexport")
    assert first == again
    ask(period="2026-Q3")
    EvidenceExport.objects.filter(pk=first.pk).update(status=EvidenceExport.Status.FAILED)
    assert ask(period="2026-Q4") != first
