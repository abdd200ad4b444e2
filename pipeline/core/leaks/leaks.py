"""Leaks: where money is lost and delayed in any period, straight from the custody tables.

Fiscal quarters do not start on Mondays, so these figures come from custody and not from the weekly flows; for whole
weeks both are equal.
"""

from collections import defaultdict
from collections.abc import Iterable

import duckdb

from pipeline.core.leaks.deals import Deal, Deals, deals_of_cell
from pipeline.core.leaks.earned import Bookings
from pipeline.core.leaks.figures import DAY, CellLeaks, Figure, Held, Leaks, StageLeaks, Totals
from pipeline.core.leaks.period import Filters, Period

__all__ = [
    "CellLeaks",
    "Deal",
    "Deals",
    "Figure",
    "Held",
    "Leaks",
    "StageLeaks",
    "Totals",
    "deals_of_cell",
    "leaks_compute",
]

type _ByStage = dict[int, Figure]
_OUT = ("advanced", "returned", "won", "lost", "withdrawn", "pipeline_out", "finished")


def leaks_compute(
    connection: duckdb.DuckDBPyConnection,
    *,
    start: int | None,
    end: int | None,
    as_of: int,
    filters: Filters | None = None,
) -> Leaks:
    """The leak map of [start, end) in epoch seconds for the opportunities that pass `filters`.

    `connection` has visits, holds, moves (see Custody), opportunities and stages (see CustodyInput). `filters`:
    column of opportunities -> values, None among them for "no value". Every stage (of the pipelines filtered by)
    has a row, in order of pipeline and position, even where nothing happened.
    """
    period = Period(connection=connection, start=start, end=end, as_of=as_of, filters=filters or {})
    moves, bookings, over_limit = _Moves(period), Bookings(period), _over_limit(period)
    stages = _stage_leaks(period, moves, bookings, over_limit)
    error = max((max(abs(s.imbalance.amount), abs(s.imbalance.count)) for s in stages), default=0)
    return Leaks(
        start=start,
        end=end,
        stages=stages,
        cells=_cell_leaks(period, moves, over_limit),
        totals=_totals(period, bookings, stages),
        balance_error=error,
    )


class _Moves:
    """Moves of the period, summed by what they are."""

    def __init__(self, period: Period) -> None:
        rows = period.rows(
            """SELECT kind, from_stage, to_stage, department, assumed, sum(amount), count(*)
            FROM chosen_moves WHERE "at" >= $start AND "at" < $close GROUP BY ALL"""
        )
        self.out: dict[str, _ByStage] = defaultdict(lambda: defaultdict(Figure))
        self.into: dict[str, _ByStage] = defaultdict(lambda: defaultdict(Figure))
        self.lost: dict[tuple[int, int], Figure] = defaultdict(Figure)
        self.assumed: dict[tuple[int, int], Figure] = defaultdict(Figure)
        for kind, from_stage, to_stage, department, assumed, amount, count in rows:
            figure = Figure(amount=int(amount), count=count)
            if from_stage is not None and kind not in ("reopened", "pipeline_in"):
                self.out[kind][from_stage] += figure
            if to_stage is not None:
                self.into[kind][to_stage] += figure
            if kind == "lost":
                self.lost[from_stage, department] += figure
            if kind == "lost" and assumed:
                self.assumed[from_stage, department] += figure

    def moved_in(self, stage: int) -> Figure:
        return _sum_figures(self.into[kind][stage] for kind in ("advanced", "returned", "won", "reopened"))


def _sum_figures(figures: Iterable[Figure]) -> Figure:
    return sum(figures, Figure())


