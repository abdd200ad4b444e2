"""The grid of the leak map: stage by department, each cell with the address of its deals, coloured where the register
has a leak: a gross loss is none, and its size points at nobody."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from departments.formats import money_in_words
from pipeline.core.leaks.figures import CellLeaks, Leaks
from pipeline.page.leak_headline import LeakCost, LeakCosts
from pipeline.selectors.overview import DepartmentName
from pipeline.views.leaks.filters import LeakMapFilters
from pipeline.views.leaks.rows import FigureFormatter

SHADES = 5
UNRECORDED = DepartmentName(id=0, key="", name=gettext_noop("Reason not recorded"), internal=False)
"""The column of losses that name no reason: they are charged to no department, whoever held the deal."""


@dataclass(frozen=True, kw_only=True)
class GridCell:
    """One cell. shade: how much its leak costs, 0 without one or where its department has no verdict. leak: in words,
    empty without one."""

    text: str
    address: str
    shade: int
    label: str
    leak: str = ""


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


FACTORS = {"lost": "losses", "held": "waiting", "over_limit": "waiting"}
"""The factor of a leak that each grid shows."""


def cell_size(filters: LeakMapFilters, leaks: Leaks, *, as_of: datetime) -> Callable[[CellLeaks], int]:
    """How one cell is sized for the chosen leak; what was held is money (or deals) on an average day."""
    money = filters.measure == "money"
    # A running period has been held only until the as-of instant.
    end = min(leaks.end or 2**62, int(as_of.timestamp()))
    seconds = max(end - (leaks.start or 0), 1)

    def size(cell: CellLeaks) -> int:
        if filters.leak == "held":
            return (cell.held.amount_seconds if money else cell.held.deal_seconds) // seconds
        figure = cell.caused if filters.leak == "lost" else cell.over_limit
        return figure.amount if money else figure.count

    return size


def colours_sentence(costs: LeakCosts | None, formatter: FigureFormatter, *, baseline: str) -> str:
    """What a colour of the grid means, and what it is measured against; baseline: its label, as verdicts have it."""
    filters, period = formatter.filters, formatter.filters.period.label
    if filters.chosen:
        return _("No cell is coloured: leaks are known of all deals together, not of a part of them.")
    if costs is None:
        return _("No cell is coloured: the leaks of {period} are not known.").format(period=period)
    factor = FACTORS[filters.leak]
    if not any(kind == factor for _stage, _department, kind in costs):
        if factor == "losses":
            return _("No cell is coloured: no department lost more than at its baseline, as far as can be told.")
        return _("No cell is coloured: no department held deals longer than at its baseline, as far as can be told.")
    return _(
        "Coloured: a leak of the register, with what it costs in revenue against the baseline, {baseline}. Grey with "
        "“?”: its department has no verdict. A figure alone, however large, is no leak."
    ).format(baseline=baseline)


def grid_shape(
    leaks: Leaks, costs: LeakCosts | None, formatter: FigureFormatter, value_of: Callable[[CellLeaks], int]
) -> Grid:
    """Only departments and stages with anything to show. Coloured are the leaks of the grid's factor, none of them
    where costs are not known."""
    factor = FACTORS[formatter.filters.leak]
    leaking = {(stage, department): cost for (stage, department, kind), cost in (costs or {}).items() if kind == factor}
    values: Values = dict.fromkeys(leaking, 0)
    values |= {(cell.stage, cell.department): value for cell in leaks.cells if (value := value_of(cell))}
    largest = max((cost.amount for cost in (costs or {}).values()), default=0)
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
                label=f"{title}, {name.name}",
                cost=leaking.get((stage.stage, name.id)),
                largest=largest,
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


def _shade(cost: LeakCost | None, largest: int) -> int:
    """By the square root, so that one huge leak does not make all others look alike."""
    if cost is None or not cost.is_named or cost.amount <= 0:
        return 0
    return math.ceil(math.sqrt(cost.amount / largest) * SHADES)


def _leak_text(cost: LeakCost | None, currency: str) -> str:
    """`leak EUR 198 k`, with a question mark where nobody is named for it."""
    if cost is None:
        return ""
    text = _("leak {amount}") if cost.is_named else _("? leak {amount}")
    return text.format(amount=money_in_words(cost.amount, currency))


def _grid_cell(
    value: int,
    formatter: FigureFormatter,
    stage: int | None,
    department: DepartmentName | None = None,
    *,
    label: str = "",
    cost: LeakCost | None = None,
    largest: int = 0,
) -> GridCell:
    charged = department is not None and department != UNRECORDED
    kind = formatter.filters.leak
    if kind == "lost" and department is not None:
        kind = "caused" if charged else "unrecorded"
    address = formatter.deals(kind, stage, department.id if department and charged else None) if value else ""
    return GridCell(
        text=formatter.write(value),
        address=address,
        shade=_shade(cost, largest),
        label=label,
        leak=_leak_text(cost, formatter.scale.currency),
    )
