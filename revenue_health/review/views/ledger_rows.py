"""The ledger as a picture of rows: every step as a difference to the plan, on a scale of its own.

With plan and actual as bars on the same axis nobody could read the steps between them: they stand there as figures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse

from departments.formats import MoneyScale
from revenue_health.contribution.core.comparison import PartyKind
from revenue_health.contribution.core.ledger import Ledger, Step, capital
from revenue_health.contribution.filters import ComparisonFilters
from revenue_health.review.charts.signed_axis import Mark, SignedAxis, axis_of


@dataclass(frozen=True, kw_only=True)
class LedgerRow:
    """One row. figure: where revenue stands, of totals only. text: the difference, signed. half: half of its interval.

    scenario: class of the bar: `ac`, `fc`, `good`, `bad` or `soft`; empty without a bar. word: the verdict, or what
    stands in its place. mark: places of bar and whisker; before, after: where the sum stands around this row.
    """

    key: str
    name: str
    address: str = ""
    is_total: bool = False
    figure: str = ""
    text: str = ""
    half: str = ""
    sign: str = ""
    word: str = ""
    reason: str = ""
    scenario: str = ""
    bar_from: str = ""
    bar_width: str = ""
    whisker: Mark | None = None
    before: str = ""
    after: str = ""


@dataclass(frozen=True, kw_only=True)
class LedgerPicture:
    """The rows with their axis; `base` is what zero stands for."""

    base: str
    axis: SignedAxis
    rows: list[LedgerRow]


def ledger_addresses(filters: ComparisonFilters) -> Callable[[str], str]:
    """What opens behind each row of the ledger, by its key."""
    address, period = filters.address(), filters.period.label
    deals = f"{reverse('pipeline:opportunities')}?{urlencode({'kind': 'revenue', 'period': period})}"
    pages = {"actual": deals, "landing": reverse("review:forecast")}

    def of(key: str) -> str:
        party = "strategy" if key in ("start", "pace") else key
        return pages.get(key) or reverse("review:driver", args=[party]) + address

    return of


def ledger_picture(ledger: Ledger, scale: MoneyScale, *, running: bool, address: Callable[[str], str]) -> LedgerPicture:
    """address: of what stands behind a row, by its key: a party's, or `start`, `pace`, `actual` and `landing`."""
    landing, to_date = ledger.landing, " to date" if running else ""
    ends = [0, ledger.gap]
    for step in ledger.steps:
        end = step.end - ledger.start
        ends += [end, end - step.half, end + step.half]
    if landing and landing.plan is not None:
        ends += [landing.expected - landing.plan, landing.low - landing.plan, landing.high - landing.plan]
    axis = axis_of(ends)
    start, first = axis.place(0), f"{ledger.first}{to_date}"
    rows = [
        LedgerRow(
            key="start", name=first, is_total=True, figure=scale.write(ledger.start), before=start, after=start,
            address=address("start"),
        )
    ]  # fmt: skip
    for step in ledger.steps:
        rows.append(_step_row(step, ledger.start, axis, scale, address(step.key)))
        if step.key == PartyKind.STRATEGY:
            rows.append(_pace_row(ledger, step, rows[-1].after, scale, address("pace")))
    rows.append(_total_row("actual", f"Actual{to_date}", ledger.actual, ledger.gap, axis, scale, address("actual")))
    rows += _landing_rows(ledger, axis, scale, address("landing"))
    base = f"plan{to_date}" if ledger.planned else ledger.pace_name
    return LedgerPicture(base=base, axis=axis, rows=rows)


def _pace_row(ledger: Ledger, step: Step, at: str, scale: MoneyScale, address: str) -> LedgerRow:
    name, figure = capital(ledger.pace_name), scale.write(step.end)
    return LedgerRow(key="pace", name=name, is_total=True, figure=figure, before=at, after=at, address=address)


def _step_row(step: Step, origin: int, axis: SignedAxis, scale: MoneyScale, address: str) -> LedgerRow:
    begin, end = step.start - origin, step.end - origin
    left, width = axis.bar(begin, end)
    return LedgerRow(
        key=step.key,
        name=step.name,
        address=address,
        text=scale.signed(step.amount),
        half=f"±{scale.write(step.half)}" if step.half else "",
        sign=step.mark,
        word=step.word,
        reason=step.reason,
        scenario=step.impact,
        bar_from=f"{left:.2f}%",
        bar_width=f"{width:.2f}%",
        whisker=axis.mark(end, end - step.half, end + step.half) if step.half else None,
        before=axis.place(begin),
        after=axis.place(end),
    )


def _total_row(
    key: str, name: str, figure: int, gap: int, axis: SignedAxis, scale: MoneyScale, address: str
) -> LedgerRow:
    left, width = axis.bar(0, gap)
    return LedgerRow(
        key=key,
        name=name,
        address=address,
        is_total=True,
        figure=scale.write(figure),
        text=scale.signed(gap),
        scenario="fc" if key == "landing" else "ac",
        bar_from=f"{left:.2f}%",
        bar_width=f"{width:.2f}%",
        before=axis.place(gap),
        after=axis.place(gap),
    )


def _landing_rows(ledger: Ledger, axis: SignedAxis, scale: MoneyScale, address: str) -> list[LedgerRow]:
    """What is still to come, and where that leads; against the plan of the whole period where there is one."""
    landing, coming = ledger.landing, ledger.still_to_come
    if landing is None or coming is None:
        return []
    if landing.gap is None or landing.plan is None or not ledger.planned:
        rest = LedgerRow(
            key="coming", name="Still to come", address=address, text=scale.signed(coming), word="expected"
        )
        figure = scale.write(landing.expected)
        return [rest, LedgerRow(key="landing", name="Landing", address=address, is_total=True, figure=figure)]
    left, width = axis.bar(ledger.gap, landing.gap)
    rest = LedgerRow(
        key="coming",
        name=f"Still to come: {scale.write(coming)}",
        address=address,
        text=scale.signed(landing.gap - ledger.gap),
        word="against the rest of the plan",
        scenario="fc",
        bar_from=f"{left:.2f}%",
        bar_width=f"{width:.2f}%",
        before=axis.place(ledger.gap),
        after=axis.place(landing.gap),
    )
    total = _total_row("landing", "Landing", landing.expected, landing.gap, axis, scale, address)
    ends = axis.mark(landing.gap, landing.low - landing.plan, landing.high - landing.plan)
    ends_text = f"{scale.write(landing.low)} to {scale.write(landing.high)}"
    word = f"plan {scale.write(landing.plan)}; {landing.range_name} {ends_text}"
    return [rest, replace(total, whisker=ends, word=word)]
