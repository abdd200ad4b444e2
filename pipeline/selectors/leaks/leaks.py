"""The leak map: figures of the newest run for any period and filter of deals, and the deals behind each.

Figures of one run never change, so they are cached by run, period and filters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from departments.models import Company
from departments.periods import FiscalCalendar, Period
from pipeline.core.leaks.earned import Bookings
from pipeline.core.leaks.figures import Figure
from pipeline.core.leaks.leaks import Deals, Leaks, deals_of_cell, leaks_compute
from pipeline.core.leaks.period import Period as Instants
from pipeline.custody_store import custody_cursor
from pipeline.models import RecomputeRun
from pipeline.run_cache import cached
from pipeline.selectors.plan.baseline import BaselineRule, chosen_baseline
from pipeline.selectors.plan.data_range import data_range_of

FILTERS = ("pipeline", "segment", "source", "team", "owner", "region", "industry", "size", "profile")
"""Attributes of opportunities that figures can be narrowed by; pipeline and source by id, the others by value."""
BASELINE = "baseline"
"""Compares with what verdicts compare with (`chosen_baseline`)."""


@dataclass(frozen=True, kw_only=True)
class DealFilter:
    """Which deals, and when: `period` None is all time up to the run's `as_of`."""

    period: Period | None = None
    filters: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    def instants(self, company: Company) -> tuple[int | None, int | None]:
        return self.period.instants(company.zone) if self.period else (None, None)

    @property
    def cache_key(self) -> tuple[object, ...]:
        """Equal for equal questions, however their filters were written down."""
        filters = sorted((name, list(values)) for name, values in self.filters.items())
        return filters, (self.period.start, self.period.end) if self.period else None

    def moved_to(self, period: Period | None) -> DealFilter:
        return DealFilter(period=period, filters=self.filters)


@dataclass(frozen=True, kw_only=True)
class LeakMap:
    """The figures asked for and those they are compared with (None: no comparison, or nothing known then)."""

    deal_filter: DealFilter
    leaks: Leaks
    compared_with: Period | None
    compared: Leaks | None


def calendar_of(company: Company) -> FiscalCalendar:
    return company.fiscal_calendar


def leaks_of(*, run: RecomputeRun, company: Company, deal_filter: DealFilter) -> Leaks:
    """The leak map of one filter, as the run knows it."""

    def compute() -> Leaks:
        start, end = deal_filter.instants(company)
        return leaks_compute(
            custody_cursor(run), start=start, end=end, as_of=int(run.as_of.timestamp()), filters=deal_filter.filters
        )

    return cached(run, "leaks", compute, of=deal_filter.cache_key)


def earned_of(*, run: RecomputeRun, company: Company, deal_filter: DealFilter) -> tuple[Figure, Figure]:
    """(won, reversed) of one filter, as in the totals of its leak map: their difference is its revenue."""

    def compute() -> tuple[Figure, Figure]:
        start, end = deal_filter.instants(company)
        period = Instants(
            connection=custody_cursor(run), start=start, end=end, as_of=int(run.as_of.timestamp()),
            filters=deal_filter.filters,
        )  # fmt: skip
        bookings = Bookings(period)
        return bookings.won, bookings.reversed

    return cached(run, "earned", compute, of=deal_filter.cache_key)


def leak_map(*, run: RecomputeRun, company: Company, deal_filter: DealFilter, compare: str) -> LeakMap:
    """The leak map beside the baseline that verdicts have (`BASELINE`), the `previous` period or `last_year`; any other
    `compare` compares with nothing.

    A running period is compared with as many days of the other one, so that like stands beside like.
    """
    other = _compared_period(run, company, deal_filter.period, compare)
    return LeakMap(
        deal_filter=deal_filter,
        leaks=leaks_of(run=run, company=company, deal_filter=deal_filter),
        compared_with=other,
        compared=leaks_of(run=run, company=company, deal_filter=deal_filter.moved_to(other)) if other else None,
    )


