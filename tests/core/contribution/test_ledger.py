"""The one ledger: a hand-worked quarter, and properties of every sum, sentence and picture made of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from departments.formats import single_units
from departments.periods import Period
from revenue_health.contribution.core.comparison import Comparison, MoneyInterval, PartyKind, PartyShare
from revenue_health.contribution.core.gates.gate import Gate, GateName
from revenue_health.contribution.core.ledger import Landing, build_ledger, pace_name
from revenue_health.contribution.core.verdict import IMPACTS, Verdict
from revenue_health.contribution.selectors.comparison.contributions_json import comparison_to_json
from revenue_health.contribution.verdict_words import step_word
from revenue_health.review.core.slides import Bar as SlideBar
from revenue_health.review.selectors.headline import headline
from revenue_health.review.selectors.ladder import Ladder, ladder_sentence
from revenue_health.review.selectors.packs.slides.bridge import bridge
from revenue_health.review.views.ledger_rows import ledger_picture

QUARTER = Period(start=date(2026, 10, 1), end=date(2026, 12, 31), label="2026-Q4")
LAST_YEAR = Period(start=date(2025, 10, 1), end=date(2025, 12, 31), label="2025-Q4")
PARTIES = ("legal", "market", "opening", "sales", "production", "strategy")
few = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LANDING = Landing(
    expected=1_230_000_000, low=1_180_000_000, high=1_270_000_000, plan=1_365_000_000, probability=0.004,
    range_name="range",
)  # fmt: skip


def party(key: str, amount: float | None, half: float, *, verdict: Verdict, passed: bool = True) -> PartyShare:
    share = None if amount is None else MoneyInterval(amount=amount, low=amount - half, high=amount + half)
    return PartyShare(
        key=key,
        name=key.capitalize(),
        kind=PartyKind(key) if key in ("market", "opening", "strategy") else PartyKind.INTERNAL,
        share=share,
        score=None,
        switch=None,
        had_met_baseline=None,
        verdict=verdict,
        reason="",
        factors={},
        deals=None,
        gates={name: Gate(passed=passed, detail="so") for name in GateName},
    )


def comparison(parties: tuple[PartyShare, ...], *, target: float | None, actual: float) -> Comparison:
    start = 7e6 if target is None else target
    rest = actual - start - sum(each.share.amount for each in parties if each.share)
    return Comparison(
        period=QUARTER,
        baseline=LAST_YEAR,
        as_of=date(2026, 11, 28),
        running=True,
        target=target,
        target_period=None if target is None else 1.5 * target,
        actual=actual,
        baseline_revenue=7e6,
        modelled_actual=actual,
        parties=parties,
        strategy=None,
        unexplained=MoneyInterval(amount=rest, low=rest, high=rest),
        players=len(parties),
        replicates=40,
        reasons=(),
    )


def worked() -> Comparison:
    """Plan 8,665 k; pace 6,987 k; opening +1,657 k; production −391 k, legal −333 k; sales unclear; actual 7,917 k."""
    return comparison(
        (
            party("sales", -20_000, 457_000, verdict=Verdict.CANNOT_TELL),
            party("legal", -333_000, 200_000, verdict=Verdict.CONTAMINATES),
            party("production", -391_000, 300_000, verdict=Verdict.CONTAMINATES),
            party("market", 10_000, 90_000, verdict=Verdict.NOT_JUDGED),
            party("opening", 1_657_000, 900_000, verdict=Verdict.NOT_JUDGED),
            party("strategy", -1_678_000, 800_000, verdict=Verdict.NOT_JUDGED),
        ),
        target=8_665_000,
        actual=7_917_000,
    )


@some.composite
def comparisons(draw: some.DrawFn) -> Comparison:
    """Shares of cents up to millions, in any order; some parties without a share, some with a gate that failed."""
    size = draw(some.sampled_from([3.0, 4e3, 5e6]))
    money = some.floats(min_value=-size, max_value=size, allow_nan=False)
    parties = tuple(
        party(
            key,
            draw(some.none() | money),
            draw(some.floats(min_value=0, max_value=size)),
            verdict=draw(some.sampled_from(Verdict)),
            passed=draw(some.booleans()),
        )
        for key in draw(some.permutations(PARTIES))
    )
    return comparison(parties, target=draw(some.none() | money), actual=draw(money))


def test_a_quarter_worked_by_hand() -> None:
    """8,665 − 1,678 = 6,987; + 1,657 = 8,644; − 20 − 333 − 391 = 7,900; + 10 = 7,910; timing and chance 7 to 7,917."""
    ledger = build_ledger(worked(), LANDING)
    assert [(step.name, step.amount // 100_000) for step in ledger.steps] == [
        ("Plan above last year’s pace", -1678), ("Fuller opening pipeline", 1657), ("Sales", -20), ("Legal", -333),
        ("Production", -391), ("Market", 10), ("Timing and chance", 7),
    ]  # fmt: skip
    assert (ledger.pace, ledger.gap, ledger.still_to_come) == (698_700_000, -74_800_000, 438_300_000)


def test_the_headline_speaks_of_the_landing_first() -> None:
    from revenue_health.review.core.weekly_review import ForecastLine

    forecast = ForecastLine(
        won_so_far=7_917_000, median=12_300_000, p5=11_800_000, p25=12_100_000, p75=12_500_000, p95=12_700_000,
        probability=0.004, target=13_650_000,
    )  # fmt: skip
    told = headline(worked(), label="2026-Q4", currency="EUR", forecast=forecast)
    assert told.message == (
        "Q4 is heading for EUR 12.3 M, 1.35 M short of plan; under 1 % chance to reach plan. EUR 748 k under plan to "
        "date (−9 %). Production and Legal contaminate. Sales: no clear effect (−20.0 k ± 457 k)."
    )
    assert told.under[0] == (
        "The plan asks EUR 1,678 k more than last year’s pace; a fuller opening pipeline gave 1,657 k back; Production "
        "cost 391 k and Legal 333 k; all else took 3 k; in all 748 k under plan."
    )


@pytest.mark.parametrize(
    ("baseline", "name"),
    [
        (LAST_YEAR, "last year’s pace"),
        (Period.between(date(2025, 10, 1), date(2026, 9, 30)), "the past year’s pace"),
        (Period.between(date(2026, 1, 1), date(2026, 3, 31)), "the baseline’s pace"),
        (None, "the baseline’s pace"),
    ],
)
def test_the_pace_is_called_by_its_days(baseline: Period | None, name: str) -> None:
    assert pace_name(QUARTER, baseline) == name


@few
@given(figures=comparisons())
def test_the_ledger_adds_up_to_the_cent_in_one_order(figures: Comparison) -> None:
    ledger = build_ledger(figures, LANDING)
    assert ledger.start + sum(step.amount for step in ledger.steps) == ledger.actual == round(figures.actual * 100)
    assert ledger.still_to_come is not None
    assert ledger.actual + ledger.still_to_come == LANDING.expected
    order = [step.key for step in ledger.parties]
    kinds = ["department" if key in ("legal", "sales", "production") else key for key in order]
    assert kinds == sorted(kinds, key=["strategy", "opening", "department", "market"].index)


@few
@given(figures=comparisons())
def test_the_printed_ladder_adds_up_and_names_nobody_who_failed_a_gate(figures: Comparison) -> None:
    ledger = build_ledger(figures)
    ladder, sentence = Ladder.of(ledger, "EUR"), ladder_sentence(ledger, "EUR")
    if ladder is None:
        assert sentence == ""
        return
    assert sum((printed for _, printed in ladder.rungs), Decimal(0)) + ladder.rest == ladder.gap
    clear = {each.name for each in figures.departments if each.named}
    silent = {each.name for each in figures.departments} - clear
    assert not [name for name in silent if re.search(rf"\b{name}\b", sentence)]
    assert all(re.search(rf"\b{name}\b", sentence) for name in clear)
    assert sentence.count("EUR") == 1


def test_the_ladder_prints_the_figures_of_the_table_beside_it() -> None:
    """−1,245 + 1,708 − 1,082 = −619: what is left of figures rounded to 1.24, 1.71 and 0.62 M would be 1.09 M."""
    quarter = comparison(
        (
            party("sales", -1_082_000, 1_100_000, verdict=Verdict.CANNOT_TELL),
            party("opening", 1_708_000, 900_000, verdict=Verdict.NOT_JUDGED),
            party("strategy", -1_245_000, 800_000, verdict=Verdict.NOT_JUDGED),
        ),
        target=8_313_000,
        actual=7_694_000,
    )
    ledger = build_ledger(quarter)
    rows = ledger_picture(ledger, ledger.scale("EUR"), running=True, address=lambda _: "").rows
    assert {row.key: row.text for row in rows if row.key in ("strategy", "opening", "sales", "actual")} == {
        "strategy": "−1,245", "opening": "+1,708", "sales": "−1,082", "actual": "−619",
    }  # fmt: skip
    assert ladder_sentence(ledger, "EUR") == (
        "The plan asks EUR 1,245 k more than last year’s pace; a fuller opening pipeline gave 1,708 k back; all else "
        "took 1,082 k; in all 619 k under plan."
    )


@few
@given(figures=comparisons())
def test_page_and_slide_show_the_same_steps(figures: Comparison) -> None:
    ledger = build_ledger(figures, LANDING)
    rows = ledger_picture(ledger, single_units("EUR"), running=True, address=lambda _: "").rows
    expected = [(step.name, step.impact, step.mark, step_word(step)) for step in ledger.steps]
    steps = [row for row in rows if not row.is_total and row.key != "coming"]
    assert [(row.name, row.scenario, row.sign, row.word) for row in steps] == expected
    assert all(0 <= float(row.bar_from.rstrip("%")) <= 100 for row in rows if row.bar_from)
    for row, step in zip(steps, ledger.steps, strict=True):
        if step.low is not None and step.high is not None and step.half:
            assert row.whisker
            low, high, origin = (float(place.rstrip("%")) for place in (row.whisker.low, row.whisker.high, row.origin))
            if step.low > 0 or step.high < 0:
                assert not low + 0.02 < origin < high - 0.02, "beyond zero, so beyond the line where the step begins"
    bars = slide_bars(figures)
    assert [(bar.name, bar.impact, bar.mark) for bar in bars[: len(steps)]] == [each[:3] for each in expected]
    assert [bar.amount for bar in bars[: len(steps)]] == [step.amount for step in ledger.steps]
    assert bars[len(steps)].amount == ledger.gap == sum(bar.amount for bar in bars[: len(steps)])


def slide_bars(figures: Comparison) -> tuple[SlideBar, ...]:
    content: dict[str, Any] = {
        "contributions": comparison_to_json(figures),
        "currency": "EUR",
        "period": {"label": QUARTER.label},
        "running": True,
    }
    chart = bridge(content).chart
    assert chart
    return chart.bars


def test_only_who_is_named_is_coloured() -> None:
    failed = replace(worked(), parties=tuple(replace(each, gates=None) for each in worked().parties))
    for figures in (worked(), failed):
        for step in build_ledger(figures).steps:
            assert (step.impact != "soft") == (step.is_named and step.verdict in IMPACTS)


def test_timing_and_chance_takes_the_cents_that_rounding_drops() -> None:
    parties = tuple(party(str(number), 0.004, 0.004, verdict=Verdict.CANNOT_TELL) for number in range(3))
    ledger = build_ledger(comparison(parties, target=1.0, actual=1.012))
    assert [step.amount for step in ledger.steps] == [0, 0, 0, 1]
    assert (ledger.unexplained.impact, ledger.unexplained.mark, ledger.unexplained.half) == ("soft", "", 0)
