"""A changed plan: stored comparisons are summed against the new one at once, and never shown beside the old one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from departments.models import Company
from pipeline.models import PlanTarget, RecomputeRun
from revenue_health.contribution.core.comparison import Comparison
from revenue_health.contribution.models import GroupScore
from revenue_health.contribution.selectors.comparison.periods import comparison_periods
from revenue_health.contribution.selectors.comparison.stored_comparison import stored_comparison

pytestmark = pytest.mark.django_db
type Commits = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def stored(run: RecomputeRun, company: Company) -> Callable[[], Comparison | None]:
    """The stored comparison of the running quarter, as pages read it."""
    periods = comparison_periods(run=run, company=company)
    return lambda: stored_comparison(run=run, periods=periods).comparison


def doubled(row: PlanTarget) -> None:
    row.target = row.target * Decimal(2)
    row.save()


def test_another_plan_of_the_company_moves_strategy_and_nothing_else(
    stored: Callable[[], Comparison | None], django_capture_on_commit_callbacks: Commits
) -> None:
    before = stored()
    assert before is not None
    assert before.target
    with django_capture_on_commit_callbacks(execute=True):
        for row in PlanTarget.objects.filter(segment=""):
            doubled(row)
    after = stored()
    assert after is not None
    # Every row is twice what it was, so the target is; what departments did has nothing to do with it.
    assert after.target == pytest.approx(2 * before.target)
    assert after.actual == before.actual
    shares = {party.key: party.share for party in before.departments}
    assert {party.key: party.share for party in after.departments} == shares


def test_until_it_is_summed_again_nothing_is_shown(
    stored: Callable[[], Comparison | None], ceo: Client, django_capture_on_commit_callbacks: Commits
) -> None:
    row = PlanTarget.objects.filter(segment="").latest("period_start")
    with django_capture_on_commit_callbacks(execute=False):
        doubled(row)
    assert stored() is None
    assert "is not scored yet" in ceo.get("/").text
    with django_capture_on_commit_callbacks(execute=True):
        row.save()
    assert "is not scored yet" not in ceo.get("/").text


def test_where_groups_are_by_another_method_it_waits_for_the_next_recompute(
    stored: Callable[[], Comparison | None], django_capture_on_commit_callbacks: Commits
) -> None:
    GroupScore.objects.update(figures={"method": 2})
    with django_capture_on_commit_callbacks(execute=True):
        doubled(PlanTarget.objects.filter(segment="").latest("period_start"))
    assert stored() is None
