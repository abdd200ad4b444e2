"""The sentence on top never says more than the intervals allow."""

from __future__ import annotations

from datetime import date

import pytest

from departments.periods import Period
from revenue_health.contribution.core.comparison import Comparison, MoneyInterval, PartyKind, PartyShare
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.selectors.comparison.sentences import listed
from revenue_health.review.selectors.headline import headline

QUARTER = Period(label="2026-Q4", start=date(2026, 10, 1), end=date(2026, 12, 31))


def party(name: str, amount: float, half: float, *, kind: str = "internal") -> PartyShare:
    """A party in thousands, judged as the model does: beyond doubt when the interval excludes zero."""
    low, high = (amount - half) * 1000, (amount + half) * 1000
    sure = Verdict.CONTRIBUTES if amount > 0 else Verdict.CONTAMINATES
    verdict = Verdict.CANNOT_TELL if low <= 0 <= high else sure
    return PartyShare(
        key=name.lower(),
        name=name,
        kind=PartyKind(kind),
        share=MoneyInterval(amount=amount * 1000, low=low, high=high),
        score=None,
        switch=None,
        had_met_baseline=None,
        verdict=verdict if kind == "internal" else Verdict.NOT_JUDGED,
        reason="",
        factors={},
        deals=None,
    )


def said(
    *parties: PartyShare,
    target: float | None = 13_400,
    actual: float = 12_200,
    running: bool = True,
    unexplained: float = 0.0,
) -> str:
    rest = MoneyInterval(amount=unexplained * 1000, low=0.0, high=0.0)
    comparison = Comparison(
        period=QUARTER,
        baseline=None,
        as_of=QUARTER.end,
        running=running,
        target=None if target is None else target * 1000,
        target_period=None,
        actual=actual * 1000,
        baseline_revenue=13_000_000.0,
        modelled_actual=actual * 1000,
        parties=parties,
        strategy=None,
        unexplained=rest,
        players=len(parties),
        replicates=40,
        reasons=(),
    )
    told = headline(comparison, label=QUARTER.label, currency="EUR")
    return " | ".join((told.message, *told.under))


def test_whoever_explains_most_even_at_the_careful_end_is_said_to() -> None:
    """1,200 k under; at least 640 - 190 + 410 - 170 = 690 k, which is more than half."""
    words = said(party("Legal", -640, 190), party("Production", -410, 170), party("Sales", -90, 260))
    assert words.startswith(
        "EUR 1.20 M under plan to date (−9 %). Legal and Production explain most of it; of sales, less than EUR 260 k "
        "either way would not show."
    )
    assert "Legal contaminates: EUR −640 k, if the records are right between EUR −830 k and EUR −450 k." in words


def test_most_is_not_said_where_the_interval_reaches_below_half() -> None:
    """At least 640 - 300 + 410 - 170 = 580 k of 1,200 k: less than half, so only that they contaminate."""
    words = said(party("Legal", -640, 300), party("Production", -410, 170))
    assert "Legal and Production contaminate; the largest of these shares is Legal’s: EUR −640 k." in words
    assert "most" not in words


def test_most_is_not_said_where_the_plan_asked_for_more_than_they_cost() -> None:
    """Legal and Production took 1,050 k, but the plan lies 1,300 k beyond the baseline, and others made up for it."""
    words = said(
        party("Legal", -640, 190), party("Production", -410, 170), party("Strategy", -1_300, 300, kind="strategy")
    )
    assert "Legal and Production contaminate;" in words
    assert "explain" not in words
    assert "The plan asks EUR 1.30 M more than the company’s baseline (Strategy), more than the whole gap." in words


def test_what_the_opening_pipeline_gave_back_stands_beside_what_the_plan_asked() -> None:
    words = said(
        party("Legal", -640, 190),
        party("Strategy", -1_680, 300, kind="strategy"),
        party("Opening", 1_660, 200, kind="opening"),
        actual=12_650,
    )
    assert "asks EUR 1.68 M more than the company’s baseline (Strategy), more than the whole gap; a fuller" in words
    assert "a fuller opening pipeline gave EUR 1.66 M back." in words
    words = said(party("Strategy", -900, 200, kind="strategy"), party("Opening", 100, 200, kind="opening"))
    assert "opening pipeline" not in words


def test_most_is_not_said_where_another_department_cancels() -> None:
    """Production took 2,500 k, sales added 1,700 k: what is left of the gap says nothing of who explains most."""
    words = said(party("Production", -2_500, 400), party("Sales", 1_700, 300))
    assert "The largest clear cost is Production’s: EUR −2.50 M." in words
    assert "explain" not in words


def test_most_is_not_said_where_much_is_unexplained() -> None:
    words = said(party("Production", -1_200, 300), unexplained=-1_300)
    assert "The largest clear cost is Production’s: EUR −1.20 M." in words


def test_a_company_where_nothing_is_significant_says_so() -> None:
    words = said(party("Legal", -640, 700), party("Sales", -90, 260), party("Marketing", 180, 200))
    assert "No department’s share is clear." in words
    assert "Sales (less than EUR 260 k either way would not show)" in words
    for claim in ("explain", "contaminates", "contributes", "contaminate"):
        assert claim not in words


def test_merit_is_not_blamed_for_a_shortfall() -> None:
    words = said(party("Marketing", 400, 100), party("Legal", -200, 300))
    assert "No department clearly contaminates; Marketing contributes." in words
    assert "Marketing contributes: EUR 400 k" in words


def test_over_plan_the_contributors_explain_it() -> None:
    words = said(party("Marketing", 900, 100), party("Sales", 20, 260), actual=14_400)
    assert words.startswith("EUR 1.00 M over plan to date (+7 %). Marketing explains most of it; of sales, less")


def test_on_plan_what_cancels_out_is_told_beneath() -> None:
    words = said(party("Marketing", 900, 100), party("Legal", -880, 100), actual=13_420)
    assert words.startswith(
        "On plan to date: EUR 13.4 M won. Beneath it, Legal contaminates and Marketing contributes."
    )


def test_a_plan_beyond_the_baseline_is_named_with_what_is_sure_of_it() -> None:
    words = said(party("Legal", -100, 200), party("Strategy", -900, 200, kind="strategy"))
    assert "The plan asks EUR 900 k more than the company’s baseline (Strategy), most of the gap." in words
    words = said(party("Legal", -100, 200), party("Strategy", -900, 400, kind="strategy"))
    assert "The plan asks EUR 900 k more than the company’s baseline (Strategy)." in words


def test_without_a_plan_it_is_compared_with_the_baseline() -> None:
    assert said(party("Legal", -100, 200), target=None).startswith("EUR 800 k under its baseline to date (−6 %).")


def test_without_scores_nothing_is_claimed() -> None:
    told = headline(None, label="2025-Q1", currency="EUR")
    assert told.message == "2025-Q1 is not scored yet, so nothing can be said about who moved it."
    assert "is being scored now" in headline(None, label="2025-Q1", currency="EUR", scoring=True).message


@pytest.mark.parametrize(("names", "text"), [(["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")])
def test_names_are_listed_as_people_do(names: list[str], text: str) -> None:
    assert listed(names) == text
