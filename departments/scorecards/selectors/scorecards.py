"""Scorecards as pages, mails and the review read them. A fixed number of queries, however many cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import numpy.typing as npt

from departments.models import Department, Goal, Measurable, find_company
from departments.scorecards.core.closing import CloseRule
from departments.scorecards.core.entry_rules import is_percent
from departments.scorecards.core.goals import DatedGoal, Floats, Status, goal_bounds, goal_of_week, met_share
from departments.scorecards.core.goals import statuses as judge
from departments.scorecards.selectors.score_cells import ScoreCells, score_cells

TRAILING = 13
MOST_WEEKS = 260
_RATES = frozenset({"percent", "%", "share", "ratio", "days", "hours", "points", "people", "score"})
"""Units of which a sum over weeks means nothing."""
_STOCKS = frozenset({"queue", "overdue_handoffs"})
"""Figures counted at the end of each week: what waits for three weeks would be summed three times."""


@dataclass(frozen=True, kw_only=True)
class ScoreRow:
    """One measurable of a scorecard."""

    id: int
    key: str
    name: str
    unit: str
    source: str
    department: int
    owner: int | None
    owner_name: str
    weight: float
    archived: bool
    goals: tuple[DatedGoal, ...]

    @property
    def manual(self) -> bool:
        return self.source == "manual"

    @property
    def adds_up(self) -> bool:
        """Whether a total over weeks means something."""
        stock = self.source.partition(":")[0] in _STOCKS
        return not stock and self.unit.casefold() not in _RATES and not is_percent(self.unit)

    def goal(self, week: date) -> DatedGoal | None:
        return goal_of_week(self.goals, week)


@dataclass(frozen=True, kw_only=True, eq=False)
class Grid:
    """A department's scorecard: rows are measurables, columns weeks, the newest first.

    Arrays are (rows, weeks); there may be more weeks of cells than are shown, for the averages.
    """

    department: int
    rows: tuple[ScoreRow, ...]
    weeks: tuple[date, ...]
    due_week: date
    closed: tuple[bool, ...]
    cells: ScoreCells
    status: npt.NDArray[np.int8]
    late: npt.NDArray[np.bool_]
    shares: tuple[float | None, ...]
    """Weighted share of measurables met, for each week shown; None where nothing is judged."""

    def total(self, row: int) -> float | None:
        """The sum over the weeks shown; None where a sum means nothing or there is no value."""
        values = self.cells.values[row, : len(self.weeks)]
        return float(np.nansum(values)) if self.rows[row].adds_up and not np.isnan(values).all() else None

    def average(self, row: int) -> float | None:
        return _mean(self.cells.values[row, : len(self.weeks)])

    def trailing(self, row: int, weeks: int) -> float | None:
        """The mean of the last `weeks` weeks: with the newest week shown if it has its value, else without it."""
        first = 1 if np.isnan(self.cells.values[row, 0]) else 0
        return _mean(self.cells.values[row, first : first + weeks])

    def state(self, row: int) -> Status | None:
        """How the measurable stands: the newest week with a value, of the newest two; None where both are missing."""
        for week in (0, 1):
            if week < self.cells.values.shape[1] and not np.isnan(self.cells.values[row, week]):
                return Status(int(self.status[row, week]))
        return None

    def value(self, row: int, week: int) -> float | None:
        value = self.cells.values[row, week]
        return None if np.isnan(value) else float(value)


@dataclass(frozen=True, kw_only=True)
class MeasurableStatus:
    """A measurable in one week."""

    row: ScoreRow
    week: date
    value: float | None
    status: Status
    late: bool


@dataclass(frozen=True, kw_only=True)
class DepartmentHeat:
    """A department's weeks: the weighted share of measurables met, and how it stands with handing in."""

    department: int
    key: str
    name: str
    shares: tuple[float | None, ...]
    owed: int
    """Manual measurables asked for in a week."""
    entered: tuple[int, ...]
    """For each week, how many of them have a value, or a note that says why there is none."""
    late: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Heat:
    """All departments by week, newest week first; the first week is the one due."""

    weeks: tuple[date, ...]
    closed: tuple[bool, ...]
    departments: tuple[DepartmentHeat, ...]


def close_rule() -> CloseRule | None:
    """When weeks close; None before there is a company."""
    company = find_company()
    return company.close_rule if company else None


