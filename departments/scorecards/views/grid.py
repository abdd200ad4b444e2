"""The rows and cells of a scorecard as its template prints them: numbers written, marks and words chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from departments.day_formats import day_text
from departments.formats import DASH, grouped, percent
from departments.scorecards.core.goals import DatedGoal, Status
from departments.scorecards.selectors.scorecards import Grid, ScoreRow

MISSING, NO_VALUE = gettext_noop("missing"), gettext_noop("no value yet")
_CSS = {Status.NONE: "", Status.MET: " met", Status.HIGH: " missed", Status.LOW: " missed"}
_STATUSES = tuple(Status)
_FLAGS = (
    ("L", gettext_noop("late")),
    ("A", gettext_noop("changed after the close")),
    ("C", gettext_noop("copied from the week before")),
    ("N", gettext_noop("has a note")),
)
_LARGE = 1000
"""From here on decimals are noise."""


def _trusted_html(html: str) -> SafeString:
    """HTML of this module as it stands. Nothing in it was typed by people but numbers, which are written anew: there is
    nothing to escape, and escaping nothing for every cell is most of a page's time."""
    return mark_safe(html)  # noqa: S308


class GridCell(NamedTuple):
    """One cell. `raw` is what one edits, `spoken` what a screen reader says after the number."""

    id: str
    css: str
    version: int
    raw: str
    text: str
    mark: str
    flag: str
    spoken: str

    def td(self, *, first: bool = False) -> SafeString:
        """Its cell; the first one of a table is where the keyboard comes in."""
        flag = f'<span class="flag" aria-hidden="true">{self.flag}</span>' if self.flag else ""
        return _trusted_html(
            f'<td id="{self.id}" class="{self.css}" tabindex="{0 if first else -1}" data-version="{self.version}"'
            f' data-raw="{self.raw}"><span class="cell-value">{self.text}</span>'
            f'<span class="mark" aria-hidden="true">{self.mark}</span>{flag}'
            f'<span class="visually-hidden">{self.spoken}</span></td>'
        )


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What stands of a row beside its weeks."""

    state: Status | None
    state_words: str
    total: str
    average: str
    trailing_4: str
    trailing_13: str

    @property
    def mark(self) -> str:
        return DASH if self.state is None else self.state.mark

    @property
    def css(self) -> str:
        if self.state is None:
            return "attention"
        return "bad" if self.state.missed else "good" if self.state is Status.MET else "soft"


@dataclass(frozen=True, kw_only=True)
class GridRow:
    """One measurable's line."""

    row: ScoreRow
    goal: str
    goal_words: str
    summary: Summary
    cells: list[GridCell]
    first: bool

    @property
    def cells_html(self) -> SafeString:
        cells = [cell.td(first=self.first and not at) for at, cell in enumerate(self.cells)]
        return _trusted_html("".join(cells))


@dataclass(frozen=True, kw_only=True)
class GridWeek:
    """One column."""

    week: date
    due: bool
    closed: bool
    share: float | None
    notes: tuple[int, ...]
    """Numbers of the annotations of that week."""

    forms: str = ""
    """Where the forms of single weeks are, for those who may fill them in."""

    @property
    def iso(self) -> str:
        return self.week.isoformat()

    @property
    def th(self) -> SafeString:
        """Its column's head."""
        text = day_text(self.week, "%-d %b")
        if self.forms:
            text = f'<a class="quiet" href="{self.forms}{self.iso}/" title="{_("Fill in as a form")}">{text}</a>'
        notes = "".join(
            f'<a class="annotated" href="#annotation-{n}">{n}<span class="visually-hidden"> is a remark</span></a>'
            for n in self.notes
        )
        return _trusted_html(
            f'<th scope="col" class="n week{" due" if self.due else ""}" data-week="{self.iso}">{text}{notes}</th>'
        )

    @property
    def share_td(self) -> SafeString:
        """The weighted share met, at the foot of its column."""
        return self._share("")

    @property
    def share_td_swapped(self) -> SafeString:
        """The same beside an answer that is about something else, for the page to put where it belongs."""
        return self._share(' hx-swap-oob="true"')

    def _share(self, attribute: str) -> SafeString:
        due = " due" if self.due else ""
        return _trusted_html(f'<td class="n{due}" id="share-{self.iso}"{attribute}>{percent(self.share)}</td>')


def grid_rows(grid: Grid, rows: Sequence[int] | None = None, *, first: bool = True) -> list[GridRow]:
    """The lines asked for, all by default. first: whether a table begins with them."""
    chosen = range(len(grid.rows)) if rows is None else rows
    return [_grid_row(grid, at, first=first and not place) for place, at in enumerate(chosen)]


class OffTrack(NamedTuple):
    """A measurable that misses its goal."""

    row: ScoreRow
    goal: str
    mark: str


def off_track(grid: Grid, rows: Sequence[int]) -> list[OffTrack]:
    """Those of the rows that miss their goal, however many of them are written as lines."""
    states = [(at, grid.state(at)) for at in rows]
    return [
        OffTrack(grid.rows[at], goal_text(grid.rows[at].goal(grid.weeks[0])), state.mark)
        for at, state in states
        if state is not None and state.missed
    ]


