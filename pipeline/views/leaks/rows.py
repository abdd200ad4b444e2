"""The leak map's figures shaped for reading: rows, bars and deltas with their texts and addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from departments.formats import DASH, Delta, MoneyScale, days, delta, grouped, percent, signed
from pipeline.core.leaks.figures import Figure, Leaks, StageLeaks
from pipeline.selectors.overview import StageName, Structure
from pipeline.views.leaks.filters import LeakMapFilters


@dataclass(frozen=True, kw_only=True)
class FigureCell:
    """One printed figure: its text, where its deals are, what changed, and a word under it, or two (`more`)."""

    text: str
    address: str = ""
    delta: Delta | None = None
    note: str = ""
    note_address: str = ""
    more: str = ""
    more_address: str = ""


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
    opening: FigureCell
    incoming: FigureCell
    advanced: FigureCell
    of_previous: FigureCell
    of_first: FigureCell
    median: FigureCell
    p90: FigureCell
    lost: FigureCell
    other: FigureCell
    """What else changed the stage's sum, so that a row adds up."""
    open: FigureCell
    over_limit: FigureCell


@dataclass(frozen=True, kw_only=True)
class FigureFormatter:
    """How figures are read off: by the filters' measure, in one scale, with addresses of the deals behind them."""

    filters: LeakMapFilters
    structure: Structure
    scale: MoneyScale
    closed: frozenset[str] = frozenset()
    """Departments whose page the reader may not open."""

    def value(self, figure: Figure) -> int:
        return figure.amount if self.filters.measure == "money" else figure.count

    def write(self, value: int) -> str:
        if value == 0:
            return DASH
        return self.scale.write(value) if self.filters.measure == "money" else grouped(value)

    def signed(self, value: int) -> str:
        """A difference with its sign."""
        if value == 0:
            return DASH
        return self.scale.signed(value) if self.filters.measure == "money" else signed(value)

    @property
    def unit(self) -> str:
        return self.scale.unit if self.filters.measure == "money" else "deals"

    def deals(self, kind: str, stage: int | None = None, department: int | None = None) -> str:
        """The address of the deals behind a figure."""
        parameters = {"kind": kind}
        if stage is not None:
            parameters["stage"] = self.structure.stages[stage].address
        if department is not None:
            parameters["department"] = self.structure.departments[department].key
        return f"{reverse('pipeline:opportunities')}?{urlencode(parameters | self.filters.deals_parameters)}"

    def figure(
        self,
        figure: Figure,
        kind: str,
        stage: int | None,
        *,
        then: Figure | None = None,
        more_is_good: bool | None = None,
        note: str = "",
    ) -> FigureCell:
        value = self.value(figure)
        return FigureCell(
            text=self.write(value),
            address=self.deals(kind, stage) if figure.count or figure.amount else "",
            delta=delta(value, self.value(then), write="percent", more_is_good=more_is_good) if then else None,
            note=note,
        )


def stage_rows(leaks: Leaks, compared: Leaks | None, formatter: FigureFormatter) -> list[StageRow]:
    """A row per stage in stage order; bars share one zero-based scale, that of the largest stage."""
    then = {stage.stage: stage for stage in compared.stages} if compared else {}
    volume = _volume(formatter)
    largest = max((volume(stage) for stage in [*leaks.stages, *then.values()]), default=0) or 1
    rows, pipeline = [], 0
    several = len({stage.pipeline for stage in leaks.stages}) > 1
    for stage in leaks.stages:
        name = formatter.structure.stages[stage.stage]
        begins = several and stage.pipeline != pipeline
        rows.append(_stage_row(stage, then.get(stage.stage), name, formatter, largest, begins=begins))
        pipeline = stage.pipeline
    return rows


def _owner_address(owner: str, formatter: FigureFormatter) -> str:
    return "" if owner in formatter.closed else reverse("review:driver", args=[owner])


def _volume(formatter: FigureFormatter) -> Callable[[StageLeaks], int]:
    return lambda stage: formatter.value(stage.opening + _came(stage))


def _stage_row(
    stage: StageLeaks,
    then: StageLeaks | None,
    name: StageName,
    formatter: FigureFormatter,
    largest: int,
    *,
    begins: bool,
) -> StageRow:
    key = stage.stage
    before = _volume(formatter)(then) if then else 0
    limit = "" if name.limit_days is None else _("limit {limit_days}").format(limit_days=days(name.limit_days))
    return StageRow(
        name=name.name,
        owner=name.owner_name,
        owner_address=_owner_address(formatter.structure.departments[name.owner].key, formatter),
        pipeline=name.pipeline_name if begins else "",
        bar=Bar(
            opening=_length(formatter.value(stage.opening), largest),
            incoming=_length(formatter.value(_came(stage)), largest),
            compared=_length(before, largest),
        ),
        bar_words=_("{volume} {unit} in {name}").format(
            volume=formatter.write(_volume(formatter)(stage)), unit=formatter.unit, name=name.name
        ),
        opening=formatter.figure(stage.opening, "opening", key),
        incoming=_incoming(stage, then, formatter),
        advanced=_advanced(stage, formatter),
        of_previous=_share_cell(stage.conversion_previous, then.conversion_previous if then else None),
        of_first=_share_cell(stage.conversion_first, then.conversion_first if then else None),
        median=_days_cell(stage.median_days, then.median_days if then else None),
        p90=FigureCell(text=days(stage.p90_days), note=limit),
        lost=_lost(stage, then, formatter),
        other=_other(stage, formatter),
        open=formatter.figure(stage.closing, "closing", key),
        over_limit=_over_limit(stage, name, formatter),
    )


