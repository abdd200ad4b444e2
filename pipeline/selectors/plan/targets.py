"""The plan of any period, also of one that is running or is cut out of a quarter.

Revenue does not come evenly: much of a quarter is won in its last weeks. So a plan is prorated by the share of a
quarter's net revenue that past quarters had earned by the same fraction of the quarter (averaged over the whole
quarters of the default baseline, weighted by their revenue); by days only where there is no such history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from departments.formats import grouped
from departments.models import Company
from departments.periods import FiscalCalendar, Period
from pipeline.core.leaks.earned import bookings_of
from pipeline.custody_store import custody_cursor
from pipeline.models import Pipeline, RecomputeRun
from pipeline.run_cache import cached
from pipeline.selectors.leaks.leaks import calendar_of
from pipeline.selectors.plan.baseline import year_before
from pipeline.selectors.plan.data_range import data_range_of
from pipeline.selectors.plan.plan import PlanRow, plan_remarks, plan_rows, rows_of_span

type Floats = NDArray[np.float64]

DAY = 86_400
CENT = 0.01
CURVE_POINTS = 92
"""Fractions of the quarter at which the curve is known, 0 and 1 included."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """Plan of the part of the period that is over (`to_date`) and of all of it (`whole`), in units of the reporting
    currency; None where nothing is planned. Of a finished period both are the same."""

    to_date: float | None
    whole: float | None


@dataclass(frozen=True, kw_only=True)
class Targets:
    """Targets of the company, by pipeline id, and by (pipeline id, segment); reasons for the reader."""

    company: Target
    pipelines: dict[int, Target]
    segments: dict[tuple[int, str], Target]
    reasons: tuple[str, ...] = ()


def planned_pipelines(*, key: str = "") -> list[int]:
    """Ids of every pipeline that has stages, or of the one with this key."""
    named = Pipeline.objects.filter(stages__isnull=False, **({"key": key} if key else {}))
    return list(named.distinct().order_by("pk").values_list("pk", flat=True))


def span_target(
    *, run: RecomputeRun, company: Company, period: Period, pipeline: str = "", segment: str = ""
) -> tuple[Target, tuple[str, ...]]:
    """The plan of a span for the company, a pipeline or a segment, and what the reader must be told about it."""
    pipelines = planned_pipelines(key=pipeline)
    targets = targets_of(run=run, company=company, period=period, pipelines=pipelines, segment=segment)
    return targets.company, targets.reasons


def targets_of(
    *, run: RecomputeRun, company: Company, period: Period, pipelines: Sequence[int], segment: str = ""
) -> Targets:
    """Targets of a period for the pipelines in question, of all their segments or of one.

    A pipeline's own rows count; only where there are none, the sum of its segments' rows. Every page and command that
    names a plan takes it from here, so that the plan of a span is one figure, whatever it is compared with.
    """
    rows = [row for row in plan_rows(period=period) if row.pipeline in pipelines and segment in ("", row.segment)]
    calendar = calendar_of(company)
    by_pipeline, segments, by_days = {}, {}, False
    for pipeline in pipelines:
        of_pipeline = [row for row in rows if row.pipeline == pipeline]
        if not of_pipeline:
            continue
        curve = revenue_curve(run=run, company=company, period=period, pipeline=pipeline)
        by_days |= curve is None
        scale = _Scale(calendar, company, _Clock.of(run, company, period), curve)
        for name in sorted({row.segment for row in of_pipeline if row.segment}):
            segments[(pipeline, name)] = scale.target([row for row in of_pipeline if row.segment == name])
        whole = [row for row in of_pipeline if not row.segment]
        if whole:
            by_pipeline[pipeline] = scale.target(whole)
        else:
            by_pipeline[pipeline] = _sum_targets([part for (key, _), part in segments.items() if key == pipeline])
    planned = [target for target in by_pipeline.values() if target.to_date is not None]
    reasons = []
    if planned and len(planned) < len(pipelines):
        reasons.append(_("not every pipeline has a plan for this period: the target is the sum of those that have one"))
    if planned and by_days and (_Clock.of(run, company, period).running or _is_prorated(rows, period)):
        reasons.append(
            _("the plan is prorated by days: there is no whole quarter of history to see how revenue comes in")
        )
    reasons += plan_remarks(rows, period)
    reasons += _segments_beyond(rows, by_pipeline, segments)
    return Targets(company=_sum_targets(planned), pipelines=by_pipeline, segments=segments, reasons=tuple(reasons))


def _segments_beyond(
    rows: Sequence[PlanRow], pipelines: dict[int, Target], segments: dict[tuple[int, str], Target]
) -> list[str]:
    """A sentence for each pipeline whose segments have a larger plan together than it has."""
    names, sentences = {row.pipeline: row.name for row in rows}, []
    for pipeline, target in pipelines.items():
        total = sum(part.whole or 0 for (key, _segment), part in segments.items() if key == pipeline)
        if target.whole is not None and total > target.whole + CENT / 2:
            text = _("the plan of {name} is {target}, and its segments have {total} together: the pipeline’s counts")
            sentences.append(
                text.format(name=names[pipeline], target=grouped(target.whole, 2), total=grouped(total, 2))
            )
    return sentences


def _sum_targets(parts: Sequence[Target]) -> Target:
    """Sum; None as soon as there is nothing to sum or a part is unknown."""

    def total(values: list[float | None]) -> float | None:
        present = [value for value in values if value is not None]
        return sum(present) if present and len(present) == len(values) else None

    return Target(to_date=total([part.to_date for part in parts]), whole=total([part.whole for part in parts]))


def _is_prorated(rows: list[PlanRow], period: Period) -> bool:
    """Whether a row that makes up the plan, not only one that touches the period, is prorated."""
    places = {(row.pipeline, row.segment) for row in rows}
    chosen = [
        row
        for place in places
        for row in rows_of_span([row for row in rows if (row.pipeline, row.segment) == place], period)
    ]
    return any(row.start < period.start or row.end > period.end for row in chosen)


@dataclass(frozen=True, kw_only=True)
class _Clock:
    """How far a run sees into a period: the instant after the last one known, and the day of as_of."""

    period: Period
    horizon: int
    today: date
    running: bool

    @classmethod
    def of(cls, run: RecomputeRun, company: Company, period: Period) -> _Clock:
        horizon, (_, end) = int(run.as_of.timestamp()) + 1, period.instants(company.zone)
        today = run.day_in(company.zone)
        return cls(period=period, horizon=min(end, horizon), today=today, running=end > horizon)


class _Scale:
    """How much of a plan row falls into the period: days weighted by the revenue curve of their quarter."""

    def __init__(self, calendar: FiscalCalendar, company: Company, clock: _Clock, curve: Floats | None) -> None:
        self.calendar, self.company, self.clock = calendar, company, clock
        self.curve = np.linspace(0.0, 1.0, CURVE_POINTS) if curve is None else curve

    def target(self, rows: list[PlanRow]) -> Target:
        """The chosen rows' part of the period to date, and of all of it; None where days are not planned."""
        period = self.clock.period
        chosen = rows_of_span(rows, period)
        last = min(period.end, self.clock.today)
        return Target(
            to_date=self._sum(chosen, last, self._known_part(last)),
            whole=self._sum(chosen, period.end, 1.0),
        )

    def _known_part(self, last: date) -> float:
        """How much of the last day has passed at as_of."""
        if not self.clock.running:
            return 1.0
        midnight = datetime(last.year, last.month, last.day, tzinfo=self.company.zone).timestamp()
        return min((self.clock.horizon - midnight) / DAY, 1.0)

    def _sum(self, rows: list[PlanRow], last: date, part_of_last: float) -> float | None:
        start = self.clock.period.start
        planned = sum((min(row.end, last) - max(row.start, start)).days + 1 for row in rows if row.start <= last)
        if planned < (last - start).days + 1:
            return None
        return float(sum(self._of_row(row, start, last, part_of_last) for row in rows if row.start <= last))

    def _of_row(self, row: PlanRow, start: date, last: date, part_of_last: float) -> float:
        if start <= row.start and row.end <= last and part_of_last == 1.0:
            return float(row.target)
        every = self._weight(row.start, row.end, 1.0)
        inside = self._weight(max(row.start, start), min(row.end, last), part_of_last if last <= row.end else 1.0)
        return float(row.target) * inside / every if every else 0.0

    def _weight(self, first: date, last: date, part_of_last: float) -> float:
        """Sum of the curve's rises over the days, each whole quarter being one."""
        total, day = 0.0, first
        while day <= last:
            quarter = self.calendar.quarter_of(day)
            stop = min(quarter.end, last)
            until = (stop - quarter.start).days + (part_of_last if stop == last else 1.0)
            total += self._at(until / quarter.days) - self._at((day - quarter.start).days / quarter.days)
            day = stop + timedelta(days=1)
        return total

    def _at(self, fraction: float) -> float:
        return float(np.interp(fraction, np.linspace(0.0, 1.0, CURVE_POINTS), self.curve))


