"""The smaller panels of the weekly review: largest leaks, scorecards, commitments due, the forecast in one line."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from departments.discussion.selectors.commitments import commitments_due
from departments.models import Company
from departments.periods import Period, monday_of
from departments.scorecards.selectors.scorecards import DepartmentHeat, department_heat
from pipeline.core.leaks.figures import CellLeaks
from pipeline.models import RecomputeRun
from pipeline.selectors.leaks.leaks import Choice, leaks_of
from pipeline.selectors.overview import Structure, structure_names
from revenue_health.contribution.models import ForecastSnapshot
from revenue_health.contribution.selectors.comparison.contributions_json import number
from revenue_health.contribution.selectors.register.rows import LeakRow, top_leaks

type Json = dict[str, Any]
SHOWN = 6
"""Lines of a panel: what one can talk about in half an hour."""
WEEK = timedelta(days=7)
MINOR_UNITS = 100


def largest_leaks(*, run: RecomputeRun, company: Company, period: Period) -> list[Json]:
    """The largest open leaks of the register; before it has any, the largest cells of the leak map."""
    if found := top_leaks(most=SHOWN):
        return [registered_leak(row) for row in found]
    leaks = leaks_of(run=run, company=company, choice=Choice(period=period))
    structure = structure_names()
    cells = [_cell(cell, kind, structure) for cell in leaks.cells for kind in ("lost", "over_limit")]
    return sorted((leak for leak in cells if leak["amount"] > 0), key=lambda leak: -leak["amount"])[:SHOWN]


def registered_leak(row: LeakRow) -> Json:
    """A leak of the register as the panel's JSON."""
    return {
        "id": row.id,
        "name": f"{row.stage}, {row.factor}",
        "kind": {"waiting": "held", "value": "revalued"}.get(row.factor, "lost"),
        "pipeline": row.pipeline,
        "stage": row.stage_key,
        "stage_name": row.stage,
        "department": row.department_key,
        "department_name": row.department,
        "amount": row.amount / MINOR_UNITS,
        "half": row.half / MINOR_UNITS,
        "deals": None,
        "age_weeks": row.weeks,
        "owner": row.owner or None,
        "status": row.status,
        "verdict": row.verdict or None,
    }


def _cell(cell: CellLeaks, kind: str, structure: Structure) -> Json:
    stage, department = structure.stages[cell.stage], structure.departments[cell.department]
    # What nobody gave a reason for is charged to no department.
    figure = cell.caused if kind == "lost" else cell.over_limit
    return {
        "id": None,
        "name": f"{stage.name}, {'lost' if kind == 'lost' else 'waiting'}",
        "kind": kind,
        "pipeline": stage.pipeline_key,
        "stage": stage.key,
        "stage_name": stage.name,
        "department": department.key,
        "department_name": department.name,
        "amount": figure.amount / MINOR_UNITS,
        "half": None,
        "deals": figure.count,
        "age_weeks": None,
        "owner": None,
        "status": None,
        "verdict": None,
    }


def scorecards_in(*, company: Company, now: datetime) -> Json:
    """Of the last finished week: which departments have entered all their numbers, late or in time, and which not."""
    week = monday_of(now.astimezone(company.zone).date()) - WEEK
    heat = department_heat(weeks=2, now=now)
    departments: list[Json] = []
    if heat and week in heat.weeks:
        at = heat.weeks.index(week)
        departments = [_card(row, at) for row in heat.departments if row.owed]
    states = [row["status"] for row in departments]
    return {
        "week": week.isoformat(),
        "in": sum(state != "missing" for state in states),
        "late": states.count("late"),
        "missing": states.count("missing"),
        "of": len(departments),
        "departments": departments,
    }


def _card(row: DepartmentHeat, at: int) -> Json:
    whole = row.entered[at] >= row.owed
    return {
        "key": row.key,
        "name": row.name,
        "status": "missing" if not whole else "late" if row.late[at] else "in",
        "given": row.entered[at],
        "wanted": row.owed,
        "late": row.late[at],
    }


def due_commitments(*, company: Company, now: datetime) -> Json:
    """What was promised for this week, and what is overdue; the oldest first."""
    due = commitments_due(week=monday_of(now.astimezone(company.zone).date()), now=now)
    items: list[Json] = [
        {
            "id": row.id,
            "text": row.text,
            "department": row.department_key,
            "department_name": row.department,
            "owner": row.owner,
            "due": row.due.isoformat(),
            "overdue": row.days_overdue > 0,
            "carried": row.carried,
        }
        for row in (*due.overdue, *due.this_week)
    ]
    overdue = sum(item["overdue"] for item in items)
    return {"due": len(items) - overdue, "overdue": overdue, "items": items}


def forecast_line(*, run: RecomputeRun, period: Period, bridge: Json | None) -> Json | None:
    """What the night forecast for the period on this run; null where it did not (a period that is over)."""
    row = ForecastSnapshot.objects.filter(run=run, period_start=period.start, period_end=period.end).first()
    if row is None:
        return None
    names = ("median", "p5", "p25", "p75", "p95", "probability", "target")
    return {
        "won_so_far": bridge["actual"] if bridge else None,
        **{name: number(getattr(row, name)) for name in names},
    }
