"""The smaller panels of the weekly review: largest leaks, scorecards, commitments due, the forecast in one line."""

from __future__ import annotations

from datetime import datetime, timedelta

from departments.discussion.selectors.commitments import commitments_due
from departments.models import Company
from departments.periods import Period, monday_of
from departments.scorecards.selectors.scorecards import DepartmentHeat, department_heat
from pipeline.core.leaks.figures import CellLeaks
from pipeline.models import RecomputeRun
from pipeline.selectors.leaks.leaks import Choice, leaks_of
from pipeline.selectors.overview import Structure, structure_names
from revenue_health.contribution.core.comparison import Comparison
from revenue_health.contribution.models import ForecastSnapshot
from revenue_health.contribution.selectors.register.rows import LeakRow, top_leaks
from revenue_health.review.core.weekly_review import (
    CommitmentPanel,
    DepartmentScorecard,
    DueCommitment,
    ForecastLine,
    LeakKind,
    ScorecardPanel,
    ScorecardState,
    WeeklyLeak,
)

LEAKS_SHOWN = 6
"""Lines of a panel: what one can talk about in half an hour."""
WEEK = timedelta(days=7)
_KINDS = {"waiting": LeakKind.HELD, "value": LeakKind.REVALUED}
"""By factor of the register; any other factor is losses."""


def largest_leaks(*, run: RecomputeRun, company: Company, period: Period) -> tuple[WeeklyLeak, ...]:
    """The largest open leaks of the register; before it has any, the largest cells of the leak map."""
    if rows := top_leaks(most=LEAKS_SHOWN):
        return tuple(registered_leak(row) for row in rows)
    leaks = leaks_of(run=run, company=company, choice=Choice(period=period))
    structure = structure_names()
    cells = [_cell_leak(cell, kind, structure) for cell in leaks.cells for kind in (LeakKind.LOST, LeakKind.OVER_LIMIT)]
    losing = (leak for leak in cells if leak.amount > 0)
    return tuple(sorted(losing, key=lambda leak: -leak.amount)[:LEAKS_SHOWN])


def registered_leak(row: LeakRow) -> WeeklyLeak:
    """A leak of the register as a line of the panel."""
    return WeeklyLeak(
        id=row.id,
        name=f"{row.stage}, {row.factor}",
        kind=_KINDS.get(row.factor, LeakKind.LOST),
        pipeline=row.pipeline,
        stage=row.stage_key,
        stage_name=row.stage,
        department=row.department_key,
        department_name=row.department,
        amount=row.amount,
        half=row.half,
        deals=None,
        age_weeks=row.weeks,
        owner=row.owner or None,
        status=row.status,
        verdict=row.verdict or None,
    )


def _cell_leak(cell: CellLeaks, kind: LeakKind, structure: Structure) -> WeeklyLeak:
    stage, department = structure.stages[cell.stage], structure.departments[cell.department]
    # What nobody gave a reason for is charged to no department.
    figure = cell.caused if kind == LeakKind.LOST else cell.over_limit
    return WeeklyLeak(
        id=None,
        name=f"{stage.name}, {'lost' if kind == LeakKind.LOST else 'waiting'}",
        kind=kind,
        pipeline=stage.pipeline_key,
        stage=stage.key,
        stage_name=stage.name,
        department=department.key,
        department_name=department.name,
        amount=figure.amount,
        half=None,
        deals=figure.count,
        age_weeks=None,
        owner=None,
        status=None,
        verdict=None,
    )


def scorecards_in(*, company: Company, now: datetime) -> ScorecardPanel:
    """Of the last finished week: which departments have entered all their numbers, late or in time, and which not."""
    week = monday_of(now.astimezone(company.zone).date()) - WEEK
    heat = department_heat(weeks=2, now=now)
    if not heat or week not in heat.weeks:
        return ScorecardPanel(week=week)
    place = heat.weeks.index(week)
    return ScorecardPanel(week=week, departments=tuple(_card(row, place) for row in heat.departments if row.owed))


def _card(row: DepartmentHeat, place: int) -> DepartmentScorecard:
    entered, late = row.entered[place], row.late[place]
    state = ScorecardState.LATE if late else ScorecardState.IN
    return DepartmentScorecard(
        key=row.key,
        name=row.name,
        state=state if entered >= row.owed else ScorecardState.MISSING,
        entered=entered,
        owed=row.owed,
        late=late,
    )


def due_commitments(*, company: Company, now: datetime) -> CommitmentPanel:
    """What was promised for this week, and what is overdue; the oldest first."""
    due = commitments_due(week=monday_of(now.astimezone(company.zone).date()), now=now)
    return CommitmentPanel(
        items=tuple(
            DueCommitment(
                id=row.id,
                text=row.text,
                department=row.department_key,
                department_name=row.department,
                owner=row.owner,
                due=row.due,
                is_overdue=row.days_overdue > 0,
                carried=row.carried,
            )
            for row in (*due.overdue, *due.this_week)
        )
    )


def forecast_line(*, run: RecomputeRun, period: Period, comparison: Comparison | None) -> ForecastLine | None:
    """What the night forecast for the period on this run; None where it did not (a period that is over)."""
    row = ForecastSnapshot.objects.filter(run=run, period_start=period.start, period_end=period.end).first()
    if row is None:
        return None
    return ForecastLine(
        won_so_far=comparison.actual if comparison else None,
        median=row.median,
        p5=row.p5,
        p25=row.p25,
        p75=row.p75,
        p95=row.p95,
        probability=row.probability,
        target=row.target,
    )