NET_REVENUE = f"""
WITH in_span AS (FROM moves WHERE pipeline = ? AND "at" >= ? AND "at" < ?), {bookings_of("in_span")}
SELECT "at", revenue FROM bookings
"""  # noqa: S608
"""Instants and signed cents of a pipeline's net revenue; parameters: pipeline, first instant, the one after."""


def revenue_curve(*, run: RecomputeRun, company: Company, period: Period, pipeline: int) -> Floats | None:
    """Share of a quarter's net revenue earned by each fraction of the quarter, [CURVE_POINTS]; None without history.

    Net revenue is what was earned minus what was taken back (pipeline.core.leaks.earned). Weighted by revenue, because
    the sum of the quarters' revenue is what is divided. The quarters are the four before, whatever the period is
    compared with: the plan of a span does not depend on that.
    """
    calendar = calendar_of(company)
    baseline = year_before(calendar, period, data_range_of(run=run, company=company).first)
    if baseline is None:
        return None

    def compute() -> tuple[Floats | None]:
        return (_revenue_curve(run, company, baseline, pipeline),)

    # The same for every page of a run, and four questions to the custody store.
    (curve,) = cached(run, f"revenue-curve-{pipeline}", compute, of=(baseline, calendar))
    return curve


def _revenue_curve(run: RecomputeRun, company: Company, baseline: Period, pipeline: int) -> Floats | None:
    cursor, calendar = custody_cursor(run), calendar_of(company)
    points, total = np.linspace(0.0, 1.0, CURVE_POINTS), np.zeros(CURVE_POINTS)
    for quarter in calendar.quarters_within(baseline):
        if quarter.end > baseline.end:
            break
        start, end = quarter.instants(company.zone)
        rows = cursor.execute(NET_REVENUE, [pipeline, start, end]).fetchnumpy()
        at, amount = (np.asarray(values).astype(np.float64) for values in rows.values())
        order = np.argsort(at, kind="stable")
        earned = np.concatenate([[0.0], np.cumsum(amount[order])])
        total += earned[np.searchsorted((at[order] - start) / (end - start), points, side="right")]
    return rising_share(total) if total[-1] > 0 else None


def rising_share(earned: Floats) -> Floats:
    """A curve of shares, from 0 to 1 and never falling, of revenue summed up to each point; its last is above 0.

    What is taken back later in a quarter lets the sum fall. No day has a plan below zero for that: the curve waits
    until the sum is back at its height.
    """
    height = np.maximum.accumulate(np.maximum(earned, 0.0))
    return height / height[-1]
