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
from pipeline.core.flows.finished_deals import TURNED_HOLDS, turned_holds
from pipeline.core.flows.period_flows import has_table
from pipeline.custody_store import flows_cursor
from pipeline.models import RecomputeRun
from pipeline.run_cache import process_cache
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
    return _forward_of_run(run=run, periods=_recent_periods(end=end, first=first, today=today))


def forward_at(*, cursor: duckdb.DuckDBPyConnection, as_of: int, company: Company, first: date) -> list[Forward]:
    """The same at an earlier instant, from custody tables that end there. first: the day of the first event."""
    today = datetime.fromtimestamp(as_of, company.zone).date()
    periods = _recent_periods(end=as_of + 1, first=first, today=today)
    return _forward(cursor, as_of + 1, flows_at(cursor=cursor, as_of=as_of, periods=periods))


@process_cache(maxsize=1)
def _forward_of_run(*, run: RecomputeRun, periods: ComparisonPeriods) -> list[Forward]:
    """One reading of what is open for the forecast, the levers and the what-if, which ask one after another."""
    return _forward(flows_cursor(run), periods.steps[-1], cached_flows(run=run, periods=periods))


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


def _forward(cursor: duckdb.DuckDBPyConnection, end: int, pipelines: list[PipelineFlows]) -> list[Forward]:
    open_deals, square_sizes = _open_deals(cursor, end), _square_sizes(cursor)
    every = []
    for flows in pipelines:
        history = reduce(FlowArrays.plus, (group.baseline for group in flows.groups.values()))
        recent = reduce(FlowArrays.plus, (group.period for group in flows.groups.values()))
        every.append(
            Forward(
                id=flows.id,
                key=flows.key,
                history=history,
                recent=recent,
                deals=_deals_of(open_deals, flows.id, flows.axes),
                stock=history.opening.sum(axis=0),
                square_size=square_sizes.get(flows.id, 0.0),
            )
        )
    return every


def _open_deals(cursor: duckdb.DuckDBPyConnection, end: int) -> Table:
    """What is open in any pipeline, and what stands finished: that can still be lost."""
    turned = turned_holds(visits="visits", holds="holds", moves="moves", where="WHERE to_at IS NULL")
    rows: Table = cursor.execute(
        "SELECT pipeline, stage, department, turn, $end - hold_from AS age, amount FROM "  # noqa: S608  (the rule's own text)
        f"{TURNED_HOLDS if has_table(cursor, TURNED_HOLDS) else f'({turned})'} WHERE to_at IS NULL",
        {"end": end},
    ).fetchnumpy()
    return {name: np.asarray(values) for name, values in rows.items()}


def _deals_of(open_deals: Table, pipeline: int, axes: Axes) -> OpenDeals:
    mine = open_deals["pipeline"] == pipeline
    table = {name: values[mine] for name, values in open_deals.items()}
    return OpenDeals(
        custody=axes.custody(table),
        age_days=table["age"].astype(np.float64) / DAY,
        amount=table["amount"].astype(np.float64) / MINOR_UNITS,
    )


def _square_sizes(cursor: duckdb.DuckDBPyConnection) -> dict[int, float]:
    """By pipeline, E[amount^2] / E[amount] of new deals."""
    query = """SELECT pipeline, sum(amount::DOUBLE * amount), sum(amount::DOUBLE) FROM moves
        WHERE kind IN ('entered', 'pipeline_in') GROUP BY pipeline"""
    return {
        pipeline: float(squares / total) / MINOR_UNITS if squares and total else 0.0
        for pipeline, squares, total in cursor.execute(query).fetchall()
    }