def _stage_leaks(
    period: Period, moves: _Moves, bookings: Bookings, over_limit: dict[tuple[int, int], Figure]
) -> tuple[StageLeaks, ...]:
    opening, closing = _stock_by_stage(period, "$start"), _stock_by_stage(period, "$close")
    reached, days, passed = _stages_reached(period), _visit_days(period), _Passed(period)
    result: list[StageLeaks] = []
    before, first = None, 0
    for pipeline, stage, position, *_ in _stage_rows(period):
        if not result or result[-1].pipeline != pipeline:
            before, first = None, position
        result.append(
            StageLeaks(
                pipeline=pipeline,
                stage=stage,
                position=position,
                opening=opening[stage],
                entered=moves.into["entered"][stage],
                moved_in=moves.moved_in(stage),
                pipeline_in=moves.into["pipeline_in"][stage],
                reached=reached[stage],
                **{kind: moves.out[kind][stage] for kind in _OUT},
                revalued=moves.out["revalued"][stage],
                reversed=bookings.reversed_from[stage],
                closing=closing[stage],
                over_limit=_sum_figures(figure for (where, _), figure in over_limit.items() if where == stage),
                conversion_previous=None if before is None else passed.conversion(pipeline, before, position),
                conversion_first=passed.conversion(pipeline, first, position),
                median_days=days.get(stage, (None, None))[0],
                p90_days=days.get(stage, (None, None))[1],
            )
        )
        before = position
    return tuple(result)


class _Passed:
    """How far deals got in the period: a deal came past a stage when it reached it or any later one, so that one may
    be skipped. A deal that was withdrawn by the end is left out: it says nothing about how deals fare. Nor does
    one that had gone to another pipeline for good, about those of this one."""

    def __init__(self, period: Period) -> None:
        self.rows = period.rows(
            """, gone AS (
                SELECT opportunity, pipeline, visit FROM chosen_visits
                WHERE how IN ('withdrawn', 'pipeline_out') AND left_at < $close
            )
            SELECT pipeline, before, until, count(*) FROM (
                SELECT pipeline, max(position) FILTER (entered_at < $start) AS before, max(position) AS until
                FROM chosen_visits JOIN stages USING (stage, pipeline)
                ANTI JOIN (
                    FROM gone ANTI JOIN chosen_visits AS later ON later.opportunity = gone.opportunity
                        AND later.pipeline = gone.pipeline AND later.visit > gone.visit AND later.entered_at < $close
                ) USING (opportunity, pipeline)
                WHERE entered_at < $close
                GROUP BY opportunity, pipeline HAVING max(entered_at) >= $start
            ) WHERE until > coalesce(before, -1) GROUP BY ALL"""
        )

    def conversion(self, pipeline: int, earlier: int, stage: int) -> float | None:
        """Of the deals that came past the earlier stage or this one for the first time, the share that came past this
        one; None where none came past the earlier stage. Arguments are positions."""

        def came_past(position: int, before: int | None, until: int) -> bool:
            return until >= position and (before is None or before < position)

        rows = [row[1:] for row in self.rows if row[0] == pipeline]
        past = sum(count for before, until, count in rows if came_past(stage, before, until))
        left = sum(
            count
            for before, until, count in rows
            if came_past(earlier, before, until) and not came_past(stage, before, until)
        )
        both = any(came_past(earlier, before, until) for before, until, _ in rows)
        return past / (past + left) if both else None


def _stage_rows(period: Period) -> list[tuple[int, int, int, bool, bool]]:
    """(pipeline, stage, position, earns, earns or comes after a stage that does) of the pipelines asked for."""
    rows = period.rows(
        """SELECT pipeline, stage, position, earns,
            coalesce(position >= min(position) FILTER (earns) OVER (PARTITION BY pipeline), false)
        FROM stages ORDER BY pipeline, position, stage"""
    )
    pipelines = period.filters.get("pipeline")
    return [row for row in rows if pipelines is None or row[0] in pipelines]


def _stock_by_stage(period: Period, instant: str) -> _ByStage:
    """Money and deals per stage just before an instant."""
    rows = period.rows(
        f"""SELECT stage, sum(amount), count(*) FROM chosen_holds
        WHERE from_at < {instant} AND (to_at IS NULL OR to_at >= {instant}) GROUP BY stage"""  # noqa: S608
    )
    return _by_stage(rows)


