"""Every picture of a bridge is drawn from the same steps, and these add up to the cent."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from departments.formats import single_units
from departments.periods import Period
from revenue_health.contribution.charts import Bar
from revenue_health.contribution.filters import ComparisonFilters
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.comparison.steps import bridge_steps
from revenue_health.contribution.views.bridge import party_rows, waterfall_bars
from revenue_health.review.core.slides import Bar as SlideBar
from revenue_health.review.selectors.packs.slides.bridge import bridge
from revenue_health.review.views.weekly.filters import WeekQuestion
from revenue_health.review.views.weekly.rows import WIDTH, bridge_rows

type Json = dict[str, Any]

SCALE = single_units("EUR")
TODAY = date(2026, 11, 20)
QUARTER = Period(start=date(2026, 10, 1), end=date(2026, 12, 31), label="2026-Q4")
VERDICTS = ("contributes", "contaminates", "cannot tell", "not judged")
money = some.floats(min_value=-3, max_value=3, allow_nan=False)
"""A few units: the places of the drawing then tell cents apart."""

# The clock of a full machine says nothing of the code.
few = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@some.composite
def parties(draw: some.DrawFn) -> list[Json]:
    """Up to eight parties, some without a share; strategy stands wherever the model left it."""
    found = []
    for key in draw(some.permutations(["legal", "market", "opening", "sales", "strategy"])):
        amount = draw(some.none() | money)
        half = draw(some.floats(min_value=0, max_value=2))
        found.append(
            {
                "key": key,
                "name": key.capitalize(),
                "kind": key if key in ("market", "opening", "strategy") else "internal",
                "amount": amount,
                "low": None if amount is None else amount - half,
                "high": None if amount is None else amount + half,
                "score": None,
                "verdict": draw(some.sampled_from(VERDICTS)),
                "reason": "",
                "factors": {},
            }
        )
    return found


@some.composite
def comparisons(draw: some.DrawFn) -> Json:
    """Figures of a comparison as they are stored, where the floats add up and cents need not."""
    found = draw(parties())
    target, baseline = draw(some.none() | money), draw(money)
    actual = draw(money)
    start = baseline if target is None else target
    rest = actual - start - sum(party["amount"] or 0 for party in found)
    return {
        "target": target,
        "baseline_revenue": baseline,
        "actual": actual,
        "parties": found,
        "unexplained": rest,
        "unexplained_low": rest,
        "unexplained_high": rest,
    }


def question() -> WeekQuestion:
    periods = ComparisonPeriods(
        period=QUARTER,
        baseline=None,
        steps=(),
        baseline_edges=(0, 0),
        openings=(),
        today=TODAY,
        running=True,
    )
    return WeekQuestion(bridge=ComparisonFilters(periods=periods), since=TODAY, usual=TODAY, today=TODAY, first=TODAY)


def slide_bars(figures: Json) -> tuple[SlideBar, ...]:
    content = {
        "contributions": figures,
        "currency": "EUR",
        "period": {"label": QUARTER.label},
        "running": True,
    }
    chart = bridge(content).chart
    assert chart
    return chart.bars


@few
@given(figures=comparisons())
def test_the_page_the_week_and_the_slide_add_up_to_the_cent(figures: Json) -> None:
    steps = bridge_steps(figures)
    assert steps.start + sum(step.amount for step in steps.steps) == steps.actual == round(figures["actual"] * 100)

    page: list[Bar] = waterfall_bars(steps, SCALE)
    assert [bar.start for bar in page[1:-1]] == [sum(b.amount for b in page[:n]) for n in range(1, len(page) - 1)]
    assert sum(bar.amount for bar in page[:-1]) == page[-1].amount

    slide = slide_bars(figures)
    assert [(bar.start, bar.amount) for bar in slide] == [(bar.start, bar.amount) for bar in page]

    week = bridge_rows(steps, SCALE, question())
    assert [row.start for row in week[1:]] == [row.end for row in week[:-1]]
    assert [row.name for row in week] == [bar.name for bar in slide] == [bar.name for bar in page]
    assert all(0 <= float(row.x) <= WIDTH for row in week)


@few
@given(figures=comparisons())
def test_every_picture_has_the_same_order_impact_and_mark(figures: Json) -> None:
    steps = bridge_steps(figures)
    names = [step.key for step in steps.parties]
    assert "strategy" not in names[1:]
    rows, week, slide = party_rows(figures, steps), bridge_rows(steps, SCALE, question()), slide_bars(figures)
    expected = [(step.name, step.impact, step.mark) for step in steps.parties]
    assert [(row.name, row.impact, row.mark) for row in rows] == expected
    assert [(row.name, row.scenario, row.mark) for row in week[1:-2]] == expected
    assert [(bar.name, bar.impact, bar.mark) for bar in slide[1:-2]] == expected


def test_unexplained_takes_the_cents_that_rounding_drops() -> None:
    party = {"name": "A", "kind": "internal", "low": 0.0, "high": 0.01, "verdict": "cannot tell"}
    figures = {
        "target": 1.0,
        "baseline_revenue": 0.0,
        "actual": 1.012,
        "parties": [{**party, "key": str(number), "amount": 0.004} for number in range(3)],
        "unexplained": 0.0,
    }
    steps = bridge_steps(figures)
    assert [step.amount for step in steps.steps] == [0, 0, 0, 1]
    assert (steps.unexplained.impact, steps.unexplained.mark, steps.unexplained.half) == ("soft", "", 0)
