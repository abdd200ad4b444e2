"""Week by week: what was created, won and lost, for any filter of deals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyarrow as pa

from departments.models import Company
from departments.periods import Period, monday_of
from pipeline.core.leaks.earned import REVERSED, WON, bookings_of
from pipeline.core.leaks.figures import Figure
from pipeline.core.leaks.period import Period as Instants
from pipeline.custody_store import custody_cursor
from pipeline.models import RecomputeRun
from pipeline.run_cache import cached
from pipeline.selectors.leaks.leaks import DealFilter

WEEKS = 26


@dataclass(frozen=True, kw_only=True)
class TrendWeek:
    """One whole week, by its Monday in the company's time zone."""

    week: date
    created: Figure
    won: Figure
    lost: Figure
    reversed: Figure


def weekly_trend(
    *, run: RecomputeRun, company: Company, deal_filter: DealFilter, weeks: int = WEEKS
) -> tuple[TrendWeek, ...]:
    """The last whole weeks up to the end of the filter's period (or of what the run knows), oldest first.

    Created, won, lost and reversed as in the totals of the leak map.
    """
    mondays = _mondays(run, company, deal_filter.period, weeks)
    moved = deal_filter.moved_to(
        Period(start=mondays[0], end=mondays[-1] - timedelta(days=1), label=f"{mondays[0]}..{mondays[-1]}")
    )
    return cached(run, "trend", lambda: _compute(run, company, moved, mondays), of=moved.cache_key)


def _mondays(run: RecomputeRun, company: Company, period: Period | None, weeks: int) -> list[date]:
    """The Mondays of the whole weeks and the one after them."""
    after = run.day_in(company.zone)
    if period is not None:
        after = min(after, period.end + timedelta(days=1))
    last = monday_of(after)
    return [last - timedelta(weeks=back) for back in range(weeks, -1, -1)]


def _compute(
    run: RecomputeRun, company: Company, deal_filter: DealFilter, mondays: list[date]
) -> tuple[TrendWeek, ...]:
    starts = [int(datetime(day.year, day.month, day.day, tzinfo=company.zone).timestamp()) for day in mondays]
    cursor = custody_cursor(run)
    cursor.register("trend_weeks", pa.table({"number": range(len(starts)), "starts": starts}))
    period = Instants(
        connection=cursor,
        start=starts[0],
        end=starts[-1],
        as_of=int(run.as_of.timestamp()),
        filters=deal_filter.filters,
    )
    rows = period.rows(
        f""", {bookings_of("chosen_moves")}, counted AS (
            SELECT "at", kind::VARCHAR AS what, amount, 1 AS deals FROM chosen_moves WHERE kind IN ('entered', 'lost')
            UNION ALL
            SELECT "at", CASE WHEN booked = '{REVERSED}' THEN booked ELSE '{WON}' END, abs(revenue),
                (booked IN ('{WON}', '{REVERSED}'))::INTEGER
            FROM bookings
        )
        SELECT number, what, sum(amount), sum(deals) FROM counted ASOF JOIN trend_weeks ON "at" >= starts
        WHERE "at" >= $start AND "at" < $close GROUP BY number, what"""  # noqa: S608
    )
    sums = {(number, what): Figure(amount=int(amount), count=int(count)) for number, what, amount, count in rows}
    return tuple(
        TrendWeek(
            week=monday,
            created=sums.get((number, "entered"), Figure()),
            won=sums.get((number, "won"), Figure()),
            lost=sums.get((number, "lost"), Figure()),
            reversed=sums.get((number, "reversed"), Figure()),
        )
        for number, monday in enumerate(mondays[:-1])
    )
