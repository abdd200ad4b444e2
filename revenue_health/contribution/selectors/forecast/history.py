"""Revenue and stock of the past: what simple rules look at, and what came of a period."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import duckdb
import numpy as np

from departments.models import Company
from departments.periods import Period
from pipeline.core.leaks.earned import bookings_of
from pipeline.selectors.leaks.leaks import calendar_of
from revenue_health.contribution.core.comparison import MINOR_UNITS
from revenue_health.contribution.core.track.peers import QUARTERS, Earned, Span, Stock, peers
from revenue_health.contribution.selectors.comparison.periods import STEP_DAYS

EARLIER = 8
"""Earlier periods that simple rules look at, at most."""


@dataclass(frozen=True, kw_only=True)
class History:
    """Revenue and stock of the past, out of custody tables: what simple rules look at, and what came of a quarter."""

    cursor: duckdb.DuckDBPyConnection
    company: Company
    first: date

    @cached_property
    def _bookings(self) -> dict[int, Earned]:
        rows = self.cursor.execute(_BOOKINGS).fetchnumpy()
        pipeline, at, amount = (np.asarray(rows[name]).astype(np.float64) for name in ("pipeline", "at", "revenue"))
        return {
            int(key): Earned(at=at[pipeline == key], amount=amount[pipeline == key] / MINOR_UNITS)
            for key in np.unique(pipeline)
        }

    def earned_by(self, pipeline: int) -> Earned:
        """Net revenue of one pipeline over time."""
        return self._bookings.get(pipeline, Earned(at=np.zeros(0), amount=np.zeros(0)))

    @cached_property
    def earned(self) -> Earned:
        """Net revenue of all pipelines over time."""
        every = list(self._bookings.values())
        at = np.concatenate([np.zeros(0), *(earned.at for earned in every)])
        order = np.argsort(at, kind="stable")
        amount = np.concatenate([np.zeros(0), *(earned.amount for earned in every)])
        return Earned(at=at[order], amount=amount[order])

    def actual(self, period: Period) -> float:
        """Net revenue of a period, in units."""
        return self.earned.between(*period.instants(self.company.zone))

    def peers_at(self, period: Period, now: int) -> dict[str, float]:
        """What simple rules say of a period at an instant in it (the first one that is not known), by name."""
        zone = self.company.zone
        start, end = period.instants(zone)
        earlier = [Span(start=low, end=high) for low, high in (each.instants(zone) for each in self._earlier(period))]
        part = (now - start) / (end - start)
        return peers(
            earned=self.earned,
            period=Span(start=start, end=end),
            now=now,
            earlier=earlier,
            stock=self._stock(now, [(int(span.at(part)), int(span.end)) for span in earlier[:QUARTERS]]),
        )

    def _earlier(self, period: Period) -> Iterator[Period]:
        calendar = calendar_of(self.company)
        for _ in range(EARLIER):
            period = calendar.previous(period)
            # The first days of a company's records are no quarter of work, but a few days of delay are no reason.
            if (self.first - period.start).days > STEP_DAYS:
                return
            yield period

    def _stock(self, now: int, earlier: list[tuple[int, int]]) -> Stock:
        stages: dict[int, int] = {}
        amounts = []
        for moment, end in [(now, now), *earlier]:
            rows = self.cursor.execute(_STOCK, {"moment": moment, "end": end}).fetchall()
            amounts.append({int(stage): (float(amount), float(won or 0)) for stage, amount, won in rows})
            stages |= {stage: len(stages) for stage in amounts[-1] if stage not in stages}
        table = np.zeros((len(amounts), max(len(stages), 1), 2))
        for row, values in enumerate(amounts):
            for stage, pair in values.items():
                table[row, list(stages).index(stage)] = pair
        table /= MINOR_UNITS
        return Stock(now=table[0, :, 0], before=table[1:, :, 0], won=table[1:, :, 1])


_BOOKINGS = f"""
WITH {bookings_of("moves")} SELECT pipeline, "at", revenue FROM bookings ORDER BY "at"
"""  # noqa: S608  (no text of a user's)
_STOCK = f"""
WITH later AS (FROM moves WHERE "at" >= $moment AND "at" < $end), {bookings_of("later")}, open AS (
    SELECT opportunity, stage, any_value(amount) AS amount FROM holds JOIN rules USING (stage)
    WHERE NOT after_earning AND from_at < $moment AND (to_at IS NULL OR to_at >= $moment) GROUP BY opportunity, stage
), earned AS (SELECT opportunity FROM bookings GROUP BY opportunity HAVING sum(revenue) > 0)
SELECT stage, sum(amount)::DOUBLE, sum(CASE WHEN earned.opportunity IS NOT NULL THEN amount END)::DOUBLE
FROM open LEFT JOIN earned USING (opportunity) GROUP BY stage ORDER BY stage
"""  # noqa: S608  (no text of a user's)
"""Open amount by stage at $moment, and how much of it was won before $end; parameters in epoch seconds."""