def score_rows(*, departments: Iterable[int] | None = None, archived: bool = False) -> tuple[ScoreRow, ...]:
    """Measurables with their goals, in the order of the scorecard. Two queries."""
    chosen = Measurable.objects.select_related("owner").order_by("department_id", "position", "id")
    if departments is not None:
        chosen = chosen.filter(department__in=departments)
    if not archived:
        chosen = chosen.filter(archived=False)
    measurables = list(chosen)
    goals: dict[int, list[DatedGoal]] = {}
    dated = Goal.objects.filter(measurable__in=[measurable.pk for measurable in measurables])
    for measurable, day, rule, goal, high in dated.values_list(
        "measurable_id", "effective_from", "rule", "goal", "goal_high"
    ):
        goals.setdefault(measurable, []).append(DatedGoal.stored(day, rule, goal, high))
    return tuple(
        ScoreRow(
            id=measurable.pk,
            key=measurable.key,
            name=measurable.name,
            unit=measurable.unit,
            source=measurable.source,
            department=measurable.department_id,
            owner=measurable.owner_id,
            owner_name=measurable.owner.display_name if measurable.owner else "",
            weight=float(measurable.weight),
            archived=measurable.archived,
            goals=tuple(goals.get(measurable.pk, ())),
        )
        for measurable in measurables
    )


def grid(
    *, department: int, until_week: date | None, weeks: int = 13, now: datetime, archived: bool = False
) -> Grid | None:
    """A department's scorecard of `weeks` weeks up to the Monday `until_week` (None: the week that is due).

    None before there is a company. Four queries.
    """
    rule = close_rule()
    if rule is None:
        return None
    due = rule.due_week(now)
    rows = score_rows(departments=[department], archived=archived)
    cells = score_cells(measurables=[row.id for row in rows], newest=until_week or due, count=max(weeks, TRAILING) + 1)
    status, late = _judged(rows, cells, rule)
    newest_weeks = cells.weeks[:weeks]
    return Grid(
        department=department,
        rows=rows,
        weeks=newest_weeks,
        due_week=due,
        closed=tuple(rule.is_closed(week, now) for week in newest_weeks),
        cells=cells,
        status=status,
        late=late,
        shares=_shares(status[:, :weeks], rows),
    )


def statuses(*, week: date, departments: Iterable[int] | None = None) -> tuple[MeasurableStatus, ...]:
    """Every measurable in one week against the goal that was in force. Four queries."""
    rule = close_rule()
    if rule is None:
        return ()
    rows = score_rows(departments=departments)
    cells = score_cells(measurables=[row.id for row in rows], newest=week, count=1)
    status, late = _judged(rows, cells, rule)
    return tuple(
        MeasurableStatus(
            row=row,
            week=week,
            value=None if np.isnan(cells.values[at, 0]) else float(cells.values[at, 0]),
            status=Status(int(status[at, 0])),
            late=bool(late[at, 0]),
        )
        for at, row in enumerate(rows)
    )


def department_heat(*, weeks: int, now: datetime) -> Heat | None:
    """Department by week, back from the week that is due. Five queries."""
    rule = close_rule()
    if rule is None:
        return None
    rows = score_rows()
    cells = score_cells(measurables=[row.id for row in rows], newest=rule.due_week(now), count=weeks)
    status, late = _judged(rows, cells, rule)
    owners = np.array([row.department for row in rows], dtype=np.int64)
    manual = np.array([row.manual for row in rows], dtype=bool)
    entered = ~np.isnan(cells.values) | cells.noted
    heats = []
    for department in Department.objects.filter(kind=Department.Kind.INTERNAL):
        own = owners == department.pk
        if not own.any():
            continue
        typed = own & manual
        heats.append(
            DepartmentHeat(
                department=department.pk,
                key=department.key,
                name=department.name,
                shares=_shares(status[own], [row for row in rows if row.department == department.pk]),
                owed=int(typed.sum()),
                entered=tuple(entered[typed].sum(axis=0).tolist()),
                late=tuple(late[typed].sum(axis=0).tolist()),
            )
        )
    return Heat(
        weeks=cells.weeks,
        closed=tuple(rule.is_closed(week, now) for week in cells.weeks),
        departments=tuple(heats),
    )


def _judged(
    rows: Sequence[ScoreRow], cells: ScoreCells, rule: CloseRule
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.bool_]]:
    low, high = goal_bounds([row.goals for row in rows], cells.weeks)
    return judge(cells.values, low, high), cells.late(np.array(rule.close_seconds(cells.weeks), dtype=np.float64))


def _shares(status: npt.NDArray[np.int8], rows: Sequence[ScoreRow]) -> tuple[float | None, ...]:
    shares: Floats = met_share(status, np.array([row.weight for row in rows], dtype=np.float64))
    return tuple(None if np.isnan(share) else float(share) for share in shares)


def _mean(values: Floats) -> float | None:
    entered = values[~np.isnan(values)]
    return float(entered.mean()) if entered.size else None
