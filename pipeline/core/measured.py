"""Figures of the pipeline that a scorecard can follow: each declared once, counted for every past week.

A measurable names its figure in `source`: the figure's name and its parameters, parted by colons
(`median_hold_days:contract:legal`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb
import pyarrow as pa

from pipeline.core import measured_queries as queries

DEPARTMENT, STAGE = "department", "stage"
MONEY = "money"
"""Unit of figures in the reporting currency."""


class UnknownFigure(ValueError):
    """A source that names no figure; the message says what is wrong and how to write it."""


@dataclass(frozen=True, kw_only=True)
class MeasuredFigure:
    """One figure. unit: what it counts in (`MONEY`: units of the reporting currency). empty: its value in a week in
    which nothing happened, None where it is undefined then. about: what it means, for people."""

    name: str
    parameters: tuple[str, ...]
    unit: str
    about: str
    query: str
    empty: Decimal | None = None
    places: int = 0
    handoffs: bool = False

    @property
    def pattern(self) -> str:
        """How a source that names it is written."""
        return ":".join([self.name, *(f"<{parameter}>" for parameter in self.parameters)])


def _counted(name: str, unit: str, about: str, query: str, *parameters: str, handoffs: bool = False) -> MeasuredFigure:
    return MeasuredFigure(
        name=name, parameters=parameters, unit=unit, about=about, query=query, empty=Decimal(0), handoffs=handoffs
    )


def _money_figure(name: str, about: str, query: str, *parameters: str) -> MeasuredFigure:
    return MeasuredFigure(
        name=name, parameters=parameters, unit=MONEY, about=about, query=query, empty=Decimal(0), places=2
    )


def _rate(name: str, unit: str, about: str, query: str, *parameters: str, handoffs: bool = False) -> MeasuredFigure:
    return MeasuredFigure(
        name=name, parameters=parameters, unit=unit, about=about, query=query, places=2, handoffs=handoffs
    )


FIGURES: Mapping[str, MeasuredFigure] = {
    figure.name: figure
    for figure in (
        _counted("leads", "deals", "Deals that entered from the department's sources.",
                 queries.ENTERED_COUNT, DEPARTMENT),
        _money_figure("entered_amount", "Their amount.", queries.ENTERED_AMOUNT, DEPARTMENT),
        _counted("accepted_leads", "deals",
                 "Deals of the department's sources that took their first step forward.", queries.ACCEPTED, DEPARTMENT),
        _rate("median_hold_days", "days", "Half of the holds that the department handed on in this stage were shorter.",
              queries.MEDIAN_HOLD_DAYS, STAGE, DEPARTMENT),
        _rate("p90_hold_days", "days", "Nine in ten of them were shorter.", queries.P90_HOLD_DAYS, STAGE, DEPARTMENT),
        _rate("mean_hold_days", "days", "Mean length of the holds that the department handed on, in any stage.",
              queries.WAIT_DAYS, DEPARTMENT),
        _counted("queue", "hand-offs", "Hand-offs that waited with the department at the week's end, of open deals.",
                 queries.QUEUE, DEPARTMENT, handoffs=True),
        _counted("overdue_handoffs", "hand-offs", "Those of them that were past their due time.",
                 queries.OVERDUE, DEPARTMENT, handoffs=True),
        _rate("returned_share", "percent", "Of the hand-offs completed: sent back or rejected.",
              queries.RETURNED_SHARE, DEPARTMENT, handoffs=True),
        _rate("on_time_share", "percent", "Of the hand-offs that were due in the week: completed by then.",
              queries.ON_TIME_SHARE, DEPARTMENT, handoffs=True),
        _money_figure("lost_amount", "Amount lost for the department's reasons.", queries.LOST_AMOUNT, DEPARTMENT),
        _counted("lost_count", "deals", "Deals lost for the department's reasons.", queries.LOST_COUNT, DEPARTMENT),
        _money_figure("revalued", "Amount gained (+) or shaved off (−) while the department held the deals.",
               queries.REVALUED, DEPARTMENT),
        _money_figure("won_amount", "Amount earned, all departments.", queries.WON_AMOUNT),
        _counted("won_count", "deals", "Deals won.", queries.WON_COUNT),
        _money_figure("churn", "Amount lost after it was earned, whoever caused it.", queries.CHURN),
        _money_figure("churn_caused", "Amount lost after it was earned, for the department's reasons.",
               queries.CHURN_CAUSED, DEPARTMENT),
    )
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class MeasuredSource:
    """One figure with its parameters found: a department and the stages of that key (in any pipeline)."""

    source: str
    figure: MeasuredFigure
    department: int | None = None
    stages: tuple[int, ...] = ()


def parse_source(source: str, *, stages: Mapping[str, Sequence[int]], departments: Mapping[str, int]) -> MeasuredSource:
    """What a source names. Raises UnknownFigure with a sentence for the person who wrote it."""
    name, *arguments = source.split(":")
    figure = FIGURES.get(name)
    if figure is None:
        names = ", ".join(sorted(FIGURES))
        raise UnknownFigure(f"There is no figure “{name}”. Known are: {names}.")
    if len(arguments) != len(figure.parameters):
        raise UnknownFigure(f"“{source}” has the wrong number of parts: write {figure.pattern}.")
    parameters = dict(zip(figure.parameters, arguments, strict=True))
    department, stage = parameters.get(DEPARTMENT), parameters.get(STAGE)
    if department is not None and department not in departments:
        raise UnknownFigure(f"“{source}”: there is no department “{department}”.")
    if stage is not None and stage not in stages:
        raise UnknownFigure(f"“{source}”: there is no stage “{stage}”.")
    return MeasuredSource(
        source=source,
        figure=figure,
        department=None if department is None else departments[department],
        stages=() if stage is None else tuple(stages[stage]),
    )


def figures_measured(
    connection: duckdb.DuckDBPyConnection, *, sources: Sequence[MeasuredSource], starts: Sequence[int]
) -> dict[str, list[Decimal | None]]:
    """Values of every source for the weeks between neighbours of `starts` (epoch seconds), oldest first.

    One query a figure, however many sources follow it. Money in whole units with two decimals.
    """
    weeks = max(len(starts) - 1, 0)
    connection.register(
        "measured_weeks", pa.table({"week": range(weeks), "starts": starts[:-1], "ends": starts[1:]}, schema=_WEEKS)
    )
    values: dict[str, list[Decimal | None]] = {}
    by_figure: dict[str, list[MeasuredSource]] = {}
    for source in sources:
        values[source.source] = [source.figure.empty] * weeks
        by_figure.setdefault(source.figure.name, []).append(source)
    for name, group in by_figure.items():
        figure = FIGURES[name]
        connection.register("wanted", _sources_table(group))
        for place, week, value in connection.execute(figure.query).fetchall() if weeks else ():
            values[group[place].source][week] = _rounded_value(figure, value)
    return values


_WEEKS = pa.schema([("week", pa.int32()), ("starts", pa.int64()), ("ends", pa.int64())])
_SOURCES_SCHEMA = pa.schema([("place", pa.int32()), ("department", pa.int32()), ("stage", pa.int32())])


def _sources_table(sources: Iterable[MeasuredSource]) -> pa.Table:
    rows = [
        {"place": place, "department": source.department, "stage": stage}
        for place, source in enumerate(sources)
        for stage in source.stages or (None,)
    ]
    return pa.Table.from_pylist(rows, schema=_SOURCES_SCHEMA)


def _rounded_value(figure: MeasuredFigure, value: float) -> Decimal:
    """Rounded once, as it is stored."""
    # By its text: Decimal(0.1) would bring in what a binary float is off by.
    exact = Decimal(str(value)) / (100 if figure.unit == MONEY else 1)
    return round(exact, figure.places)