def _by_stage(rows: Iterable[tuple[int, int, int]]) -> _ByStage:
    figures: _ByStage = defaultdict(Figure)
    figures.update({stage: Figure(amount=int(amount), count=count) for stage, amount, count in rows})
    return figures


def _stages_reached(period: Period) -> _ByStage:
    """First entries of opportunities into each stage."""
    return _by_stage(
        period.rows(
            """SELECT stage, sum(amount_in), count(*) FROM chosen_visits
            WHERE first_entry AND entered_at >= $start AND entered_at < $close GROUP BY stage"""
        )
    )


def _visit_days(period: Period) -> dict[int, tuple[float, float]]:
    """Median and 90th percentile (interpolated) of the days of visits that ended in the period.

    A visit to the stage that finishes a deal has no length by definition and would say nothing.
    """
    rows = period.rows(
        """SELECT stage, quantile_cont(left_at - entered_at, 0.5), quantile_cont(left_at - entered_at, 0.9)
        FROM chosen_visits
        WHERE left_at >= $start AND left_at < $close AND NOT (how = 'finished' AND left_at = entered_at)
        GROUP BY stage"""
    )
    return {stage: (median / DAY, p90 / DAY) for stage, median, p90 in rows}


def _over_limit(period: Period) -> dict[tuple[int, int], Figure]:
    """Per stage and holder: what is there at the end and has been for longer than the stage's limit."""
    rows = period.rows(
        """SELECT stage, department, sum(amount), count(*) FROM chosen_holds
        JOIN chosen_visits USING (opportunity, visit, stage) JOIN stages USING (stage)
        WHERE from_at < $close AND (to_at IS NULL OR to_at >= $close)
            AND entered_at < $close AND (left_at IS NULL OR left_at >= $close)
            AND $horizon - entered_at > limit_seconds
        GROUP BY stage, department"""
    )
    return {(stage, department): Figure(amount=int(amount), count=count) for stage, department, amount, count in rows}


def _held_by_cell(period: Period) -> dict[tuple[int, int], Held]:
    rows = period.rows(
        """SELECT stage, department, sum(amount::HUGEINT * seconds), sum(seconds) FROM (
            SELECT stage, department, amount,
                least(coalesce(to_at, $horizon), $horizon) - greatest(from_at, $start) AS seconds
            FROM chosen_holds WHERE from_at < $horizon AND (to_at IS NULL OR to_at > $start)
            -- nothing is held in a period that begins after the last known instant
            AND $start <= $horizon
        ) GROUP BY stage, department"""
    )
    return {(stage, department): Held(amount_seconds=int(a), deal_seconds=int(d)) for stage, department, a, d in rows}


def _cell_leaks(period: Period, moves: _Moves, over_limit: dict[tuple[int, int], Figure]) -> tuple[CellLeaks, ...]:
    held = _held_by_cell(period)
    return tuple(
        CellLeaks(
            stage=stage,
            department=department,
            lost=moves.lost[stage, department],
            assumed=moves.assumed[stage, department],
            held=held.get((stage, department), Held()),
            over_limit=over_limit.get((stage, department), Figure()),
        )
        for stage, department in sorted({*moves.lost, *held, *over_limit})
    )


def _totals(period: Period, bookings: Bookings, stages: tuple[StageLeaks, ...]) -> Totals:
    closing = {stage.stage: stage.closing for stage in stages}
    rows = _stage_rows(period)
    return Totals(
        created=_sum_figures(stage.entered for stage in stages),
        won=bookings.won,
        reversed=bookings.reversed,
        lost=_sum_figures(stage.lost for stage in stages),
        open=_sum_figures(closing[stage] for _, stage, _, _, after in rows if not after),
    )
