"""The smaller panels of the weekly review in print: leaks, the forecast's bar, the agenda."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from departments.formats import DASH, MINOR_UNITS, counted, money_in_words, percent
from revenue_health.review.core.weekly_review import ForecastLine, LeakKind, WeeklyReview

WIDTH = 1000.0
DUE_SHOWN = 6


@dataclass(frozen=True, kw_only=True)
class LeakRow:
    """One leak; `address` opens it in the register."""

    name: str
    where: str
    department: str
    department_address: str
    amount: int
    half: int
    deals_address: str
    age: str
    owner: str
    status: str
    unclear: bool
    """Whether the department's share is undecided, so that its leak accuses nobody."""
    address: str


@dataclass(frozen=True, kw_only=True)
class ForecastBar:
    """Won so far (AC), from there to the median (FC), the outer range as a whisker, the plan as an outline (PL)."""

    sentence: str
    won_width: str
    median_width: str
    rest_width: str
    low: str
    high: str
    plan: str
    words: str
    range_name: str


@dataclass(frozen=True, kw_only=True)
class AgendaStep:
    """One step of the half hour; `start` is the minute it begins."""

    key: str
    name: str
    minutes: int
    start: int
    panel: str


AGENDA = (
    AgendaStep(key="message", name="The message, and who moved it", start=0, minutes=6, panel="review-bridge"),
    AgendaStep(key="changes", name="What changed since the last review", start=6, minutes=6, panel="review-changes"),
    AgendaStep(key="leaks", name="The largest leaks: who takes which", start=12, minutes=8, panel="review-leaks"),
    AgendaStep(key="scorecards", name="Scorecards and commitments", start=20, minutes=5, panel="review-scorecards"),
    AgendaStep(key="forecast", name="Where we land, and what we decide", start=25, minutes=5, panel="review-forecast"),
)
"""What to talk about, at which panel: half an hour in all."""


def leak_rows(review: WeeklyReview) -> list[LeakRow]:
    """The largest leaks with their addresses."""
    rows = []
    for leak in review.leaks:
        deals = {
            "kind": "caused" if leak.kind == LeakKind.LOST else str(leak.kind),
            "stage": f"{leak.pipeline}:{leak.stage}",
            "department": leak.department,
            "period": review.period.label,
        }
        rows.append(
            LeakRow(
                name=leak.name,
                where=leak.stage_name,
                department=leak.department_name,
                department_address=reverse("pipeline:department", args=[leak.department]),
                amount=leak.amount,
                half=leak.half,
                deals_address=f"{reverse('pipeline:opportunities')}?{urlencode(deals)}",
                age=counted(leak.age_weeks, "week"),
                owner=leak.owner or DASH,
                status=leak.status,
                unclear=leak.is_unclear,
                address=reverse("contribution:leak", args=[leak.id]),
            )
        )
    return rows


def forecast_bar(forecast: ForecastLine, currency: str) -> ForecastBar:
    """The forecast of the period as one bar and one sentence."""
    amounts = forecast.minor
    won, target = amounts.won_so_far, amounts.target
    largest = max(amounts.p95, target or 0, won, MINOR_UNITS)

    def place(amount: int) -> str:
        return f"{max(amount, 0) / largest * WIDTH:.1f}"

    median, low, high, plan = (
        money_in_words(amount, currency) for amount in (amounts.median, amounts.p5, amounts.p95, target)
    )
    against = f" against a plan of {plan}" if target is not None else "; there is no plan to reach"
    sentence = f"{median} expected{against} ({forecast.range_name} {low} to {high})."
    if forecast.probability is not None:
        sentence = f"{_chance(forecast.probability)} to reach plan. {sentence}"
    return ForecastBar(
        sentence=sentence,
        won_width=place(won),
        median_width=place(amounts.median),
        rest_width=place(amounts.median - won),
        low=place(amounts.p5),
        high=place(amounts.p95),
        plan=place(target) if target is not None else "",
        words=f"Won so far {money_in_words(won, currency)}; {sentence}",
        range_name=forecast.range_name,
    )


def _chance(share: float) -> str:
    """Never 0 % or 100 %: a forecast is not that sure."""
    if share < 0.01:
        return "Under 1 %"
    return "Over 99 %" if share > 0.99 else f"{percent(share)} %"
