"""What a leak costs a week does not fall at a new quarter, and the drawing says from which quarter it was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from departments.periods import FiscalCalendar
from revenue_health.contribution.charts.leak_weeks import weekly_costs, weeks_chart

YOUNG = 28
TODAY = date(2026, 11, 26)


@dataclass(frozen=True, kw_only=True)
class Read:
    week: date
    amount: int | None
    low: int | None = None
    high: int | None = None
    state: str = "seen"


def readings() -> list[Read]:
    """A leak of 700 a week: 100 a day since 1 July, read of the third quarter until the fourth is four weeks old."""
    found = []
    for number in range(12):
        week = date(2026, 9, 7) + timedelta(weeks=number)
        last = week + timedelta(days=6)
        start, end = (date(2026, 7, 1), date(2026, 9, 30)) if last < date(2026, 10, 29) else (date(2026, 10, 1), last)
        days = (min(last, end) - start).days + 1
        found.append(Read(week=week, amount=100 * days, low=50 * days, high=150 * days))
    return found


def test_a_steady_leak_is_steady_over_the_change_of_the_quarter() -> None:
    costs = weekly_costs(readings(), calendar=FiscalCalendar(), young_days=YOUNG, today=TODAY)
    assert {(cost.low, cost.cost, cost.high) for cost in costs} == {(350, 700, 1050)}
    assert [cost.quarter for cost in costs] == ["2026-Q3"] * 7 + ["2026-Q4"] * 5
    assert [cost.week for cost in costs if cost.is_old] == [date(2026, 10, day) for day in (5, 12, 19)]
    assert [cost.week for cost in costs if cost.is_open] == [date(2026, 11, 23)]


def test_the_drawing_marks_the_quarters_the_running_week_and_the_range() -> None:
    costs = weekly_costs(readings(), calendar=FiscalCalendar(), young_days=YOUNG, today=TODAY)
    chart = weeks_chart(costs, height=100, write=str)
    assert chart
    assert [line.label for line in chart.quarters] == ["2026-Q3", "2026-Q4"]
    assert chart.quarters[1].x == f"{7 / 12 * 100:.2f}%"
    assert (chart.bars[0].kind, chart.bars[4].kind, chart.bars[-1].kind) == ("seen", "seen old", "seen open")
    assert [(tick, text) for tick, text in chart.ticks] == [("0.0", "1050"), ("100.0", "0")]
    assert (chart.bars[0].top, chart.bars[0].y, chart.bars[0].bottom) == ("0.0", "33.3", "66.7")


def test_weeks_that_were_not_read_stay_empty() -> None:
    week = date(2026, 11, 2)
    costs = weekly_costs([Read(week=week, amount=None)], calendar=FiscalCalendar(), young_days=YOUNG, today=TODAY)
    assert costs[0].cost is None
    assert weeks_chart(costs, height=100, write=str) is None
