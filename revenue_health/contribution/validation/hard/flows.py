"""A simulated company through the product's own functions, without a database: custody, spans, groups of deals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zlib import crc32

import duckdb
import numpy as np

from departments.periods import FiscalCalendar, Period
from pipeline.core.custody.custody import custody_compute
from pipeline.core.custody.inputs import CustodyInput
from pipeline.core.flows.grid import FlowGrid, Span, read_grid
from pipeline.core.flows.period_flows import FINE_BUCKET, FINE_PARTS, PeriodFlows, period_flows
from pipeline.selectors.plan.baseline import default_baseline
from revenue_health.contribution.core.long_tables import DepartmentRow, StageRow
from revenue_health.contribution.core.model.groups import Group
from revenue_health.contribution.selectors.comparison.periods import DAY, STEP_DAYS, ComparisonPeriods
from revenue_health.contribution.selectors.model_input import GroupKey, grouped_flows
from revenue_health.contribution.validation.hard.tables import PIPELINE, custody_input
from revenue_health.contribution.validation.hard.world.books import FIRST_DAY, Books, keep_books
from revenue_health.contribution.validation.hard.world.chance import draw_chance
from revenue_health.contribution.validation.hard.world.company import (
    DEPARTMENTS,
    EARNS,
    HISTORY_DAYS,
    STAGES,
    Kind,
)
from revenue_health.contribution.validation.hard.world.simulation import simulate

CALENDAR = FiscalCalendar()
PERIOD = CALENDAR.quarter_of(FIRST_DAY)
ALL_BUCKETS = 40


@dataclass(frozen=True, kw_only=True)
class Tables:
    """A company as the product sees it: the books' tables, and a DuckDB connection with its custody."""

    data: CustodyInput
    connection: duckdb.DuckDBPyConnection
    first: date
    buckets: int = ALL_BUCKETS


def books_of(kind: Kind, seed: int) -> Books:
    """The books of one company of a kind. Kinds do not share their chance: what happens by chance happens in one."""
    # hash() would be another number in every process.
    rng = np.random.default_rng([seed, crc32(kind.name.encode())])
    chance = draw_chance(kind, rng, history=HISTORY_DAYS)
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


def periods_of(tables: Tables, period: Period, baseline: Period | None = None) -> ComparisonPeriods:
    """The period in weeks and its baseline, the default one where none is given."""
    baseline = baseline or default_baseline(CALENDAR, period, tables.first)
    start, end = instant(period.start), instant(period.end + timedelta(days=1))
    return ComparisonPeriods(
        period=period,
        baseline=baseline,
        steps=(*range(start, end, STEP_DAYS * DAY), end),
        baseline_edges=(instant(baseline.start), instant(baseline.end + timedelta(days=1))) if baseline else (0, 0),
        openings=openings_of(baseline) if baseline else (),
        today=period.end,
        running=False,
    )


def openings_of(baseline: Period) -> tuple[int, ...]:
    """The instants at which the baseline's stock is taken: its quarters' starts."""
    quarter, starts = CALENDAR.quarter_of(baseline.start), []
    while quarter.start <= baseline.end:
        if quarter.start >= baseline.start:
            starts.append(instant(quarter.start))
        quarter = CALENDAR.following(quarter)
    return tuple(starts) or (instant(baseline.start),)


def instant(day: date) -> int:
    """A day's first second, UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def groups_of(tables: Tables, periods: ComparisonPeriods, *, by: str = "segment") -> dict[GroupKey, Group]:
    """Groups of deals of both spans, in the arrays of the model."""
    as_of, cursor, unsourced = tables.data.as_of, tables.connection, () if by == "segment" else None
    now, before = (
        period_flows(cursor, steps=span.steps, openings=span.openings, as_of=as_of, group=by, unsourced=unsourced)
        for span in spans_of(periods)
    )
    groups = _grouped(tables, periods, now, before, ALL_BUCKETS)
    if tables.buckets == ALL_BUCKETS:
        return groups
    return {key: group.in_fewer_buckets(tables.buckets) for key, group in groups.items()}


def grid_of(tables: Tables, comparisons: Sequence[ComparisonPeriods]) -> FlowGrid:
    """The deals read once for some comparisons, in one bucket."""
    spans = [span for periods in comparisons for span in spans_of(periods)]
    return read_grid(tables.connection, spans, as_of=tables.data.as_of, unsourced=())


def groups_in_one_bucket(tables: Tables, grid: FlowGrid, periods: ComparisonPeriods) -> dict[GroupKey, Group]:
    """`groups_of` one of the grid's comparisons, without buckets."""
    now, before = (grid.of(span) for span in spans_of(periods))
    return _grouped(tables, periods, now, before, 1)


def groups_in_fine_buckets(tables: Tables, periods: ComparisonPeriods) -> dict[GroupKey, Group]:
    """All deals as one group, in six times as many buckets."""
    as_of, cursor = tables.data.as_of, tables.connection
    now, before = (
        period_flows(
            cursor, steps=span.steps, openings=span.openings, as_of=as_of, ungrouped=[PIPELINE], bucket=FINE_BUCKET
        )
        for span in spans_of(periods)
    )
    return _grouped(tables, periods, now, before, ALL_BUCKETS * FINE_PARTS)


def spans_of(periods: ComparisonPeriods) -> tuple[Span, Span]:
    """The period and its baseline."""
    openings = periods.openings or (instant(PERIOD.start),)
    return Span(steps=periods.steps, openings=(periods.steps[0],)), Span(
        steps=periods.baseline_edges, openings=openings
    )


def _grouped(
    tables: Tables, periods: ComparisonPeriods, now: PeriodFlows, before: PeriodFlows, buckets: int
) -> dict[GroupKey, Group]:
    _, groups = grouped_flows(
        pipeline=PIPELINE,
        stages=stage_rows(tables),
        departments=department_rows(),
        period=now,
        baseline=before,
        periods=periods,
        buckets=buckets,
    )
    return groups


def stage_rows(tables: Tables) -> list[StageRow]:
    """The stages as the model reads them, with their last owners."""
    first, later = (tables.data.stages[name].to_pylist() for name in ("owner", "later_owners"))
    owners = [came[-1]["owner"] if came else owner for owner, came in zip(first, later, strict=True)]
    return [
        StageRow(id=number + 1, key=stage, earns=stage == EARNS, owner=owners[number])
        for number, stage in enumerate(STAGES)
    ]


def department_rows() -> list[DepartmentRow]:
    """The departments as the model reads them."""
    return [
        DepartmentRow(id=number + 1, key=key, external=key == DEPARTMENTS[-1]) for number, key in enumerate(DEPARTMENTS)
    ]
