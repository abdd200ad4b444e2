"""The smaller panels of the weekly review: largest leaks, scorecards, commitments due, the forecast in one line."""

from __future__ import annotations

from datetime import datetime, timedelta

from departments.discussion.selectors.commitments import commitments_due
from departments.models import Company
from departments.periods import Period, monday_of
from departments.scorecards.selectors.missing_entries import handed_in
from pipeline.models import RecomputeRun
from revenue_health.contribution.core.comparison import Comparison
from revenue_health.contribution.models import ForecastSnapshot
from revenue_health.contribution.selectors.register.rows import LeakRow
from revenue_health.review.core.weekly_review import (
    CommitmentPanel,
    DepartmentScorecard,
    DueCommitment,
    ForecastLine,
    LeakKind,
    ScorecardPanel,
    WeeklyLeak,
)
from revenue_health.review.selectors.forecast.forecast_reader import range_hits_from_json

LEAKS_SHOWN = 6
"""Lines of a panel: what one can talk about in half an hour."""
WEEK = timedelta(days=7)
_KINDS = {"waiting": LeakKind.HELD, "value": LeakKind.REVALUED}
"""By factor of the register; any other factor is losses."""


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


def scorecards_in(*, company: Company, now: datetime) -> ScorecardPanel:
    """Of the last finished week: which departments have entered all their numbers, late or in time, and which not."""
    week = monday_of(now.astimezone(company.zone).date()) - WEEK
    return ScorecardPanel(
        week=week,
        departments=tuple(
            DepartmentScorecard(key=row.key, name=row.name, entered=row.entered, owed=row.owed, late=row.late)
            for row in handed_in(company=company, week=week)
        ),
    )


def due_commitments(*, company: Company, now: datetime) -> CommitmentPanel:
    """What was promised for this week, and what is overdue; the oldest first."""
    today = now.astimezone(company.zone).date()
    due = commitments_due(week=monday_of(today))
    return CommitmentPanel(
        items=tuple(
            DueCommitment(
                id=row.id,
                text=row.text,
                department=row.department_key,
                department_name=row.department,
                owner=row.owner,
                due=row.due,
                is_overdue=row.due < today,
                carried=row.carried,
            )
            for row in (*due.overdue, *due.this_week)
        )
    )


def forecast_line(*, run: RecomputeRun, period: Period, comparison: Comparison | None) -> ForecastLine | None:
    """What the night forecast for the period on this run; None where it did not (a period that is over)."""
    stored = ForecastSnapshot.objects.filter(run=run, period_start=period.start, period_end=period.end)
    row = stored.values("median", "p5", "p25", "p75", "p95", "probability", "target", "figures__held").first()
    if row is None:
        return None
    return ForecastLine(
        won_so_far=comparison.actual if comparison else None,
        median=row["median"],
        p5=row["p5"],
        p25=row["p25"],
        p75=row["p75"],
        p95=row["p95"],
        probability=row["probability"],
        target=row["target"],
        nine_in_ten=range_hits_from_json(row["figures__held"]).nine_in_ten,
    )
