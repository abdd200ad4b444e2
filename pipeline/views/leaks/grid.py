"""The grid of the leak map: stage by department, shaded, each cell with the address of its deals."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_noop

from pipeline.core.leaks.figures import CellLeaks, Leaks
from pipeline.selectors.overview import DepartmentName
from pipeline.views.leaks.rows import FigureFormatter

SHADES = 5
UNRECORDED = DepartmentName(id=0, key="", name=gettext_noop("Reason not recorded"), internal=False)
"""The column of losses that name no reason: they are charged to no department, whoever held the deal."""


@dataclass(frozen=True, kw_only=True)
class GridCell:
    """One shaded cell; shade 0 is none."""

    text: str
    address: str
    shade: int
    label: str


@dataclass(frozen=True, kw_only=True)
class GridRow:
    """One stage of the grid, or the totals."""

    name: str
    cells: list[GridCell]
    total: GridCell


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Stage x department, for the leak the filters ask for; `departments` may end with `UNRECORDED`."""

    departments: list[DepartmentName]
    rows: list[GridRow]
    totals: list[GridCell]
    total: GridCell


type Values = dict[tuple[int, int], int]
"""Sizes by stage and department; department 0 is `UNRECORDED`."""


def grid_shape(
    leaks: Leaks, compared: Leaks | None, formatter: FigureFormatter, value_of: Callable[[CellLeaks], int]
) -> Grid:
    """Only departments and stages with anything to show. Shaded is what is more than in the days compared with, by
    how much more: every company loses deals, so size alone points at nobody. Without these days nothing is shaded."""
    values: Values = {(cell.stage, cell.department): value for cell in leaks.cells if (value := value_of(cell))}
    before: Values = {(cell.stage, cell.department): value_of(cell) for cell in compared.cells} if compared else values
    more = {place: value - before.get(place, 0) for place, value in values.items()}
    largest = max(more.values(), default=0)
    # Only now: what has no reason is charged to nobody and never shaded.
    if formatter.filters.leak == "lost":
        values |= _silent(leaks, formatter)
    names = [name for key, name in formatter.structure.departments.items() if any(key == of for _, of in values)]
    names += [UNRECORDED] if any(department == UNRECORDED.id for _, department in values) else []
    rows = []
    for stage in leaks.stages:
        here = {department: value for (key, department), value in values.items() if key == stage.stage}
        if not here:
            continue
        title = formatter.structure.stages[stage.stage].name
        cells = [
            _grid_cell(
                here.get(name.id, 0),
                formatter,
                stage.stage,
                name,
                shade=_shade(more.get((stage.stage, name.id), 0), largest),
                label=f"{title}, {name.name}",
            )
            for name in names
        ]
        rows.append(GridRow(name=title, cells=cells, total=_grid_cell(sum(here.values()), formatter, stage.stage)))
    sums = {name: sum(value for (_, key), value in values.items() if key == name.id) for name in names}
    totals = [_grid_cell(value, formatter, None, name) for name, value in sums.items()]
    return Grid(departments=names, rows=rows, totals=totals, total=_grid_cell(sum(values.values()), formatter, None))


def _silent(leaks: Leaks, formatter: FigureFormatter) -> Values:
    """What was lost without a recorded reason, by stage."""
    silent: Values = {}
    for cell in leaks.cells:
        if value := formatter.value(cell.assumed):
            place = (cell.stage, UNRECORDED.id)
            silent[place] = silent.get(place, 0) + value
    return silent


def _shade(more: int, largest: int) -> int:
    """By the square root, so that one huge cell does not make all others look alike."""
    return math.ceil(math.sqrt(max(more, 0) / largest) * SHADES) if largest > 0 else 0


def _grid_cell(
    value: int,
    formatter: FigureFormatter,
    stage: int | None,
    department: DepartmentName | None = None,
    *,
    shade: int = 0,
    label: str = "",
) -> GridCell:
    charged = department is not None and department != UNRECORDED
    kind = formatter.filters.leak
    if kind == "lost" and department is not None:
        kind = "caused" if charged else "unrecorded"
    address = formatter.deals(kind, stage, department.id if department and charged else None) if value else ""
    return GridCell(text=formatter.write(value), address=address, shade=shade, label=label)