def _came(stage: StageLeaks) -> Figure:
    return stage.entered + stage.moved_in + stage.pipeline_in


def _incoming(stage: StageLeaks, then: StageLeaks | None, formatter: FigureFormatter) -> FigureCell:
    """Moved in from other stages and new deals: the larger is the figure, the other stands under it. So does what came
    from other pipelines."""
    before = _came(then) if then else None
    change = (
        delta(formatter.value(_came(stage)), formatter.value(before), write="percent", more_is_good=True)
        if before
        else None
    )
    cell = _two(stage, formatter, ("moved_in", stage.moved_in, _("moved in")), ("entered", stage.entered, _("new")))
    return _between(replace(cell, delta=change), stage.pipeline_in, "pipeline_in", stage.stage, formatter)


def _between(cell: FigureCell, figure: Figure, kind: str, stage: int, formatter: FigureFormatter) -> FigureCell:
    """The cell with what came from other pipelines or went to them under it."""
    if not figure.count:
        return cell
    text = _("{volume} from another pipeline") if kind == "pipeline_in" else _("{volume} to another pipeline")
    more = text.format(volume=formatter.write(formatter.value(figure)))
    return replace(cell, more=more, more_address=formatter.deals(kind, stage))


def _lost(stage: StageLeaks, then: StageLeaks | None, formatter: FigureFormatter) -> FigureCell:
    """What was lost; what was withdrawn or went to another pipeline is no part of it and stands under it."""
    before = then.lost if then else None
    cell = formatter.figure(stage.lost, "lost", stage.stage, then=before, more_is_good=False)
    if stage.withdrawn.count:
        note = _("{volume} withdrawn").format(volume=formatter.write(formatter.value(stage.withdrawn)))
        cell = replace(cell, note=note, note_address=formatter.deals("withdrawn", stage.stage))
    return _between(cell, stage.pipeline_out, "pipeline_out", stage.stage, formatter)


def _other(stage: StageLeaks, formatter: FigureFormatter) -> FigureCell:
    """Amounts that changed while deals were here, less what was sent back to an earlier stage and what finished here:
    with it, what was there and came, less what advanced and was lost, is what is there at the end."""
    revalued = formatter.value(stage.revalued) if formatter.filters.measure == "money" else 0
    every = (
        ("revalued", revalued, _("amounts changed")),
        ("returned", -formatter.value(stage.returned), _("sent back")),
        ("finished", -formatter.value(stage.finished), _("finished")),
    )
    parts = [part for part in every if part[1]]
    if not parts:
        return FigureCell(text=DASH)

    def text(part: tuple[str, int, str]) -> str:
        return f"{formatter.signed(part[1])} {part[2]}"

    kind, value, word = parts[0]
    address = formatter.deals(kind, stage.stage)
    if len(parts) == 1:
        return FigureCell(text=formatter.signed(value), address=address, note="" if kind == "revalued" else word)
    return FigureCell(
        text=formatter.signed(sum(value for _kind, value, _word in parts)),
        note=text(parts[0]),
        note_address=address,
        more="; ".join(text(part) for part in parts[1:]),
        more_address=formatter.deals(parts[1][0], stage.stage),
    )


def _advanced(stage: StageLeaks, formatter: FigureFormatter) -> FigureCell:
    return _two(stage, formatter, ("advanced", stage.advanced, _("advanced")), ("won", stage.won, _("won")))


def _two(
    stage: StageLeaks, formatter: FigureFormatter, first: tuple[str, Figure, str], second: tuple[str, Figure, str]
) -> FigureCell:
    """Two figures in one cell, each with its own deals; a word names the second, or an only one that is not usual."""
    usual = first[0]
    if second[1].count > first[1].count:
        first, second = second, first
    (kind, figure, word), (other_kind, other, other_word) = first, second
    cell = formatter.figure(figure, kind, stage.stage)
    if other.count:
        note = f"+ {formatter.write(formatter.value(other))} {other_word}"
        return replace(cell, note=note, note_address=formatter.deals(other_kind, stage.stage))
    return replace(cell, note=word if kind != usual and figure.count else "")


def _over_limit(stage: StageLeaks, name: StageName, formatter: FigureFormatter) -> FigureCell:
    if name.limit_days is None:
        return FigureCell(text="", note=_("no limit"))
    share = stage.over_limit.count / stage.closing.count if stage.closing.count else None
    note = _("{share} % of open").format(share=percent(share)) if stage.over_limit.count else ""
    return formatter.figure(stage.over_limit, "over_limit", stage.stage, note=note)


def _share_cell(now: float | None, then: float | None) -> FigureCell:
    return FigureCell(text=percent(now), delta=delta(now, then, write="points", more_is_good=True))


def _days_cell(now: float | None, then: float | None) -> FigureCell:
    return FigureCell(text=days(now), delta=delta(now, then, write="days", more_is_good=False))


def _length(value: int, largest: int) -> str:
    return f"{value / largest * 100:.2f}"
