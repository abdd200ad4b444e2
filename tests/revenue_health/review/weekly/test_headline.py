"""The sentence on top never says more than the intervals allow."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from django.template import Context, Template
from django.template.loader import get_template
from django.utils.translation import override

from departments.core.lists import listed
from departments.formats import using_number_language
from departments.periods import Period
from revenue_health.contribution.core.comparison import Comparison, MoneyInterval, PartyKind, PartyShare
from revenue_health.contribution.core.verdict import Verdict
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


def test_who_passed_every_gate_is_named_and_sales_is_said_to_be_unclear() -> None:
    words = said(party("Legal", -640, 190), party("Production", -410, 170), party("Sales", -90, 260))
    assert words.startswith(
        "EUR 1.20 M under plan to date (−9 %). Legal and Production contaminate. Sales: no clear effect "
        "(−90.0 k ± 260 k)."
    )


def test_each_is_named_with_its_own_figure_since_a_sum_would_need_an_interval() -> None:
    words = said(party("Legal", -640, 190), party("Production", -410, 170))
    assert "Legal cost EUR 640 k and Production 410 k; all else took 150 k; in all 1,200 k under plan." in words


def test_what_the_opening_pipeline_gave_back_stands_beside_what_the_plan_asks() -> None:
    """12,650 - 13,400 = -750 = -1,680 + 1,660 - 640 - 90 (timing and chance)."""
    words = said(
        party("Legal", -640, 190),
        party("Strategy", -1_680, 300, kind="strategy"),
        party("Opening", 1_660, 200, kind="opening"),
        actual=12_650,
    )
    assert (
        "The plan asks EUR 1,680 k more than the baseline’s pace; a fuller opening pipeline gave 1,660 k back; Legal "
        "cost 640 k; all else took 90 k; in all 750 k under plan."
    ) in words
    words = said(party("Strategy", -900, 200, kind="strategy"), party("Opening", 100, 200, kind="opening"))
    assert "opening pipeline" not in words


def test_a_company_where_nothing_is_significant_says_so() -> None:
    words = said(party("Legal", -640, 700), party("Sales", -90, 260), party("Marketing", 180, 200))
    assert words == (
        "EUR 1.20 M under plan to date (−9 %). No department’s share is clear. Sales: no clear effect "
        "(−90.0 k ± 260 k)."
    )


def stopped(name: str, amount: float, half: float, gate: str) -> PartyShare:
    """A party whose interval excludes zero, and a gate that stops its verdict all the same."""
    return replace(party(name, amount, half), verdict=Verdict.CANNOT_TELL, reason=f"cannot tell: {gate}")


def test_whose_interval_excludes_zero_is_said_not_to_be_named_and_why() -> None:
    """The picture shows the whisker beyond the line; a reader must not take Sales, which is small, for the subject."""
    text = said(
        stopped("Legal", -300, 250, "not clear in enough ways to calculate"),
        stopped("Production", -640, 400, "too few deals"),
        party("Sales", -90, 260),
    )
    assert text.startswith(
        "EUR 1.20 M under plan to date (−9 %). No department is named as a cause. | Not named: Production (−640 k ± "
        "400 k) – too few deals. | Not named: Legal (−300 k ± 250 k) – not clear in enough ways to calculate. | "
        "Sales: no clear effect (−90.0 k ± 260 k)."
    )


def test_sales_is_said_once_where_a_gate_stops_it() -> None:
    text = said(stopped("Sales", -640, 400, "too few deals"), party("Legal", -640, 190))
    assert "Legal contaminates. | Not named: Sales (−640 k ± 400 k) – too few deals." in text
    assert "no clear effect" not in text


def test_merit_is_not_blamed_for_a_shortfall() -> None:
    words = said(party("Marketing", 400, 100), party("Legal", -200, 300))
    assert "(−9 %). Marketing contributes." in words
    assert "Marketing added EUR 400 k; all else took 1,600 k; in all 1,200 k under plan." in words
    assert "Legal: no clear effect." in words


def test_on_plan_what_cancels_out_is_named() -> None:
    words = said(party("Marketing", 900, 100), party("Legal", -880, 100), actual=13_420)
    assert words.startswith("On plan to date: EUR 13.4 M won. Legal contaminates; Marketing contributes.")


def test_without_a_plan_it_is_compared_with_the_baseline() -> None:
    assert said(party("Legal", -100, 200), target=None).startswith(
        "EUR 800 k under the baseline’s pace to date (−6 %)."
    )


def test_without_scores_nothing_is_claimed() -> None:
    told = headline(None, label="2025-Q1", currency="EUR")
    assert told.message == "2025-Q1 is not scored yet, so nothing can be said about who moved it."
    assert "is being scored now" in headline(None, label="2025-Q1", currency="EUR", scoring=True).message


@pytest.mark.parametrize(("names", "text"), [(["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")])
def test_names_are_listed_as_people_do(names: list[str], text: str) -> None:
    assert listed(names) == text


def test_in_german_every_figure_is_written_once_and_in_german() -> None:
    """A sentence that is German already is not translated again: 1.680 Tsd would come out as 1,680 Tsd."""
    parties = (
        party("Strategy", -1_680, 300, kind="strategy"),
        stopped("Production", -640, 400, "not clear in enough ways to calculate"),
    )
    with override("de"), using_number_language("de"):
        text = said(*parties, actual=12_650)
    assert "Der Plan verlangt EUR 1.680 Tsd mehr" in text
    starts = ("Nicht genannt: Production (", "Der Plan verlangt EUR 1.680 Tsd")
    for sentence, start in zip(text.split(" | ")[1:3], starts, strict=True):
        for page in ("weekly/head.html", "drivers/drivers.html"):
            template = Template(f"{{% load figures verdicts %}}{loop_of(page)}")
            with override("de"), using_number_language("de"):
                shown = template.render(Context({"sentence": sentence}))
            assert shown.replace("\N{NO-BREAK SPACE}", " ").startswith(start)


def loop_of(page: str) -> str:
    """How a page prints one of the smaller sentences."""
    source = get_template(f"review/{page}").template.source  # type: ignore[attr-defined] # of Django's own engine
    printed = re.search(r"headline\.under %}<p class=\"under\">(.*?)</p>", source)
    assert printed is not None
    return printed[1]
