"""The custody strip of one deal: who held it when, as bands on a line of time, and the same as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from departments.day_formats import day_text
from departments.formats import counted, days, duration
from pipeline.core.leaks.figures import DAY
from pipeline.models import Event
from pipeline.selectors.leaks.leaks import Hold
from pipeline.selectors.overview import Structure

NARROWEST = 0.35
"""Percent of the width: a band this narrow can still be seen and pointed at."""
LETTER_FITS = 2.2
NAME_FITS = 8.0


@dataclass(frozen=True, kw_only=True)
class Band:
    """One hold on the strip; positions are percent of its width, as SVG attributes."""

    number: int
    x: str
    width: str
    middle: str
    hue: int
    letter: str
    label: str
    open: bool


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A name over the strip or a date under it."""

    x: str
    text: str
    anchor: str = "start"


@dataclass(frozen=True, kw_only=True)
class Strip:
    """The whole strip."""

    bands: list[Band]
    limits: list[Mark]
    """Where a stay passed the time limit of its stage."""
    stages: list[Mark]
    dates: list[Mark]
    label: str


@dataclass(frozen=True, kw_only=True)
class HoldRow:
    """One hold in the table behind the strip."""

    number: int
    stage: str
    department: str
    letter: str
    hue: int
    start: datetime
    end: datetime | None
    days: str
    amount: int
    over: bool
    limit: str


def strip_shape(holds: Sequence[Hold], *, structure: Structure, as_of: datetime, zone: ZoneInfo) -> Strip | None:
    """Bands in proportion to time, each at least wide enough to be seen; None where nothing is known."""
    if not holds:
        return None
    now = int(as_of.timestamp())
    first, last = holds[0].start, max(hold.end or now for hold in holds)
    span = max(last - first, 1)
    bands, stages, named_until = [], [], -NAME_FITS
    for number, hold in enumerate(holds, 1):
        x = (hold.start - first) / span * 100
        width = max(((hold.end or now) - hold.start) / span * 100, NARROWEST)
        # A band widened to be seen must not reach beyond the end.
        x = min(x, 100 - width)
        bands.append(_hold_band(hold, number, x, width, structure, now))
        new_visit = number == 1 or hold.visit != holds[number - 2].visit
        if new_visit and x - named_until >= NAME_FITS and x <= 100 - NAME_FITS / 2:
            stages.append(Mark(x=f"{x:.2f}", text=structure.stages[hold.stage].name))
            named_until = x
    begin, end = (datetime.fromtimestamp(instant, tz=zone) for instant in (first, last))
    return Strip(
        bands=bands,
        limits=_passed_limits(holds, first, span, structure, now),
        stages=stages,
        dates=[Mark(x="0", text=day_text(begin)), Mark(x="100", text=day_text(end), anchor="end")],
        label=_("Custody over {span}, in {bands} holds; the table below has the same.").format(
            span=duration(span), bands=len(bands)
        ),
    )


def _passed_limits(holds: Sequence[Hold], first: int, span: int, structure: Structure, now: int) -> list[Mark]:
    """The instant of each limit that a stay in its stage went past."""
    entered: dict[int, int] = {}
    left: dict[int, int] = {}
    stages: dict[int, int] = {}
    for hold in holds:
        entered.setdefault(hold.visit, hold.start)
        left[hold.visit], stages[hold.visit] = hold.end or now, hold.stage
    marks = []
    for visit, start in entered.items():
        stage = structure.stages[stages[visit]]
        if stage.limit_days is not None and start + stage.limit_days * DAY < left[visit]:
            x = (start + stage.limit_days * DAY - first) / span * 100
            marks.append(
                Mark(
                    x=f"{x:.2f}",
                    text=_("limit of {name}, {limit_days} days").format(
                        name=stage.name, limit_days=days(stage.limit_days)
                    ),
                )
            )
    return marks


