"""The slide that compares a pack with the one before: figures worked out by hand, and the order of packs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from departments.models import Company, User
from pipeline.models import RecomputeRun
from revenue_health.review.models import Pack
from revenue_health.review.selectors.packs.content import last_pack
from revenue_health.review.selectors.packs.slides.since import since_last_pack
from revenue_health.review.services.packs import pack_freeze

BASE = {"label": "2025-Q4"}


def content(**changed: Any) -> dict[str, Any]:
    """A review of 2026-Q4 with a pack of a week before."""
    legal = {"key": "legal", "name": "Legal", "amount": -300_000.0, "kind": "department"}
    return {
        "currency": "EUR",
        "period": {"label": "2026-Q4"},
        "contributions": {
            "target": 9_000_000.0,
            "actual": 8_000_000.0,
            "parties": [legal],
            "baseline": BASE,
        },
        "forecast": {"median": 12_300_000.0, "target": 13_400_000.0, "probability": 0.005},
        "track_record": {"forecasts": [{"period": "2026-Q3", "actual": 11_500_000.0}]},
        "last_pack": {
            "as_of": "2026-11-16T05:00:00+00:00",
            "period": "2026-Q4",
            "message": "EUR 600 k under plan.",
            "target": 8_000_000.0,
            "actual": 7_400_000.0,
            "median": 12_600_000.0,
            "whole": 13_400_000.0,
            "probability": 0.2,
            "parties": [{"key": "legal", "name": "Legal", "amount": -200_000.0}],
        },
    } | changed


def test_then_and_now_of_the_same_period() -> None:
    slide = since_last_pack(content())
    assert slide
    assert slide.message == "The forecast fell by EUR 300 k since the last pack, from EUR 12.6 M to EUR 12.3 M."
    assert slide.lines == (
        "Said on 16 Nov 2026: EUR 600 k under plan.",
        "The chance to reach the plan was 20 %, it is under 1 % now.",
    )
    assert slide.tables[0].rows == (
        ("Plan to date", 800_000_000, 900_000_000, 100_000_000),
        ("Actual to date", 740_000_000, 800_000_000, 60_000_000),
        ("Forecast 2026-Q4", 1_260_000_000, 1_230_000_000, -30_000_000),
        ("Legal, share", -20_000_000, -30_000_000, -10_000_000),
    )


def test_without_a_baseline_no_share_is_compared() -> None:
    slide = since_last_pack(content(contributions=content()["contributions"] | {"baseline": None}))
    assert slide
    assert "Legal, share" not in [row[0] for row in slide.tables[0].rows]


def test_what_came_of_an_earlier_period() -> None:
    last = content()["last_pack"] | {"period": "2026-Q3", "median": 12_000_000.0, "whole": 12_500_000.0}
    slide = since_last_pack(content(last_pack=last))
    assert slide
    assert slide.message == "2026-Q3 brought EUR 11.5 M, EUR 500 k less than the last pack expected."
    assert slide.tables[0].rows == (
        ("Forecast 2026-Q3", 1_200_000_000, 1_150_000_000, -50_000_000),
        ("Plan 2026-Q3", 1_250_000_000, 1_150_000_000, -100_000_000),
    )


def test_the_first_pack_and_a_period_nothing_is_known_of_have_no_such_slide() -> None:
    first = content()
    del first["last_pack"]
    assert since_last_pack(first) is None
    assert since_last_pack(content(last_pack=content()["last_pack"] | {"period": "2026-Q1"})) is None


@pytest.mark.django_db
def test_the_pack_before_is_of_an_earlier_instant(pack: Pack, run: RecomputeRun, company: Company) -> None:
    assert last_pack(before=pack.as_of) == {}
    user, now = User.objects.get(username="ceo"), timezone.now()
    run.as_of += timedelta(days=7)
    following = pack_freeze(run=run, company=company, user=user, now=now + timedelta(days=7))
    assert following.figures["last_pack"]["title"] == pack.title
    keys = [slide["key"] for slide in following.figures["slides"]]
    assert keys[:2] == ["headline", "since-last-pack"]
