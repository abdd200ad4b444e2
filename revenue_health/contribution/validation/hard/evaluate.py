"""What the product says of a simulated company, through its own functions and without a database.

Custody, flows of the spans, groups of deals, bridges, verdicts: `verdicts_of` is the one place that asks for verdicts.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import duckdb
import numpy as np

from departments.periods import FiscalCalendar, Period
from pipeline.core.custody.custody import custody_compute
from pipeline.core.custody.inputs import CustodyInput
from pipeline.core.flows.period_flows import period_flows
from pipeline.selectors.plan.baseline import default_baseline
from revenue_health.contribution.core.long_tables import DepartmentRow, StageRow
from revenue_health.contribution.core.model.bridge import Bridge
from revenue_health.contribution.core.model.groups import Group, bridges
from revenue_health.contribution.core.verdict import Verdict
from revenue_health.contribution.selectors.comparison.periods import DAY, STEP_DAYS, ComparisonPeriods
from revenue_health.contribution.selectors.model_input import GroupKey, grouped_flows
from revenue_health.contribution.validation.hard.chance import draw_chance
from revenue_health.contribution.validation.hard.company import (
    DEPARTMENTS,
    EARNS,
    HISTORY_DAYS,
    OWNERS,
    STAGES,
    Kind,
)
from revenue_health.contribution.validation.hard.simulation import simulate
from revenue_health.contribution.validation.hard.tables import (
    FIRST_DAY,
    PIPELINE,
    Books,
    custody_input,
    keep_books,
)

CALENDAR = FiscalCalendar()
PERIOD = CALENDAR.quarter_of(FIRST_DAY)
JUDGED = (Verdict.CONTRIBUTES, Verdict.CONTAMINATES)
ALL_BUCKETS = 40


@dataclass(frozen=True, kw_only=True)
class Tables:
    """A company as the product sees it: the books' tables, and a DuckDB connection with its custody."""

    data: CustodyInput
    connection: duckdb.DuckDBPyConnection
    first: date
    buckets: int = ALL_BUCKETS


@dataclass(frozen=True, kw_only=True)
class PartyVerdict:
    """What is said of one party. low, high: its own 90 % interval; all_low, all_high: the one of all parties at once.
    moved: the share is told as one that only exists together with another's."""

    share: float
    low: float
    high: float
    all_low: float
    all_high: float
    verdict: str
    reason: str
    moved: bool = False

    @property
    def judged(self) -> bool:
        """Whether it is called a cause, for good or bad."""
        return self.verdict in JUDGED


@dataclass(frozen=True, kw_only=True)
class Verdicts:
    """What is said of a company: parties by key (departments and the market, `opening` too), in units of money."""

    parties: dict[str, PartyVerdict]
    actual: float
    baseline: float
    unexplained: float
    residual: float


def books_of(kind: Kind, seed: int) -> Books:
    """The books of one company of a kind: the seed decides all its chance."""
    chance = draw_chance(kind, np.random.default_rng(seed), history=HISTORY_DAYS)
    return keep_books(kind, chance, simulate(kind, chance, frozenset(kind.doers)))


def tables_of(books: Books, *, salt: str = "", buckets: int = ALL_BUCKETS) -> Tables:
    """The books through custody. salt: deals to other buckets; buckets: fewer of them, for a quick look."""
    data = custody_input(books, salt=salt)
    custody = custody_compute(data, threads=1)
    connection = duckdb.connect(config={"threads": 1})
    for name in ("visits", "holds", "moves"):
        connection.register(name, getattr(custody, name))
    for name in ("opportunities", "stages"):
        connection.register(name, getattr(data, name))
    first = datetime.fromtimestamp(int(data.weeks["starts"][0].as_py()), UTC).date()
    return Tables(data=data, connection=connection, first=first, buckets=buckets)


def verdicts_of(tables: Tables) -> Verdicts:
    """The product's verdicts on the quarter against its default baseline, without a plan."""
    groups = {" by ".join(key): group for key, group in groups_of(tables, periods_of(tables, PERIOD)).items()}
    return _from_bridge(bridges(groups=groups, target=None, factors=False).company)


def _from_bridge(company: Bridge) -> Verdicts:
    parties = {
        party.key: PartyVerdict(
            share=party.share.value,
            low=party.share.low,
            high=party.share.high,
            all_low=party.share.low,
            all_high=party.share.high,
            verdict=str(party.judgement.verdict),
            reason=party.judgement.reason,
        )
        for party in company.parties
    }
    return Verdicts(
        parties=parties,
        actual=company.actual,
        baseline=company.baseline_revenue,
        unexplained=company.unexplained.value,
        residual=company.residual(),
    )


def periods_of(tables: Tables, period: Period) -> ComparisonPeriods:
    """The period in weeks and its default baseline."""
    baseline = default_baseline(CALENDAR, period, tables.first)
    start, end = instant(period.start), instant(period.end + timedelta(days=1))
    return ComparisonPeriods(
        period=period,
        baseline=baseline,
        steps=(*range(start, end, STEP_DAYS * DAY), end),
        baseline_edges=(instant(baseline.start), instant(baseline.end + timedelta(days=1))) if baseline else (0, 0),
        openings=_openings(baseline) if baseline else (),
        today=period.end,
        running=False,
    )


def _openings(baseline: Period) -> tuple[int, ...]:
    quarter, starts = CALENDAR.quarter_of(baseline.start), []
    while quarter.start <= baseline.end:
        if quarter.start >= baseline.start:
            starts.append(instant(quarter.start))
        quarter = CALENDAR.following(quarter)
    return tuple(starts)


def instant(day: date) -> int:
    """A day's first second, UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def groups_of(tables: Tables, periods: ComparisonPeriods) -> dict[GroupKey, Group]:
    """Groups of deals of both spans, by segment and origin, in the arrays of the model."""
    as_of, cursor = tables.data.as_of, tables.connection
    now = period_flows(cursor, steps=periods.steps, openings=(periods.steps[0],), as_of=as_of, unsourced=())
    before = period_flows(cursor, steps=periods.baseline_edges, openings=periods.openings, as_of=as_of, unsourced=())
    owners = tables.data.stages["owner"].to_pylist()
    _, groups = grouped_flows(
        pipeline=PIPELINE,
        stages=[
            StageRow(id=number + 1, key=stage, earns=stage == EARNS, owner=owners[number])
            for number, stage in enumerate(STAGES)
        ],
        departments=[
            DepartmentRow(id=number + 1, key=key, external=key == DEPARTMENTS[-1])
            for number, key in enumerate(DEPARTMENTS)
        ],
        period=now,
        baseline=before,
        periods=periods,
    )
    if tables.buckets == ALL_BUCKETS:
        return groups
    return {
        key: replace(
            group,
            baseline=group.baseline.in_fewer_buckets(tables.buckets),
            period=group.period.in_fewer_buckets(tables.buckets),
        )
        for key, group in groups.items()
    }


__all__ = ["OWNERS", "PERIOD", "PartyVerdict", "Tables", "Verdicts", "books_of", "tables_of", "verdicts_of"]
