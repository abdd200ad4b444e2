"""A review of an earlier period shows what was known then, or says that a panel has nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from departments.models import Company
from departments.periods import Period, monday_of
from pipeline.models import RecomputeRun, Stage
from pipeline.selectors.leaks.leaks import calendar_of
from revenue_health.contribution.models import Leak, LeakChange, LeakSighting
from revenue_health.review.selectors.packs.content import review_content
from revenue_health.review.selectors.packs.slides import build_slides
from revenue_health.review.selectors.weekly.review import weekly_review

pytestmark = pytest.mark.django_db
Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def last_quarter(run: RecomputeRun, company: Company) -> Period:
    calendar = calendar_of(company)
    return calendar.previous(calendar.quarter_of(run.as_of.astimezone(company.zone).date()))


def shown(client: Client, query: str) -> str:
    return unescape(client.get(f"/{query}").content.decode())


def leak_read(run: RecomputeRun, week: Any, *, amount: int, now_amount: int) -> Leak:
    """A leak that was read in a week of the past, and costs something else today."""
    stage = Stage.objects.first()
    assert stage
    figures = {"low": Decimal(1), "high": Decimal(2 * now_amount)}
    leak = Leak.objects.create(
        pipeline=stage.pipeline, stage=stage, department=stage.owner_department, factor="value", first_seen=week,
        since=week, last_seen=week, read=timezone.now().date(), amount=Decimal(now_amount), state="seen",
        status="working", **figures,
    )  # fmt: skip
    LeakSighting.objects.create(leak=leak, week=week, run=run, state="seen", amount=Decimal(amount), **figures)
    LeakChange.objects.create(leak=leak, at=timezone.now(), what="status", before="new", after="working")
    return leak


def test_leaks_are_those_read_then_with_their_status_of_then(
    run: RecomputeRun, company: Company, last_quarter: Period
) -> None:
    LeakSighting.objects.all().delete()
    Leak.objects.all().delete()
    leak = leak_read(run, monday_of(last_quarter.end), amount=700, now_amount=9_000)
    (found,) = weekly_review(run=run, company=company, period=last_quarter, now=timezone.now()).leaks
    assert (found.id, found.amount, found.status, found.owner) == (leak.pk, 700_00, "new", None)
    (today,) = weekly_review(run=run, company=company, now=timezone.now()).leaks
    assert (today.amount, today.status) == (9_000_00, "working")


def test_a_quarter_the_register_never_read_has_no_leaks_and_says_so(
    ceo: Client, run: RecomputeRun, company: Company, last_quarter: Period
) -> None:
    LeakSighting.objects.filter(week__lte=last_quarter.end + timedelta(days=28)).delete()
    assert weekly_review(run=run, company=company, period=last_quarter, now=timezone.now()).leaks == ()
    assert f"The leak register was not read for {last_quarter.label}" in shown(ceo, f"?period={last_quarter.label}")


def test_panels_of_today_are_absent_with_a_word(ceo: Client, run: RecomputeRun, last_quarter: Period) -> None:
    text = shown(ceo, f"?period={last_quarter.label}")
    for words in ("What changed is compared with today", "Scorecards are those of the running week", "due is due now"):
        assert f"{words}" in text
    assert "Remind" not in text
    assert "due this week" not in text


def test_the_running_quarter_has_every_panel(ceo: Client, run: RecomputeRun, company: Company) -> None:
    review = weekly_review(run=run, company=company, now=timezone.now())
    assert review.absent is None
    assert review.changes is not None
    assert "due this week" in shown(ceo, "")


@pytest.mark.parametrize("page", ["", "drivers/", "pipeline/"])
def test_no_arrow_leads_into_the_future_and_its_address_says_so(
    ceo: Client, run: RecomputeRun, company: Company, page: str
) -> None:
    calendar = calendar_of(company)
    following = calendar.following(calendar.quarter_of(run.as_of.astimezone(company.zone).date())).label
    assert not re.search(r'id="\w+-later" href', shown(ceo, page))
    assert re.search(r'id="\w+-earlier" href', shown(ceo, page))
    assert f"{following} has not begun" in shown(ceo, f"{page}?period={following}")


@pytest.mark.parametrize("page", ["", "drivers/", "pipeline/"])
@pytest.mark.parametrize("period", ["abc", "2026-Q5", "1999", "9999-12"])
def test_a_period_that_is_none_is_never_answered_in_silence(
    ceo: Client, run: RecomputeRun, page: str, period: str
) -> None:
    text = shown(ceo, f"{page}?period={period}")
    assert "is not a period" in text or "before the first recorded event" in text


def test_review_and_contributions_agree_on_what_is_scored(answer: Ask, run: RecomputeRun, last_quarter: Period) -> None:
    month = f"{last_quarter.start:%Y-%m}"
    for label in (last_quarter.label, month):
        review, contributions = (answer(command, "--period", label) for command in ("review", "contributions"))
        assert review["bridge"] is not None
        assert review["bridge"]["parties"] == contributions["parties"]
        assert review["bridge"]["unexplained"] == contributions["unexplained"]
        assert "not scored" not in review["headline"]["message"]
        assert review["bridge"]["baseline"] == contributions["baseline"]


def test_a_frozen_review_without_a_baseline_has_no_shares(run: RecomputeRun, company: Company) -> None:
    period = calendar_of(company).parse("2024-03")
    figures = review_content(run=run, company=company, period=period, since=None, now=timezone.now())
    assert "2024-03 has no baseline" in figures["review"]["headline"]["message"]
    slides = {slide.key: slide for slide in build_slides(figures)}
    assert "shares" not in slides
    assert slides["bridge"].chart is None
    assert slides["bridge"].message == "2024-03 has no baseline, so nothing can be said about who moved it."
