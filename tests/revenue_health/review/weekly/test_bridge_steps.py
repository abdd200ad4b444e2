"""Every picture of a bridge is drawn from the same steps, and these add up to the cent."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from departments.formats import single_units
from departments.periods import Period
from revenue_health.contribution.charts.waterfall import Bar
from revenue_health.contribution.core.comparison import Comparison, MoneyInterval, PartyKind, PartyShare
from revenue_health.contribution.core.steps import bridge_steps
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.filters import ComparisonFilters
from revenue_health.contribution.selectors.comparison.contributions_json import comparison_to_json
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.views.bridge import party_rows, waterfall_bars
from revenue_health.review.core.slides import Bar as SlideBar
from revenue_health.review.selectors.packs.slides.bridge import bridge
from revenue_health.review.views.weekly.filters import ReviewFilters
from revenue_health.review.views.weekly.rows import WIDTH, bridge_rows

type Json = dict[str, Any]

SCALE = single_units("EUR")
TODAY = date(2026, 11, 20)
QUARTER = Period(start=date(2026, 10, 1), end=date(2026, 12, 31), label="2026-Q4")
money = some.floats(min_value=-3, max_value=3, allow_nan=False)
"""A few units: the places of the drawing then tell cents apart."""

# The clock of a full machine says nothing of the code.
few = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@some.composite
def parties(draw: some.DrawFn) -> tuple[PartyShare, ...]:
    """Up to eight parties, some without a share; strategy stands wherever the model left it."""
    found = []
    for key in draw(some.permutations(["legal", "market", "opening", "sales", "strategy"])):
        amount = draw(some.none() | money)
        half = draw(some.floats(min_value=0, max_value=2))
        found.append(
            party(
                key,
                share=None if amount is None else MoneyInterval(amount=amount, low=amount - half, high=amount + half),
                verdict=draw(some.sampled_from(Verdict)),
            )
        )
    return tuple(found)


def party(key: str, *, share: MoneyInterval | None, verdict: Verdict) -> PartyShare:
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
    )


def comparison(
    *, target: float | None, baseline_revenue: float, actual: float, parties: tuple[PartyShare, ...], unexplained: float
) -> Comparison:
    return Comparison(
        period=QUARTER,
        baseline=None,
        as_of=TODAY,
        running=True,
        target=target,
        target_period=target,
        actual=actual,
        baseline_revenue=baseline_revenue,
        modelled_actual=actual - unexplained,
        parties=parties,
        strategy=None,
        unexplained=MoneyInterval(amount=unexplained, low=unexplained, high=unexplained),
        players=len(parties),
        replicates=40,
        reasons=(),
    )


@some.composite
def comparisons(draw: some.DrawFn) -> Comparison:
    """Comparisons as they are stored, where the floats add up and cents need not."""
    found = draw(parties())
    target, baseline = draw(some.none() | money), draw(money)
    actual = draw(money)
    start = baseline if target is None else target
    rest = actual - start - sum(party.share.amount for party in found if party.share)
    return comparison(target=target, baseline_revenue=baseline, actual=actual, parties=found, unexplained=rest)


def filters() -> ReviewFilters:
    periods = ComparisonPeriods(
        period=QUARTER,
        baseline=None,
        steps=(),
        baseline_edges=(0, 0),
        openings=(),
        today=TODAY,
        running=True,
    )
    return ReviewFilters(
        comparison=ComparisonFilters(periods=periods), since=TODAY, usual=TODAY, today=TODAY, first=TODAY
    )


def slide_bars(figures: Comparison) -> tuple[SlideBar, ...]:
    content = {
        "contributions": comparison_to_json(figures),
        "currency": "EUR",
        "period": {"label": QUARTER.label},
        "running": True,
    }
    chart = bridge(content).chart
    assert chart
    return chart.bars


@few
@given(figures=comparisons())
def test_the_page_the_week_and_the_slide_add_up_to_the_cent(figures: Comparison) -> None:
    steps = bridge_steps(figures)
    assert steps.start + sum(step.amount for step in steps.steps) == steps.actual == round(figures.actual * 100)

    page: list[Bar] = waterfall_bars(steps, SCALE)
    assert [bar.start for bar in page[1:-1]] == [sum(b.amount for b in page[:n]) for n in range(1, len(page) - 1)]
    assert sum(bar.amount for bar in page[:-1]) == page[-1].amount

    slide = slide_bars(figures)
    assert [(bar.start, bar.amount) for bar in slide] == [(bar.start, bar.amount) for bar in page]

    week = bridge_rows(steps, SCALE, filters())
    assert [row.start for row in week[1:]] == [row.end for row in week[:-1]]
    assert [row.name for row in week] == [bar.name for bar in slide] == [bar.name for bar in page]
    assert all(0 <= float(row.x) <= WIDTH for row in week)


@few
@given(figures=comparisons())
def test_every_picture_has_the_same_order_impact_and_mark(figures: Comparison) -> None:
    steps = bridge_steps(figures)
    names = [step.key for step in steps.parties]
    assert "strategy" not in names[1:]
    rows, week, slide = party_rows(figures, steps), bridge_rows(steps, SCALE, filters()), slide_bars(figures)
    expected = [(step.name, step.impact, step.mark) for step in steps.parties]
    assert [(row.name, row.impact, row.mark) for row in rows] == expected
    assert [(row.name, row.scenario, row.mark) for row in week[1:-2]] == expected
    assert [(bar.name, bar.impact, bar.mark) for bar in slide[1:-2]] == expected


def test_unexplained_takes_the_cents_that_rounding_drops() -> None:
    share = MoneyInterval(amount=0.004, low=0.0, high=0.01)
    parties = tuple(party(str(number), share=share, verdict=Verdict.CANNOT_TELL) for number in range(3))
    steps = bridge_steps(comparison(target=1.0, baseline_revenue=0.0, actual=1.012, parties=parties, unexplained=0.0))
    assert [step.amount for step in steps.steps] == [0, 0, 0, 1]
    assert (steps.unexplained.impact, steps.unexplained.mark, steps.unexplained.half) == ("soft", "", 0)
