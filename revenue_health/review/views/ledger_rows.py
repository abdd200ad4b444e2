"""The ledger as a picture of rows: every step as a difference to the plan, on a scale of its own.

With plan and actual as bars on the same axis nobody could read the steps between them: they stand there as figures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from departments.core.stored_texts import in_language
from departments.formats import MoneyScale
from revenue_health.contribution.core.comparison import PartyKind
from revenue_health.contribution.core.ledger import Ledger, Step
from revenue_health.contribution.filters import ComparisonFilters
from revenue_health.contribution.verdict_words import step_word
from revenue_health.review.charts.signed_axis import Mark, SignedAxis, axis_of


@dataclass(frozen=True, kw_only=True)
class LedgerRow:
    """One row. figure: where revenue stands, of totals only. text: the difference, signed. half: half of its interval.

    scenario: class of the bar: `ac`, `fc`, `good`, `bad` or `soft`; empty without a bar. word: the verdict, or what
    stands in its place. whisker: of the interval. origin: where a step with an interval begins, the place its whisker
    crosses where the step may be none. before, after: where the sum stands around this row.
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
    origin: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, kw_only=True)
class LedgerPicture:
    """The rows with their axis; `base` is what zero stands for."""

    base: str
    axis: SignedAxis
    rows: list[LedgerRow]

    @property
    def scenarios(self) -> set[str]:
        """Classes of the bars that are drawn, for a legend of these alone."""
        return {row.scenario for row in self.rows}


def ledger_addresses(filters: ComparisonFilters, closed: frozenset[str]) -> Callable[[str], str]:
    """What opens behind each row of the ledger, by its key; empty for departments that are closed to the reader."""
    address, period = filters.address(), filters.period.label
    deals = f"{reverse('pipeline:opportunities')}?{urlencode({'kind': 'revenue', 'period': period})}"
    pages = {"actual": deals, "landing": reverse("review:forecast")}

    def of(key: str) -> str:
        if key in closed:
            return ""
        party = "strategy" if key in ("start", "pace") else key
        return pages.get(key) or reverse("review:driver", args=[party]) + address

    return of


def ledger_picture(ledger: Ledger, scale: MoneyScale, *, running: bool, address: Callable[[str], str]) -> LedgerPicture:
    """address: of what stands behind a row, by its key: a party's, or `start`, `pace`, `actual` and `landing`."""
    landing, to_date = ledger.landing, _(" to date") if running else ""
    ends = [0, ledger.gap]
    for step in ledger.steps:
        end = step.end - ledger.start
        ends += [end, end - step.half, end + step.half]
    if landing and landing.plan is not None:
        ends += [landing.expected - landing.plan, landing.low - landing.plan, landing.high - landing.plan]
    draw = _Rows(ledger=ledger, scale=scale, axis=axis_of(ends), address=address)
    rows = [draw.standing("start", f"{ledger.first}{to_date}", ledger.start)]
    for step in ledger.steps:
        rows.append(draw.step(step))
        if step.key == PartyKind.STRATEGY:
            rows.append(draw.standing("pace", ledger.pace_title, step.end))
    rows += [
        draw.total("actual", _("Actual{to_date}").format(to_date=to_date), ledger.actual, ledger.gap),
        *draw.landing(),
    ]
    base = f"{_('plan')}{to_date}" if ledger.planned else ledger.pace_name
    return LedgerPicture(base=base, axis=draw.axis, rows=rows)


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """Draws the rows of one ledger on its axis."""

    ledger: Ledger
    scale: MoneyScale
    axis: SignedAxis
    address: Callable[[str], str]

    def standing(self, key: str, name: str, amount: int) -> LedgerRow:
        """Where revenue stands, without a bar: what the ledger starts from, and the pace."""
        at = self.axis.place(amount - self.ledger.start)
        figure = self.scale.write(amount)
        return LedgerRow(
            key=key, name=name, address=self.address(key), is_total=True, figure=figure, before=at, after=at
        )

    def step(self, step: Step) -> LedgerRow:
        """What one party changed, with its interval and its verdict."""
        begin, end = step.start - self.ledger.start, step.end - self.ledger.start
        row = self.bar(step.key, step.name, begin, end, step.impact)
        return replace(
            row,
            address=self.address(step.key),
            text=self.scale.signed(step.amount),
            half=f"±{self.scale.write(step.half)}" if step.half else "",
            sign=step.mark,
            word=step_word(step),
            reason=in_language(step.reason),
            whisker=self.axis.mark(end, end - step.half, end + step.half) if step.half else None,
            origin=row.before if step.half else "",
        )

    def total(self, key: str, name: str, amount: int, gap: int) -> LedgerRow:
        """Where revenue stands, with a bar of what that is away from the plan."""
        row = self.bar(key, name, 0, gap, "fc" if key == "landing" else "ac")
        return replace(
            row,
            address=self.address(key),
            is_total=True,
            figure=self.scale.write(amount),
            text=self.scale.signed(gap),
            before=row.after,
        )

    def bar(self, key: str, name: str, begin: int, end: int, scenario: str) -> LedgerRow:
        left, width = self.axis.bar(begin, end)
        return LedgerRow(
            key=key,
            name=name,
            scenario=scenario,
            bar_from=f"{left:.2f}%",
            bar_width=f"{width:.2f}%",
            before=self.axis.place(begin),
            after=self.axis.place(end),
        )

    def landing(self) -> list[LedgerRow]:
        """What is still to come, and where that leads; against the plan of the whole period where there is one."""
        landing, coming = self.ledger.landing, self.ledger.still_to_come
        if landing is None or coming is None:
            return []
        address, write = self.address("landing"), self.scale.write
        if landing.gap is None or landing.plan is None or not self.ledger.planned:
            text, figure = self.scale.signed(coming), write(landing.expected)
            return [
                LedgerRow(key="coming", name=_("Still to come"), address=address, text=text, word=_("expected")),
                LedgerRow(key="landing", name=_("Landing"), address=address, is_total=True, figure=figure),
            ]
        rest = self.bar(
            "coming", _("Still to come: {coming}").format(coming=write(coming)), self.ledger.gap, landing.gap, "fc"
        )
        total = self.total("landing", _("Landing"), landing.expected, landing.gap)
        text = self.scale.signed(landing.gap - self.ledger.gap)
        return [
            replace(rest, address=address, text=text, word=_("against the rest of the plan")),
            replace(
                total,
                whisker=self.axis.mark(landing.gap, landing.low - landing.plan, landing.high - landing.plan),
                word=_("plan {plan}; {range_name} {low} to {high}").format(
                    plan=write(landing.plan),
                    range_name=_(landing.range_name),
                    low=write(landing.low),
                    high=write(landing.high),
                ),
            ),
        ]
