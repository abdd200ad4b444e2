"""How the plan compares with last year's pace, by segment and by quarter: behind the ledger's first step."""

from __future__ import annotations

from dataclasses import dataclass

from departments.models import Company
from departments.periods import Period
from pipeline.models import RecomputeRun
from pipeline.selectors.leaks.leaks import calendar_of
from pipeline.selectors.plan.data_range import data_range_of
from pipeline.selectors.plan.targets import span_target
from revenue_health.contribution.core.comparison import Comparison, PartyKind, minor_units
from revenue_health.contribution.selectors.comparison.earned import earned_amounts

QUARTERS = 5
"""The quarter of the page and those before it: a year apart stand beside each other."""


@dataclass(frozen=True, kw_only=True)
class SegmentRow:
    """One segment: plan to date and pace in cents, what the plan asks more than it, and what the opening pipeline gave;
    None where it is not known."""

    name: str
    plan: int | None
    pace: int | None
    more: int | None
    opening: int | None


@dataclass(frozen=True, kw_only=True)
class QuarterRow:
    """One quarter: its whole plan, what was earned in it (to date, while it is running), and in the same quarter of the
    year before, in cents; growth: what the plan asks beyond that, as a share of it."""

    period: Period
    plan: int | None
    earned: int
    year_before: int | None

    @property
    def growth(self) -> float | None:
        """Plan against what was earned a year before, as a share; None where one of them is not known."""
        return self.plan / self.year_before - 1 if self.plan is not None and self.year_before else None


def segment_rows(comparison: Comparison) -> list[SegmentRow]:
    """Every segment the comparison was cut into, the largest plan first; empty where it was cut otherwise."""
    rows = []
    for group in comparison.groups if comparison.by == "segment" else ():
        opening = group.share_of(PartyKind.OPENING)
        plan, pace = minor_units(group.target), minor_units(group.baseline_revenue)
        rows.append(
            SegmentRow(
                name=group.key or "(none)",
                plan=plan,
                pace=pace,
                more=None if plan is None or pace is None else plan - pace,
                opening=minor_units(opening.amount) if opening else None,
            )
        )
    return sorted(rows, key=lambda row: -(row.plan or row.pace or 0))


def quarter_rows(*, run: RecomputeRun, company: Company, period: Period) -> list[QuarterRow]:
    """The quarter a period ends in and those before it, the newest first."""
    calendar, data_range = calendar_of(company), data_range_of(run=run, company=company)
    quarter, rows = calendar.quarter_of(period.end), []
    for _ in range(QUARTERS):
        if data_range.problem(quarter):
            break
        before = calendar.last_year(quarter)
        rows.append(
            QuarterRow(
                period=quarter,
                plan=minor_units(span_target(run=run, company=company, period=quarter)[0].whole),
                earned=_net(run, company, quarter),
                year_before=None
                if data_range.first is None or before.start < data_range.first
                else _net(run, company, before),
            )
        )
        quarter = calendar.previous(quarter)
    return rows


def earned_a_year_before(*, run: RecomputeRun, company: Company, comparison: Comparison) -> int | None:
    """What had been earned by the same day a year before, in cents; None unless a running period is compared with that
    year."""
    period, before = comparison.period, comparison.baseline
    if not comparison.running or before is None or before.start != calendar_of(company).last_year(period).start:
        return None
    return _net(run, company, Period.between(before.start, before.start + (comparison.as_of - period.start)))


def _net(run: RecomputeRun, company: Company, period: Period) -> int:
    earned = earned_amounts(run=run, company=company, period=period)
    return minor_units(earned.won - earned.reversed) or 0
