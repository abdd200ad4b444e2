"""The demo company's leak register: the weeks since its trouble began, and what its people did about the leaks.

Scoring every past week would take minutes. So the last finished quarter and the running one are read as they are, and
the weeks in between grow towards those figures as fast as what the cell held or lost piled up. Only the demo does this.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import numpy as np
from django.db import transaction

from departments.models import Company, User, current_company
from departments.periods import monday_of
from pipeline.models import RecomputeRun
from pipeline.selectors.data.runs import latest_run
from revenue_health.contribution.core.intervals import Interval
from revenue_health.contribution.core.leaks import Cost
from revenue_health.contribution.models import Leak
from revenue_health.contribution.selectors.comparison.contributions_json import comparison_from_json
from revenue_health.contribution.selectors.comparison.periods import ComparisonPeriods
from revenue_health.contribution.selectors.comparison.scores import last_periods, running_periods, score_run_of
from revenue_health.contribution.selectors.model_input import cached_flows
from revenue_health.contribution.selectors.register.leak_costs import CellCost, cell_costs
from revenue_health.contribution.selectors.register.leak_shape import weekly_excess
from revenue_health.contribution.services.register import Reading, leak_assign, leak_status_set, register_read

REPLICATES = 8
YOUNG_WEEKS = 4
SHAPE_WEEKS = 52
Status = Leak.Status

GUILTY = ("legal", "production")
"""The departments of the demo's story: looking at no others keeps the building of a demo short."""
# What is done about a leak, so many weeks after it was seen: by stage and factor, as the story goes.
_STORIES: dict[tuple[str, str], tuple[tuple[int, str, str], ...]] = {
    ("contract", "waiting"): (
        (1, "owner", ""),
        (2, Status.ACCEPTED, "Reviews pile up since two reviewers left."),
        (4, Status.WORKING, "One reviewer hired; standard terms for small contracts."),
    ),
    ("slot", "waiting"): (
        (1, "owner", ""),
        (3, Status.ACCEPTED, "Slots are planned by hand, a week at a time."),
    ),
    ("contract", "losses"): (
        (1, "owner", ""),
        (2, Status.ACCEPTED, ""),
        (6, Status.FIXED, "Delivery dates are confirmed before the contract goes out."),
    ),
    ("qualified", "waiting"): ((2, "owner", ""), (3, Status.WORKING, "Feasibility is asked for in one go.")),
    ("proposal", "waiting"): (
        (2, "owner", ""),
        (4, Status.DECLINED, "We hold these on purpose until the customer's lawyers have answered."),
    ),
}


@dataclass(frozen=True, kw_only=True)
class _Quarter:
    """One read quarter: its Monday weeks, the plan to its end (or to date), and what its cells cost by then."""

    periods: ComparisonPeriods
    scale: float
    costs: list[CellCost]


@transaction.atomic
def demo_register_create(*, as_of: date, seed: int) -> int:
    """Make the register's past for a freshly computed demo company; returns the number of leaks. Done twice it is made
    anew, the same. `as_of` and `seed` come with every demo step; everything here follows from the figures."""
    run = latest_run()
    quarters = [] if run is None else _quarters(run)
    if run is None or not quarters:
        return 0
    Leak.objects.all().delete()
    company = current_company()
    today = run.day_in(company.zone)
    for reading in _readings(run, company, quarters, today):
        at = datetime.combine(reading.week + timedelta(days=1), time(6), company.zone)
        register_read(reading_of_week=reading, now=min(at, run.as_of))
        _people_act(reading.week, at)
    return Leak.objects.count()


