"""After an upgrade, until the next recompute: figures by earlier rules are marked, and never mixed with today's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from departments.models import Company
from pipeline.models import RecomputeRun
from pipeline.selectors.data.runs import has_outdated_method
from revenue_health.contribution.models import GroupScore
from revenue_health.contribution.selectors.comparison.periods import comparison_periods
from revenue_health.contribution.selectors.comparison.scores import stored_bridges
from revenue_health.contribution.services.scores import scores_compute, scores_plan

pytestmark = pytest.mark.django_db
WARNING = "computed by an earlier release"
PAGES = ("/", "/pipeline/", "/drivers/", "/contribution/register/", "/data/")


def test_a_run_of_this_release_is_not_marked(run: RecomputeRun, ceo: Client) -> None:
    assert not has_outdated_method(run)
    assert not any(WARNING in ceo.get(address).text for address in PAGES)


def test_every_page_says_that_figures_are_by_earlier_rules(run: RecomputeRun, ceo: Client) -> None:
    RecomputeRun.objects.filter(pk=run.pk).update(method="")
    assert [address for address in PAGES if WARNING not in ceo.get(address).text] == []


def test_commands_say_it_beside_their_answer(
    run: RecomputeRun, answer: Callable[..., dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    RecomputeRun.objects.filter(pk=run.pk).update(method="custody-3")
    assert answer("leaks")["totals"]
    assert WARNING in capsys.readouterr().err


@pytest.mark.slow
def test_scores_by_another_method_are_neither_read_nor_taken_over(run: RecomputeRun, company: Company) -> None:
    periods = comparison_periods(run=run, company=company)
    before = stored_bridges(run=run, periods=periods)
    assert before
    for row in GroupScore.objects.all():
        GroupScore.objects.filter(pk=row.pk).update(figures=(row.figures or {}) | {"method": 2, "actual": 1e9})
    assert stored_bridges(run=run, periods=periods) is None
    run.pk, run.status = None, "done"
    run.save()
    scores_compute(score_run=scores_plan(run=run, periods=periods))
    anew = stored_bridges(run=run, periods=periods)
    assert anew
    assert {k: {n: b.actual for n, b in g.items()} for k, g in anew.items()} == {
        k: {n: b.actual for n, b in g.items()} for k, g in before.items()
    }
