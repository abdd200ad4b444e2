"""The pipelines as they stand today, with the pace of the last quarter: what forecast and what-if run forward from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce

import duckdb
import numpy as np
from django.utils.translation import gettext as _

from departments.models import Company
from departments.periods import Period
from pipeline.core.flows.finished_deals import finished_deals_sql
from pipeline.custody_store import custody_cursor
from pipeline.models import RecomputeRun
from revenue_health.contribution.core.capacity import Limits, earlier_part, limits_of
from revenue_health.contribution.core.comparison import MINOR_UNITS
from revenue_health.contribution.core.flows import Floats, FlowArrays
from revenue_health.contribution.core.forecast import OpenDeals, forward_rates
from revenue_health.contribution.core.long_tables import Axes, Table
from revenue_health.contribution.core.model.rates import Rates
from revenue_health.contribution.selectors.comparison.periods import (
    BASELINE_DAYS,
    DAY,
    STEP_DAYS,
    ComparisonError,
    ComparisonPeriods,
    first_day,
)
from revenue_health.contribution.selectors.model_input import PipelineFlows, cached_flows, flows_at

RECENT_DAYS = 91
"""The pace that goes on: the last thirteen weeks."""


@dataclass(frozen=True, kw_only=True)
class Forward:
    """One pipeline today. Amounts in units of the reporting currency.

    history, recent: flows of the year before and, week by week, of the last quarter. deals: what is open; stock [J, A]:
    the same by custody and age. square_size: E[amount^2] / E[amount] of new deals.
    """

    id: int
    key: str
    history: FlowArrays
    recent: FlowArrays
    deals: OpenDeals
    stock: Floats
    square_size: float

    def rates(self, step_days: Floats) -> Rates:
        """Rates over steps ahead of today."""
        return forward_rates(history=self.history, recent=self.recent, step_days=step_days, stock=self.stock)

    def limits(self, rates: Rates) -> Limits:
        """Who hands on how much of late, and who is at a limit; rates: over the steps ahead."""
        return limits_of(before=earlier_part(self.history, self.recent), now=self.recent, rates=rates)


def forward_of(*, run: RecomputeRun, company: Company) -> list[Forward]:
    """Every pipeline with its open deals and the rates of the last quarter (where thin: of the last year)."""
    first, today = first_day(run=run, company=company), run.day_in(company.zone)
    if first is None:
        raise ComparisonError(_("No deal has any history yet: load a company folder, then recompute."))
    end = int(run.as_of.timestamp()) + 1
    periods = _recent_periods(end=end, first=first, today=today)
    flows = cached_flows(run=run, periods=periods)
    return [_forward(custody_cursor(run), end, pipeline) for pipeline in flows]


def forward_at(*, cursor: duckdb.DuckDBPyConnection, as_of: int, company: Company, first: date) -> list[Forward]:
    """The same at an earlier instant, from custody tables that end there. first: the day of the first event."""
    today = datetime.fromtimestamp(as_of, company.zone).date()
    periods = _recent_periods(end=as_of + 1, first=first, today=today)
    flows = flows_at(cursor=cursor, as_of=as_of, periods=periods)
    return [_forward(cursor, as_of + 1, pipeline) for pipeline in flows]


def steps_ahead(*, periods: ComparisonPeriods, company: Company, until: Period) -> Floats:
    """Lengths in days of the steps from as_of to the end of a period: weeks, the last one what is left."""
    days = (until.instants(company.zone)[1] - periods.steps[-1]) / DAY
    if days <= 0:
        raise ComparisonError(
            _("{label} is over: there is nothing left to forecast. Its bridge is in `contributions`.").format(
                label=until.label
            )
        )
    weeks = int(days // STEP_DAYS)
    rest = days - weeks * STEP_DAYS
    return np.array([float(STEP_DAYS)] * weeks + ([rest] if rest > 0 else []))


def won_by_pipeline(*, run: RecomputeRun, periods: ComparisonPeriods) -> dict[int, float]:
    """Net revenue of the period to date by pipeline id."""
    return {
        flows.id: sum(group.period.won() for group in flows.groups.values())
        for flows in cached_flows(run=run, periods=periods)
    }


def _recent_periods(*, end: int, first: date, today: date) -> ComparisonPeriods:
    """The last quarter as the period, the last year as the baseline, whose one opening is today's stock."""
    known_days = max(int((today - first).days), 1)
    start, long_ago = end - min(RECENT_DAYS, known_days) * DAY, end - min(BASELINE_DAYS, known_days) * DAY
    return ComparisonPeriods(
        period=_days(today, RECENT_DAYS),
        baseline=_days(today, BASELINE_DAYS),
        steps=(*range(start, end, STEP_DAYS * DAY), end),
        baseline_edges=(long_ago, end),
        openings=(end,),
        today=today,
        running=False,
    )


def _days(today: date, count: int) -> Period:
    return Period(start=today - timedelta(days=count - 1), end=today, label=_("last {count} days").format(count=count))


def _forward(cursor: duckdb.DuckDBPyConnection, end: int, flows: PipelineFlows) -> Forward:
    history = reduce(FlowArrays.plus, (group.baseline for group in flows.groups.values()))
    recent = reduce(FlowArrays.plus, (group.period for group in flows.groups.values()))
    return Forward(
        id=flows.id,
        key=flows.key,
        history=history,
        recent=recent,
        deals=_open_deals(cursor, end, flows.id, flows.axes),
        stock=history.opening.sum(axis=0),
        square_size=_square_size(cursor, flows.id),
    )


_OPEN = f"""WITH {finished_deals_sql(visits="visits", holds="holds", moves="moves")}
SELECT o.stage, o.department, count(DISTINCT b.hold) AS turn, any_value($end - o.hold_from) AS age,
    any_value(o.amount) AS amount
FROM holds AS o LEFT JOIN holds AS b
    ON b.opportunity = o.opportunity AND b.visit = o.visit AND b.department = o.department AND b.hold < o.hold
WHERE o.to_at IS NULL AND o.pipeline = $pipeline GROUP BY o.opportunity, o.stage, o.department, o.visit, o.hold
UNION ALL
SELECT stage, department, 0 AS turn, $end - hold_from AS age, amount
FROM standing WHERE to_at IS NULL AND pipeline = $pipeline
"""  # noqa: S608  (the rule's own text)


def _open_deals(cursor: duckdb.DuckDBPyConnection, end: int, pipeline: int, axes: Axes) -> OpenDeals:
    """What is open, and what stands finished: that can still be lost."""
    rows: Table = cursor.execute(_OPEN, {"end": end, "pipeline": pipeline}).fetchnumpy()
    table = {name: np.asarray(values) for name, values in rows.items()}
    return OpenDeals(
        custody=axes.custody(table),
        age_days=table["age"].astype(np.float64) / DAY,
        amount=table["amount"].astype(np.float64) / MINOR_UNITS,
    )


def _square_size(cursor: duckdb.DuckDBPyConnection, pipeline: int) -> float:
    query = """SELECT sum(amount::DOUBLE * amount), sum(amount::DOUBLE) FROM moves
        WHERE kind IN ('entered', 'pipeline_in') AND pipeline = ?"""
    squares, total = cursor.execute(query, [pipeline]).fetchone() or (None, None)
    return float(squares / total) / MINOR_UNITS if squares and total else 0.0