def grid_weeks(grid: Grid, annotations: Sequence[date] = (), *, forms: str = "") -> list[GridWeek]:
    """The columns; `annotations` are the days of the annotations in the order they are numbered, `forms` the address
    under which a week can be filled in as a form (escaped, as it stands in a path)."""
    return [
        GridWeek(
            week=week,
            due=week == grid.due_week,
            closed=grid.closed[at],
            share=grid.shares[at],
            forms=forms,
            notes=tuple(n for n, day in enumerate(annotations, 1) if week <= day < week + timedelta(days=7)),
        )
        for at, week in enumerate(grid.weeks)
    ]


def cell_id(measurable: int, week: date) -> str:
    return f"cell-{measurable}-{week.isoformat()}"


def _grid_row(grid: Grid, at: int, *, first: bool) -> GridRow:
    row = grid.rows[at]
    goal = row.goal(grid.weeks[0])
    return GridRow(
        row=row, goal=goal_text(goal), goal_words=spoken_goal(goal, row.unit), summary=_summary(grid, at),
        cells=_cells(grid, at), first=first,
    )  # fmt: skip


def _summary(grid: Grid, at: int) -> Summary:
    state = grid.state(at)
    places = min(_places(grid, at) + 1, 2)
    return Summary(
        state=state,
        state_words=_("no value in the last two weeks") if state is None else _state_text(state),
        total=_cell_number(grid.total(at), _places(grid, at)),
        average=_cell_number(grid.average(at), places),
        trailing_4=_cell_number(grid.trailing(at, 4), places),
        trailing_13=_cell_number(grid.trailing(at, 13), places),
    )


def _state_text(state: Status) -> str:
    return _("no goal") if state is Status.NONE else state.word


def _cells(grid: Grid, at: int) -> list[GridCell]:
    row, places = grid.rows[at], _places(grid, at)
    # Lists, since reading arrays element by element is slow.
    values, status, late = grid.cells.values[at].tolist(), grid.status[at].tolist(), grid.late[at].tolist()
    versions, changed = grid.cells.versions[at].tolist(), grid.cells.changed[at].tolist()
    copied, noted = grid.cells.copied[at].tolist(), grid.cells.noted[at].tolist()
    cells = []
    computed = "" if row.manual else " computed"
    for column, week in enumerate(grid.weeks):
        value = values[column]
        # Only NaN is not itself.
        blank = value != value
        kind = _STATUSES[status[column]]
        flags = late[column], changed[column], copied[column], noted[column]
        marks = [mark for there, mark in zip(flags, _FLAGS, strict=True) if there] if True in flags else []
        if blank:
            text, mark, spoken = "", "", NO_VALUE
            if grid.closed[column] and row.manual and not noted[column]:
                mark, spoken = DASH, MISSING
        else:
            text, mark, spoken = _cell_number(value, places), kind.mark if kind else "", _state_text(kind)
        css = "cell" + _CSS[kind] + (" due" if week == grid.due_week else "") + computed
        cells.append(
            GridCell(
                id=cell_id(row.id, week),
                css=css + (" missing" if spoken == MISSING else ""),
                version=versions[column],
                raw="" if blank else plain(value),
                text=text,
                mark=mark,
                flag="".join(letter for letter, _ in marks) if marks else "",
                spoken=", ".join([_(spoken), *(_(meaning) for _letter, meaning in marks)]) if marks else _(spoken),
            )
        )
    return cells


def plain(value: float) -> str:
    """As one would type it."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _places(grid: Grid, at: int) -> int:
    """Decimals of a row: as many as its values have, two at most, none for large ones."""
    values = grid.cells.values[at, : len(grid.weeks)]
    values = values[~np.isnan(values)]
    if not values.size or np.abs(values).max() >= _LARGE:
        return 0
    return next((places for places in (0, 1) if np.allclose(values * 10**places % 1, 0, atol=1e-9)), 2)


def _cell_number(value: float | None, places: int) -> str:
    if value is None:
        return DASH
    return grouped(Decimal(str(value)), 0 if abs(value) >= _LARGE else places)


def goal_text(goal: DatedGoal | None) -> str:
    """`≥ 20`, `≤ 3`, `30 to 50`, `= 18`."""
    if goal is None:
        return DASH
    low = _goal_number(goal.goal)
    if goal.rule == "between" and goal.goal_high is not None:
        return _("{low} to {goal_number}").format(low=low, goal_number=_goal_number(goal.goal_high))
    return {"at_least": "≥ ", "at_most": "≤ "}.get(goal.rule, "= ") + low


def spoken_goal(goal: DatedGoal | None, unit: str) -> str:
    """The same for those who hear it."""
    if goal is None:
        return _("no goal")
    rules = {"at_least": _("at least"), "at_most": _("at most"), "between": _("between"), "exactly": _("exactly")}
    rule = rules[goal.rule]
    upper = _(" and {plain}").format(plain=plain(goal.goal_high)) if goal.goal_high is not None else ""
    return f"{rule} {plain(goal.goal)}{upper} {unit}".strip()


def _goal_number(value: float) -> str:
    text = plain(value)
    return grouped(Decimal(text), len(text.partition(".")[2]))