def _hold_band(hold: Hold, number: int, x: float, width: float, structure: Structure, now: int) -> Band:
    stage = structure.stages[hold.stage]
    length = duration((hold.end or now) - hold.start)
    limit = (
        ""
        if stage.limit_days is None
        else _(", limit of {name} {limit_days}").format(name=stage.name, limit_days=days(stage.limit_days))
    )
    still = "" if hold.end else _(", still there")
    fits = width >= LETTER_FITS
    return Band(
        number=number,
        x=f"{x:.2f}",
        width=f"{width:.2f}",
        middle=f"{x + width / 2:.2f}",
        hue=structure.hues[hold.department],
        letter=structure.letters[hold.department] if fits else "",
        label=f"{structure.department_name(hold.department)}, {length}{limit}{still}",
        open=hold.end is None,
    )


def holds_shape(holds: Sequence[Hold], *, structure: Structure, as_of: datetime, zone: ZoneInfo) -> list[HoldRow]:
    """Newest first. A hold is over the limit when the stay in its stage was, counted up to the hold's end."""
    now = int(as_of.timestamp())
    entered: dict[int, int] = {}
    rows = []
    for number, hold in enumerate(holds, 1):
        began = entered.setdefault(hold.visit, hold.start)
        end = hold.end or now
        limit = structure.stages[hold.stage].limit_days
        rows.append(
            HoldRow(
                number=number,
                stage=structure.stages[hold.stage].name,
                department=structure.department_name(hold.department),
                letter=structure.letters[hold.department],
                hue=structure.hues[hold.department],
                start=datetime.fromtimestamp(hold.start, tz=zone),
                end=datetime.fromtimestamp(hold.end, tz=zone) if hold.end else None,
                days=days((end - hold.start) / DAY),
                amount=hold.amount,
                over=limit is not None and (end - began) / DAY > limit,
                limit=days(limit),
            )
        )
    return rows[::-1]


@dataclass(frozen=True, kw_only=True)
class Closes:
    """The expected close and how it was pushed: ticks on a line from the earliest to the latest date named."""

    current: date
    pushes: int
    ticks: list[Mark]
    label: str
    passed: str = ""
    """How long ago the date of a deal that is still open has passed; empty where it has not."""


def closes_shape(events: Sequence[Event], *, today: date, structure: Structure) -> Closes | None:
    """`events` newest first. A push is a later date than the one before; pulling in is none. The date of a deal that is
    still open has passed if it lies before today."""
    named = [event.expected_close for event in reversed(events) if event.expected_close]
    if not named:
        return None
    changes = [day for number, day in enumerate(named) if number == 0 or day != named[number - 1]]
    pushes = sum(1 for before, after in pairwise(changes) if after > before)
    first, span = min(changes), max((max(changes) - min(changes)).days, 1)
    # With a margin at both ends: ticks at the very edge would be cut off.
    ticks = [Mark(x=f"{2 + (day - first).days / span * 96:.1f}", text=day_text(day)) for day in changes]
    times = {0: _("never pushed"), 1: _("pushed once")}.get(pushes, _("pushed {pushes} times").format(pushes=pushes))
    late = (today - named[-1]).days if _still_open(events[0], structure) else 0
    passed = _("passed {late} ago").format(late=counted(late, "day")) if late > 0 else ""
    return Closes(current=named[-1], pushes=pushes, ticks=ticks, label=times, passed=passed)


def pipelines_shape(events: Sequence[Event], *, structure: Structure) -> tuple[list[str], list[tuple[Event, str]]]:
    """The pipelines a deal went through, in order; and its events, newest first, each with the pipeline it came to by
    it, empty where it stayed."""
    route: list[str] = []
    history: list[tuple[Event, str]] = []
    for event in reversed(events):
        stage = structure.stages.get(event.stage_id or 0)
        came = stage.pipeline_name if stage and route and route[-1] != stage.pipeline_name else ""
        if stage and (came or not route):
            route.append(stage.pipeline_name)
        history.append((event, came))
    return route, history[::-1]


def _still_open(latest: Event, structure: Structure) -> bool:
    """Neither lost nor withdrawn, nor in a stage that earns, or after one."""
    stage = structure.stages.get(latest.stage_id or 0)
    if stage is None:
        return False
    earning = [
        other.position for other in structure.stages.values() if other.pipeline == stage.pipeline and other.earns
    ]
    return not earning or stage.position < min(earning)
