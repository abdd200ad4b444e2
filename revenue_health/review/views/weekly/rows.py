"""What the panels of the weekly review print: the variance waterfall row by row, buckets, leaks, with addresses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from departments.formats import MoneyScale, money_scale, signed
from pipeline.core.buckets import BucketImpact
from pipeline.core.changes import Changes
from revenue_health.contribution.core.comparison import minor_units
from revenue_health.contribution.core.steps import BridgeSteps, Step
from revenue_health.review.charts.axis import Axis
from revenue_health.review.core.weekly_review import WeeklyReview
from revenue_health.review.views.weekly.filters import ReviewFilters

WIDTH = 1000.0
"""Units of a bar's drawing: as wide as its column, whatever that is."""
_SMALLEST = 2.0
"""A step is never thinner than this: what has a number has a bar."""


@dataclass(frozen=True, kw_only=True)
class BridgeRow:
    """One row of the waterfall: places in units of WIDTH, written for SVG attributes."""

    name: str
    address: str
    scenario: str
    """Class of the bar: `pl`, `ac`, `good`, `bad` or `soft`."""
    total: bool
    text: str
    half: str
    mark: str
    verdict: str
    x: str
    width: str
    start: str
    end: str
    """Where the running sum stands before and after this row: the thin lines from and to its neighbours."""
    low: str
    high: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class BucketRow:
    """One bucket of what changed."""

    name: str
    meaning: str
    deals: int
    change: str
    """By how much it changes the number of open deals, signed: the column adds up like the money does."""
    difference: int
    impact: str
    address: str
    unchanged: bool
    """It changes nothing; a line stands above the first of these."""


def page_scale(review: WeeklyReview) -> MoneyScale:
    """One unit for all money of the page, by its smaller figures: parties and buckets are what one reads."""
    parties = review.comparison.parties if review.comparison else ()
    amounts = [minor_units(party.share.amount) if party.share else None for party in parties]
    if not amounts and review.changes:
        amounts = [total.difference for total in review.changes.buckets]
    # Two digits are enough for the largest step: the plan beside it then has three or four.
    return money_scale([10 * (amount or 0) for amount in amounts], review.currency)


def bridge_rows(bridge: BridgeSteps, scale: MoneyScale, filters: ReviewFilters) -> list[BridgeRow]:
    """The steps between the plan and actual, with what one finds behind each of them."""
    ends: list[float] = [bridge.start, bridge.actual]
    for step in bridge.steps:
        ends += [step.end, step.end - step.half, step.end + step.half]
    axis = Axis.around(ends, left=0.0, right=WIDTH)
    page = reverse("contribution:bridge") + filters.comparison.address()
    rows = [_total(bridge.first, "pl", bridge.start, page, axis, scale)]
    for step in bridge.parties:
        address = reverse("contribution:party", args=[step.key]) + filters.comparison.address()
        rows.append(_step_row(step, address, "nobody’s doing" if step.nobodys else step.verdict, axis, scale))
    rows.append(_step_row(bridge.unexplained, page, "timing and chance", axis, scale))
    revenue = {"kind": "revenue", "period": filters.comparison.period.label}
    deals = f"{reverse('pipeline:opportunities')}?{urlencode(revenue)}"
    return [*rows, _total("Actual", "ac", bridge.actual, deals, axis, scale)]


def _total(name: str, scenario: str, amount: int, address: str, axis: Axis, scale: MoneyScale) -> BridgeRow:
    left, width = axis.bar(0, amount)
    return BridgeRow(
        name=name,
        address=address,
        scenario=scenario,
        total=True,
        text=scale.write(amount),
        half="",
        mark="",
        verdict="",
        x=f"{left:.1f}",
        width=f"{width:.1f}",
        start=f"{axis.at(amount):.1f}",
        end=f"{axis.at(amount):.1f}",
        low="",
        high="",
    )


def _step_row(step: Step, address: str, verdict: str | None, axis: Axis, scale: MoneyScale) -> BridgeRow:
    end, half = step.end, step.half
    left, width = axis.bar(step.start, end)
    return BridgeRow(
        name=step.name,
        address=address,
        scenario=step.impact,
        total=False,
        text=scale.signed(step.amount),
        half=f"±{scale.write(half)}" if half else "",
        mark=step.mark,
        verdict=verdict or "",
        x=f"{left:.1f}",
        width=f"{max(width, _SMALLEST):.1f}",
        start=f"{axis.at(step.start):.1f}",
        end=f"{axis.at(end):.1f}",
        low=f"{axis.at(end - half):.1f}" if half else "",
        high=f"{axis.at(end + half):.1f}" if half else "",
        reason=step.reason,
    )


def bucket_rows(changes: Changes, since: date) -> list[BucketRow]:
    """Buckets with deals in them, what adds first."""
    rows = []
    for total in sorted(changes.buckets, key=lambda total: total.bucket.order):
        if not total.deals:
            continue
        bucket = total.bucket
        coloured = bucket.coloured and (total.difference or bucket.key == "won")
        parameters = {"bucket": bucket.key, "since": since.isoformat()}
        rows.append(
            BucketRow(
                name=bucket.name,
                meaning=bucket.meaning,
                deals=total.deals,
                change=signed(total.deals_difference) if total.deals_difference else "0",
                difference=total.difference,
                impact=bucket.impact if coloured else BucketImpact.SOFT,
                address=f"{reverse('review:changes')}?{urlencode(parameters)}",
                unchanged=not bucket.moves,
            )
        )
    return rows