def _compared_period(run: RecomputeRun, company: Company, period: Period | None, compare: str) -> Period | None:
    if period is None or compare not in (BASELINE, "previous", "last_year"):
        return None
    calendar = calendar_of(company)
    if compare == BASELINE:
        other = _like_baseline(run, company, period)
    else:
        other = calendar.previous(period) if compare == "previous" else calendar.last_year(period)
    today = run.day_in(company.zone)
    if period.start <= today < period.end:
        last = min(other.end, other.start + (today - period.start))
        return Period.between(other.start, last)
    return other


def _like_baseline(run: RecomputeRun, company: Company, period: Period) -> Period:
    """The baseline of the verdicts where it is a period of the same kind; a year is none for the sums of a quarter, so
    these stand beside the period before."""
    calendar = calendar_of(company)
    chosen = chosen_baseline(calendar, period, data_range_of(run=run, company=company).first)
    if chosen.period and chosen.rule in (BaselineRule.SAME_QUARTER, BaselineRule.SAME_WEEKS):
        return chosen.period
    return calendar.previous(period)


def leak_deals(
    *,
    run: RecomputeRun,
    company: Company,
    deal_filter: DealFilter,
    kind: str,
    stage: int | None = None,
    department: int | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Deals:
    """The deals behind one figure of the leak map, biggest first; see pipeline.core.leaks.leaks.deals_of_cell."""
    start, end = deal_filter.instants(company)
    return deals_of_cell(
        custody_cursor(run),
        kind=kind,
        stage=stage,
        department=department,
        start=start,
        end=end,
        as_of=int(run.as_of.timestamp()),
        filters=deal_filter.filters,
        limit=limit,
        offset=offset,
    )


@dataclass(frozen=True, kw_only=True)
class Hold:
    """One stretch of custody of one deal: who held it, where, from when to when (None: still), at what amount.

    Instants are epoch seconds; amount is minor units of the reporting currency at the end of the hold.
    """

    stage: int
    visit: int
    department: int
    start: int
    end: int | None
    amount: int
    ended: str


def opportunity_custody(*, run: RecomputeRun, company: Company, opportunity: int) -> list[Hold]:
    """The custody line of one deal, oldest first; empty where the run does not know it yet."""
    rows = (
        custody_cursor(run)
        .execute(
            """SELECT stage, visit, department, hold_from, max(coalesce(to_at, 9223372036854775807)),
                   last(amount_out ORDER BY from_at), last(ended::VARCHAR ORDER BY from_at)
               FROM holds WHERE opportunity = ? GROUP BY visit, hold, stage, department, hold_from
               ORDER BY visit, hold""",
            [opportunity],
        )
        .fetchall()
    )
    return [
        Hold(
            stage=stage,
            visit=visit,
            department=department,
            start=start,
            end=None if end == 2**63 - 1 else end,
            amount=amount,
            ended=ended,
        )
        for stage, visit, department, start, end, amount, ended in rows
    ]


def unknown_values(*, run: RecomputeRun, filters: Mapping[str, Sequence[Any]]) -> list[tuple[str, str]]:
    """Names and values of filters that no deal has; pipeline and source are ids, and not asked."""
    cursor = custody_cursor(run)
    return [
        (name, value)
        for name, values in filters.items()
        if name not in ("pipeline", "source")
        for value in values
        if value and not cursor.execute(f"SELECT 1 FROM opportunities WHERE {name} = ? LIMIT 1", [value]).fetchone()  # noqa: S608 - one of FILTERS
    ]


def filter_values(*, run: RecomputeRun, company: Company) -> dict[str, list[str]]:
    """Values of the text attributes that deals have, in order, for the filters of a page."""

    def compute() -> dict[str, list[str]]:
        cursor = custody_cursor(run)
        return {
            name: [
                value
                for (value,) in cursor.execute(
                    f"SELECT DISTINCT {name} FROM opportunities WHERE {name} <> '' ORDER BY ALL LIMIT 500"  # noqa: S608
                ).fetchall()
            ]
            for name in FILTERS
            if name not in ("pipeline", "source")
        }

    return cached(run, "filter_values", compute)
