"""What a leak costs a week: each reading of the quarter so far, divided by its weeks, with its interval.

Cost added up over the quarter falls to nothing at each new quarter, which looks like a cure; by the week it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from departments.periods import FiscalCalendar, Period

WEEK = 7
ROOM = 0.12
"""Part of each week's place on either side of its bar."""


class Reading(Protocol):
    """A week's reading of a leak in cents: of the quarter up to that week, None where it was not read."""

    @property
    def week(self) -> date: ...
    @property
    def amount(self) -> int | None: ...
    @property
    def low(self) -> int | None: ...
    @property
    def high(self) -> int | None: ...
    @property
    def state(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class WeeklyCost:
    """One week: the mean cost a week of the quarter it was read from, in cents, with its interval.

    quarter: that quarter; is_old: the week itself lies after it, since a young quarter is not read yet. is_open: the
    week is still running.
    """

    week: date
    quarter: str
    state: str
    cost: int | None
    low: int | None
    high: int | None
    is_old: bool
    is_open: bool


def weekly_costs(
    readings: Sequence[Reading], *, calendar: FiscalCalendar, young_days: int, today: date
) -> list[WeeklyCost]:
    """readings: the oldest first, each the last one of its week. young_days: so long after its start a quarter is read
    for the first time."""
    costs = []
    for reading in readings:
        quarter = calendar.quarter_of(reading.week + timedelta(days=WEEK - 1 - young_days))
        weeks = _weeks_into(quarter, reading.week)

        # The default binds the weeks of this reading.
        def a_week(amount: int | None, weeks: float = weeks) -> int | None:
            return None if amount is None else round(amount / weeks)

        costs.append(
            WeeklyCost(
                week=reading.week,
                quarter=quarter.label,
                state=reading.state,
                cost=a_week(reading.amount),
                low=a_week(reading.low),
                high=a_week(reading.high),
                is_old=reading.week > quarter.end,
                is_open=reading.week <= today < reading.week + timedelta(days=WEEK),
            )
        )
    return costs


def _weeks_into(quarter: Period, week: date) -> float:
    """Weeks of a quarter that were over at the end of a week; all of them once the quarter is."""
    last = min(week + timedelta(days=WEEK - 1), quarter.end)
    return max((last - quarter.start).days + 1, WEEK) / WEEK


@dataclass(frozen=True, kw_only=True)
class WeekBar:
    """A week of the drawing: places across in percent, down in pixels. kind: the state; `old` and `open` are shapes of
    their own."""

    x: str
    width: str
    middle: str
    y: str
    height: str
    top: str
    bottom: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class QuarterLine:
    """Where readings of another quarter begin."""

    x: str
    label: str


@dataclass(frozen=True, kw_only=True)
class WeeksChart:
    """Bars from zero with whiskers, lines between quarters, and the values of the scale with their places."""

    bars: tuple[WeekBar, ...]
    quarters: tuple[QuarterLine, ...]
    ticks: tuple[tuple[str, str], ...]
    zero: str
    height: int


def weeks_chart(costs: Sequence[WeeklyCost], *, height: int, write: Callable[[int], str]) -> WeeksChart | None:
    """write: how a value of the scale is printed. None where nothing was read."""
    read = [cost for cost in costs if cost.cost is not None]
    if not read:
        return None
    ends = [value for cost in read for value in (cost.cost, cost.low, cost.high) if value is not None]
    most, least = max(0, *ends), min(0, *ends)
    span, place = (most - least) or 1, 100 / len(costs)

    def down(value: int) -> float:
        return (most - value) / span * height

    bars, quarters, before = [], [], ""
    for number, cost in enumerate(costs):
        if cost.quarter != before:
            quarters.append(QuarterLine(x=f"{number * place:.2f}%", label=cost.quarter))
            before = cost.quarter
        if cost.cost is not None:
            bars.append(_bar(cost, number, place, down))
    ticks = tuple((f"{down(value):.1f}", write(value)) for value in dict.fromkeys((most, 0, least)))
    return WeeksChart(bars=tuple(bars), quarters=tuple(quarters), ticks=ticks, zero=f"{down(0):.1f}", height=height)


def _bar(cost: WeeklyCost, number: int, place: float, down: Callable[[int], float]) -> WeekBar:
    value = cost.cost or 0
    top, bottom = sorted((down(value), down(0)))
    low, high = (value if end is None else end for end in (cost.low, cost.high))
    return WeekBar(
        x=f"{(number + ROOM) * place:.2f}%",
        width=f"{(1 - 2 * ROOM) * place:.2f}%",
        middle=f"{(number + 0.5) * place:.2f}%",
        y=f"{top:.1f}",
        height=f"{max(bottom - top, 1.0):.1f}",
        top=f"{down(high):.1f}",
        bottom=f"{down(low):.1f}",
        kind=f"{cost.state}{' old' if cost.is_old else ''}{' open' if cost.is_open else ''}",
    )
