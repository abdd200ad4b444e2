"""A scorecard as commands print it."""

from __future__ import annotations

from typing import Any

from departments.scorecards.core.goals import Status
from departments.scorecards.selectors.scorecards import Grid


def grid_json(found: Grid, department: str) -> dict[str, Any]:
    """The scorecard as commands print it; `missing` is a manual value that was not there when its week closed."""
    measurables = []
    for at, row in enumerate(found.rows):
        goal = row.goal(found.weeks[0])
        entries = []
        for column, week in enumerate(found.weeks):
            value, status = found.value(at, column), Status(int(found.status[at, column]))
            missing = value is None and row.manual and found.closed[column] and not found.cells.noted[at, column]
            entries.append(
                {
                    "week": week.isoformat(),
                    "value": value,
                    "status": "missing" if missing else status.word,
                    "late": bool(found.late[at, column]),
                    "changed_after_close": bool(found.cells.changed[at, column]),
                }
            )
        told = None if goal is None else {"rule": goal.rule, "goal": goal.goal, "goal_high": goal.goal_high}
        measurables.append({"key": row.key, "name": row.name, "unit": row.unit, "goal": told, "entries": entries})
    return {
        "department": department,
        "weeks": [week.isoformat() for week in found.weeks],
        "measurables": measurables,
    }
