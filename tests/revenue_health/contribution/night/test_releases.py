"""A release never meets what the one before remembered: every memory of a run computes anew."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from departments.models import Company
from pipeline import custody_store, flows_store
from pipeline.models import RecomputeRun
from pipeline.selectors.leaks import leaks
from revenue_health.contribution.selectors import model_input
from revenue_health.contribution.selectors.comparison.periods import comparison_periods
from revenue_health.contribution.selectors.forecast import whatif
from revenue_health.review.views.weekly import review

pytestmark = pytest.mark.django_db
COMPUTED = (
    (leaks, "leaks_compute"),
    (custody_store.duckdb, "connect"),
    (flows_store, "period_flows"),
    (model_input, "pipelines_flows"),
    (whatif, "forward_of"),
    (review, "stored_weekly_review"),
)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    counted = dict.fromkeys((name for _, name in COMPUTED), 0)

    def counting(name: str, function: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            counted[name] += 1
            return function(*args, **kwargs)

        return call

    for module, name in COMPUTED:
        monkeypatch.setattr(module, name, counting(name, getattr(module, name)))
    return counted


def test_another_release_computes_everything_anew(
    run: RecomputeRun, company: Company, ceo: Client, calls: dict[str, int], settings: Any
) -> None:
    periods = comparison_periods(run=run, company=company)

    def ask() -> dict[str, int]:
        calls.update(dict.fromkeys(calls, 0))
        leaks.leaks_of(run=run, company=company, deal_filter=leaks.DealFilter())
        model_input.cached_flows(run=run, periods=periods)
        whatif.prepare_worlds(run=run, company=company, periods=periods)
        assert ceo.get("/").status_code == 200
        return dict(calls)

    cache.clear()
    settings.VERSION = "the one before"
    before = ask()
    assert all(before.values())
    assert not any(ask().values())
    settings.VERSION = "the one after"
    assert all(ask().values())
