"""Computed measurables: after each run every past week of every figure that a scorecard follows.

All weeks are counted each time: a late event changes old weeks, and counting everything at once costs less than finding
out which weeks it touched. Only what differs is written.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from departments.models import Company, Measurable, current_company
from departments.scorecards.services.computed_entries import computed_entries_save
from pipeline.core.measured import MeasuredSource, UnknownFigure, figures_measured, parse_source
from pipeline.core.weeks import week_table
from pipeline.custody_store import custody_cursor
from pipeline.models import HandOff, RecomputeRun, ids_by_key
from pipeline.services.recompute.reading import arrow_connection

STEP = "measurables"
"""The name of this work in a run's seconds; a run without it has not been followed yet."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was done: entries written, and measurables whose source names no figure, with the reason."""

    measurables: int = 0
    weeks: int = 0
    written: int = 0
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Figures of a run, counted but not written: what each measurable follows, by its number, and the values of each
    source in each of the weeks."""

    sources: dict[int, MeasuredSource]
    problems: dict[str, str]
    weeks: list[date]
    values: dict[str, list[Decimal | None]]
    seconds: float


def measurables_compute(*, run: RecomputeRun, now: datetime, only: Sequence[int] | None = None) -> Measured:
    """Bring computed measurables (or `only` those) up to a run; done twice it writes nothing the second time.

    A source that names no figure is told, not raised: the other measurables are none the worse for it. A run as known
    on an earlier day than another's writes nothing: scorecards hold what is known now.
    """
    if _overtaken(run):
        return Measured()
    return measurables_write(
        run=run, counted=measurables_count(run=run, only=only)(), now=now, all_of_them=only is None
    )


def measurables_count(*, run: RecomputeRun, only: Sequence[int] | None = None) -> Callable[[], Counted]:
    """What is to be counted is read now; counting it reads the run's custody alone, and can be done by a thread."""
    rows = Measurable.objects.exclude(source="manual").filter(archived=False).order_by("pk")
    if only is not None:
        rows = rows.filter(pk__in=only)
    sources, problems = _parsed_sources(rows.values_list("pk", "key", "source"))
    by_source = {source.source: source for source in sources.values()}
    weeks, starts = whole_weeks(run, current_company())

    def count() -> Counted:
        began = time.perf_counter()
        values = _weekly_values(run, by_source, starts) if by_source and weeks else {}
        seconds = time.perf_counter() - began
        return Counted(sources=sources, problems=problems, weeks=weeks, values=values, seconds=seconds)

    return count


def measurables_write(*, run: RecomputeRun, counted: Counted, now: datetime, all_of_them: bool = True) -> Measured:
    """Write what was counted, where it differs."""
    if _overtaken(run):
        return Measured()
    began, sources, written = time.perf_counter(), counted.sources, 0
    if counted.values:
        values = {
            pk: dict(zip(counted.weeks, counted.values[source.source], strict=True)) for pk, source in sources.items()
        }
        written = computed_entries_save(values=values, now=now)
    if all_of_them:
        spent = counted.seconds + time.perf_counter() - began
        run.seconds = {**run.seconds, STEP: round(spent, 3)}
        RecomputeRun.objects.filter(pk=run.pk).update(seconds=run.seconds)
    return Measured(measurables=len(sources), weeks=len(counted.weeks), written=written, problems=counted.problems)


def measurables_are_written(*, run: RecomputeRun) -> bool:
    """Whether scorecards follow a run, or must not because a run as known on a later day is done."""
    return STEP in run.seconds or _overtaken(run)


def _overtaken(run: RecomputeRun) -> bool:
    return RecomputeRun.objects.filter(status=RecomputeRun.Status.DONE, as_of__gt=run.as_of).exists()


def _parsed_sources(rows: Any) -> tuple[dict[int, MeasuredSource], dict[str, str]]:
    """What each measurable follows, by its number; and what names nothing, by its key."""
    stages, departments = ids_by_key()
    sources: dict[int, MeasuredSource] = {}
    problems: dict[str, str] = {}
    for pk, key, source in rows:
        try:
            sources[pk] = parse_source(source, stages=stages, departments=departments)
        except UnknownFigure as problem:
            problems[key] = str(problem)
    return sources, problems


def whole_weeks(run: RecomputeRun, company: Company) -> tuple[list[date], list[int]]:
    """Mondays of the whole weeks from the first event's on, and their edges in epoch seconds."""
    if not run.parts:
        return [], []
    row = custody_cursor(run).execute("SELECT min(entered_at) FROM visits").fetchone()
    first = row[0] if row else None
    if first is None:
        return [], []
    as_of = int(run.as_of.timestamp())
    table = week_table(int(first), as_of, company.time_zone)
    edges = [
        (monday, start)
        for monday, start in zip(table["week"].to_pylist(), table["starts"].to_pylist(), strict=True)
        # The second of as_of is still known, so a week that ends right after it is whole.
        if start >= first and start <= as_of + 1
    ]
    return [monday for monday, _ in edges[:-1]], [start for _, start in edges]


def _weekly_values(
    run: RecomputeRun, sources: dict[str, MeasuredSource], starts: list[int]
) -> dict[str, list[Decimal | None]]:
    cursor = custody_cursor(run)
    if any(source.figure.handoffs for source in sources.values()):
        departments = sorted(
            {source.department for source in sources.values() if source.figure.handoffs and source.department}
        )
        cursor.register("answers", _handoffs(run, departments))
    return figures_measured(cursor, sources=list(sources.values()), starts=starts)


_HANDOFFS = """
SELECT opportunity_id AS opportunity, department_id::int AS department,
    floor(extract(epoch FROM requested_at))::bigint AS requested_at,
    CASE WHEN completed_at <= '{as_of}' THEN floor(extract(epoch FROM completed_at))::bigint END AS completed_at,
    floor(extract(epoch FROM due_at))::bigint AS due_at,
    CASE WHEN completed_at <= '{as_of}' THEN outcome ELSE '' END AS outcome
FROM {table} WHERE requested_at <= '{as_of}' AND department_id IN ({departments})
"""


def _handoffs(run: RecomputeRun, departments: Sequence[int]) -> pa.Table:
    """Hand-offs of some departments, as known then."""
    query = _HANDOFFS.format(
        as_of=run.as_of.astimezone(UTC).isoformat(),
        table=HandOff._meta.db_table,
        departments=", ".join(str(int(pk)) for pk in departments),
    )
    with arrow_connection() as arrow, arrow.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetch_arrow_table()
