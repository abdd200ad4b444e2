"""The leak map's figures shaped for reading: rows, bars and deltas with their texts and addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse

from departments.formats import DASH, Delta, MoneyScale, days, delta, grouped, percent
from pipeline.core.leaks.figures import Figure, Leaks, StageLeaks
from pipeline.selectors.overview import StageName, Structure
from pipeline.views.leaks.query import Question


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One printed figure: its text, where its deals are, what changed, and a word under it."""

    text: str
    address: str = ""
    delta: Delta | None = None
    note: str = ""
    note_address: str = ""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """Lengths on a scale of 0 to 100, as SVG attributes; zero-based, one scale for all rows."""

    opening: str
    incoming: str
    compared: str


@dataclass(frozen=True, kw_only=True)
class StageRow:
    """A stage's line of the leak map."""

    name: str
    owner: str
    owner_address: str
    """Empty where the reader may not open the owner's page."""
    pipeline: str
    """The pipeline's name where a new one begins, else empty."""
    bar: Bar
    bar_words: str
    opening: Shown
    incoming: Shown
    advanced: Shown
    of_previous: Shown
    of_first: Shown
    median: Shown
    p90: Shown
    lost: Shown
    open: Shown
    over_limit: Shown


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How figures are read off: by the question's measure, in one scale, with addresses of the deals behind them."""

    question: Question
    structure: Structure
    scale: MoneyScale
    closed: frozenset[str] = frozenset()
    """Departments whose page the reader may not open."""

    def value(self, figure: Figure) -> int:
        return figure.amount if self.question.measure == "money" else figure.count

    def write(self, value: int) -> str:
        if value == 0:
            return DASH
        return self.scale.write(value) if self.question.measure == "money" else grouped(value)

    @property
    def unit(self) -> str:
        return self.scale.unit if self.question.measure == "money" else "deals"

    def deals(self, kind: str, stage: int | None = None, department: int | None = None) -> str:
        """The address of the deals behind a figure."""
        asked = {"kind": kind}
        if stage is not None:
            asked["stage"] = self.structure.stages[stage].address
        if department is not None:
            asked["department"] = self.structure.departments[department].key
        return f"{reverse('pipeline:opportunities')}?{urlencode(asked | self.question.deals_parameters)}"

    def figure(
        self,
        figure: Figure,
        kind: str,
        stage: int | None,
        *,
        then: Figure | None = None,
        more_is_good: bool | None = None,
        note: str = "",
    ) -> Shown:
        value = self.value(figure)
        return Shown(
            text=self.write(value),
            address=self.deals(kind, stage) if figure.count or figure.amount else "",
            delta=delta(value, self.value(then), write="percent", more_is_good=more_is_good) if then else None,
            note=note,
        )


def stage_rows(leaks: Leaks, compared: Leaks | None, reading: Reading) -> list[StageRow]:
    """A row per stage in stage order; bars share one zero-based scale, that of the largest stage."""
    then = {stage.stage: stage for stage in compared.stages} if compared else {}
    volume = _volume(reading)
    largest = max((volume(stage) for stage in [*leaks.stages, *then.values()]), default=0) or 1
    rows, pipeline = [], 0
    several = len({stage.pipeline for stage in leaks.stages}) > 1
    for stage in leaks.stages:
        name = reading.structure.stages[stage.stage]
        begins = several and stage.pipeline != pipeline
        rows.append(_stage_row(stage, then.get(stage.stage), name, reading, largest, begins=begins))
        pipeline = stage.pipeline
    return rows


def _owner_address(owner: str, reading: Reading) -> str:
    return "" if owner in reading.closed else reverse("pipeline:department", args=[owner])


def _volume(reading: Reading) -> Callable[[StageLeaks], int]:
    return lambda stage: reading.value(stage.opening + stage.entered + stage.moved_in)


def _stage_row(
    stage: StageLeaks, then: StageLeaks | None, name: StageName, reading: Reading, largest: int, *, begins: bool
) -> StageRow:
    key = stage.stage
    incoming = stage.entered + stage.moved_in
    before = _volume(reading)(then) if then else 0
    limit = "" if name.limit_days is None else f"limit {days(name.limit_days)}"
    return StageRow(
        name=name.name,
        owner=name.owner_name,
        owner_address=_owner_address(reading.structure.departments[name.owner].key, reading),
        pipeline=name.pipeline_name if begins else "",
        bar=Bar(
            opening=_length(reading.value(stage.opening), largest),
            incoming=_length(reading.value(incoming), largest),
            compared=_length(before, largest),
        ),
        bar_words=f"{reading.write(_volume(reading)(stage))} {reading.unit} in {name.name}",
        opening=reading.figure(stage.opening, "opening", key),
        incoming=_incoming(stage, then, reading),
        advanced=_advanced(stage, reading),
        of_previous=_share(stage.conversion_previous, then.conversion_previous if then else None),
        of_first=_share(stage.conversion_first, then.conversion_first if then else None),
        median=_days(stage.median_days, then.median_days if then else None),
        p90=Shown(text=days(stage.p90_days), note=limit),
        lost=reading.figure(stage.lost, "lost", key, then=then.lost if then else None, more_is_good=False),
        open=reading.figure(stage.closing, "closing", key),
        over_limit=_over_limit(stage, name, reading),
    )


def _incoming(stage: StageLeaks, then: StageLeaks | None, reading: Reading) -> Shown:
    """Moved in from other stages and new deals: the larger is the figure, the other stands under it."""
    both, before = stage.entered + stage.moved_in, then.entered + then.moved_in if then else None
    change = delta(reading.value(both), reading.value(before), write="percent", more_is_good=True) if before else None
    shown = _two(stage, reading, ("moved_in", stage.moved_in, "moved in"), ("entered", stage.entered, "new"))
    return replace(shown, delta=change)


def _advanced(stage: StageLeaks, reading: Reading) -> Shown:
    return _two(stage, reading, ("advanced", stage.advanced, "advanced"), ("won", stage.won, "won"))


def _two(stage: StageLeaks, reading: Reading, first: tuple[str, Figure, str], second: tuple[str, Figure, str]) -> Shown:
    """Two figures in one cell, each with its own deals; a word names the second, or an only one that is not usual."""
    usual = first[0]
    if second[1].count > first[1].count:
        first, second = second, first
    (kind, figure, word), (other_kind, other, other_word) = first, second
    shown = reading.figure(figure, kind, stage.stage)
    if other.count:
        note = f"+ {reading.write(reading.value(other))} {other_word}"
        return replace(shown, note=note, note_address=reading.deals(other_kind, stage.stage))
    return replace(shown, note=word if kind != usual and figure.count else "")


def _over_limit(stage: StageLeaks, name: StageName, reading: Reading) -> Shown:
    if name.limit_days is None:
        return Shown(text="", note="no limit")
    share = stage.over_limit.count / stage.closing.count if stage.closing.count else None
    note = f"{percent(share)} % of open" if stage.over_limit.count else ""
    return reading.figure(stage.over_limit, "over_limit", stage.stage, note=note)


def _share(now: float | None, then: float | None) -> Shown:
    return Shown(text=percent(now), delta=delta(now, then, write="points", more_is_good=True))


def _days(now: float | None, then: float | None) -> Shown:
    return Shown(text=days(now), delta=delta(now, then, write="days", more_is_good=False))


def _length(value: int, largest: int) -> str:
    return f"{value / largest * 100:.2f}"