def _quarters(run: RecomputeRun) -> list[_Quarter]:
    """The last finished quarter and the running one, oldest first; the running one also reads the other's cells."""
    quarters = list[_Quarter]()
    every = [periods for periods in (last_periods(run=run), running_periods(run=run)) if periods is not None]
    registered: set[tuple[int, int, str]] = set()
    for periods in every:
        scored = score_run_of(run=run, periods=periods)
        if periods.baseline is None or scored is None or not scored.figures:
            continue
        scale = float(comparison_from_json(scored.figures).start)
        flows = cached_flows(run=run, periods=periods)
        costs = cell_costs(flows=flows, scale=scale, registered=registered, replicates=REPLICATES, only=GUILTY)
        registered |= {cost.key for cost in costs if cost.cost.cost.low > 0}
        quarters.append(_Quarter(periods=periods, scale=scale, costs=costs))
    return quarters


def _readings(run: RecomputeRun, company: Company, quarters: list[_Quarter], today: date) -> Iterator[Reading]:
    """Week by week, as the night would have read it: the running quarter from its fifth week on."""
    this_week = monday_of(today)
    for place, quarter in enumerate(quarters):
        start, end = quarter.periods.period.start, min(quarter.periods.period.end, today)
        first = monday_of(start)
        weeks = [first + timedelta(weeks=number) for number in range((monday_of(end) - first).days // 7 + 1)]
        parts = _parts(run, company, quarter, weeks)
        for number, week in enumerate(weeks):
            if number < YOUNG_WEEKS and week != this_week:
                if place:
                    yield _reading(quarters[place - 1], week, np.ones(len(quarters[place - 1].costs)), 1.0, None)
                continue
            yield _reading(
                quarter, week, parts[:, number], (number + 1) / len(weeks), run if week == this_week else None
            )


def _parts(run: RecomputeRun, company: Company, quarter: _Quarter, weeks: list[date]) -> np.ndarray:
    """float[cells, weeks]: which part of its final cost each cell had reached at each week's end."""
    days = [weeks[0] + timedelta(weeks=number) for number in range(-SHAPE_WEEKS, len(weeks) + 1)]
    edges = [int(datetime.combine(day, time(), company.zone).timestamp()) for day in days]
    cells = [cost.key for cost in quarter.costs]
    excess = weekly_excess(run=run, cells=cells, edges=edges, before=SHAPE_WEEKS)[:, SHAPE_WEEKS:] + 0.05
    # What piles up is turned into revenue some weeks later: the cost lags behind the excess.
    piled = np.cumsum(np.cumsum(excess, axis=1), axis=1)
    return np.asarray(piled / piled[:, -1:])


def _reading(quarter: _Quarter, week: date, parts: np.ndarray, passed: float, run: RecomputeRun | None) -> Reading:
    costs = [
        replace(cost, cost=Cost(cell=cost.cost.cell, cost=_part_of(cost.cost.cost, float(part), passed)))
        for cost, part in zip(quarter.costs, parts, strict=True)
    ]
    return Reading(run=run, week=week, scale=quarter.scale * passed, costs=costs)


def _part_of(cost: Interval, part: float, passed: float) -> Interval:
    """So much of a cost, with the width that so much of the quarter leaves."""
    half, value = (cost.high - cost.low) / 2 * passed**0.5 * max(part, 0.2) ** 0.5, cost.value * part
    return Interval(value=value, low=value - half, high=value + half, standard_error=cost.standard_error * part)


def _people_act(week: date, at: datetime) -> None:
    """What the people of the demo do in a week."""
    people = {user.get_username(): user for user in User.objects.filter(memberships__isnull=False)}
    leaks = Leak.objects.exclude(status=Status.RECOVERED).select_related("department", "stage").order_by("pk")
    for leak in leaks:
        head, boss = people.get(leak.department.key), people.get("ceo")
        for weeks, what, reason in _STORIES.get((leak.stage.key, leak.factor), ()):
            if week != leak.since + timedelta(weeks=weeks) or head is None or boss is None:
                continue
            if what == "owner":
                leak_assign(leak=leak.pk, owner=head, user=boss, now=at + timedelta(hours=3))
            else:
                leak_status_set(leak=leak.pk, status=what, reason=reason, user=head, now=at + timedelta(hours=5))
