"""A scorecard as commands print it."""

from __future__ import annotations

from typing import Any

from departments.scorecards.core.goals import Status
from departments.scorecards.selectors.scorecards import Grid


def grid_json(scorecard: Grid, department: str) -> dict[str, Any]:
    """The scorecard as commands print it; `missing` is a manual value that was not there when its week closed."""
    measurables = []
    for at, row in enumerate(scorecard.rows):
        goal = row.goal(scorecard.weeks[0])
        entries = []
        for column, week in enumerate(scorecard.weeks):
            value, status = scorecard.value(at, column), Status(int(scorecard.status[at, column]))
            missing = (
                value is None and row.manual and scorecard.closed[column] and not scorecard.cells.noted[at, column]
            )
            entries.append(
                {
                    "week": week.isoformat(),
                    "value": value,
                    "status": "missing" if missing else status.word,
                    "late": bool(scorecard.late[at, column]),
                    "changed_after_close": bool(scorecard.cells.changed[at, column]),
                }
            )
        goal_json = None if goal is None else {"rule": goal.rule, "goal": goal.goal, "goal_high": goal.goal_high}
        measurables.append({"key": row.key, "name": row.name, "unit": row.unit, "goal": goal_json, "entries": entries})
    return {
        "department": department,
        "weeks": [week.isoformat() for week in scorecard.weeks],
        "measurables": measurables,
    }
