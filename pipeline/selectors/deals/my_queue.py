"""Hand-offs that wait for a person's departments, and what waits behind each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from departments.models import Company, User
from departments.periods import FiscalCalendar
from pipeline.models import Event, PlanTarget, RecomputeRun
from pipeline.selectors.leaks.handoffs import QUEUE_PAGE, Waiting, names_of, waiting
from pipeline.selectors.leaks.leaks import calendar_of
from pipeline.selectors.overview import Structure


@dataclass(frozen=True, kw_only=True)
class QueueRow:
    """One open hand-off with its deal and everything that waits behind it.

    `before` and `behind` are the other open hand-offs of the deal, in the order in which they were requested: the
    first holds the deal, the others cannot end its wait before it does. `period` is the plan period the deal counts in
    when it closes as expected; `close_passed` says that this day is over.
    """

    item: Waiting
    assigned: bool
    key: str
    name: str
    stage: str
    department: str
    expected_close: date | None
    close_passed: bool
    period: str
    before: tuple[Waiting, ...]
    behind: tuple[Waiting, ...]


@dataclass(frozen=True, kw_only=True)
class MyQueue:
    """One page of a person's queue, and what the whole of it comes to. A deal that waits twice counts once."""

    rows: tuple[QueueRow, ...]
    listed: int
    handoffs: int
    deals: int
    amount: int
    overdue: int
    assigned: int
    holding: int
    """How many of the deals wait for us and nobody else first."""

    @property
    def later(self) -> int:
        """How many of the deals somebody else holds, who was asked before us."""
        return self.deals - self.holding


def names_of_person(*, user: User) -> frozenset[str]:
    """How a hand-off may name its assignee: user name, full name or e-mail, in any case."""
    spellings = (user.get_username(), user.get_full_name(), user.email)
    return frozenset(name.casefold().strip() for name in spellings if name.strip())


def my_queue(
    *,
    run: RecomputeRun,
    company: Company,
    structure: Structure,
    departments: Collection[int],
    names: Collection[str],
    only_assigned: bool,
    order: str,
    page: int,
) -> MyQueue:
    """A page of the open hand-offs of departments, those assigned to a person of these names first."""
    everything = waiting(run=run, company=company)
    of_departments = [item for item in everything if item.department in departments]
    assigned = {item.handoff for item in of_departments if item.assignee.casefold().strip() in names}
    listed = [item for item in of_departments if item.handoff in assigned] if only_assigned else of_departments
    listed.sort(key=lambda item: (item.handoff not in assigned, *_rank(item, order)))
    amounts = {item.opportunity: item.amount for item in listed}
    lines = _queues_by_deal(everything, amounts)
    on_page = listed[(page - 1) * QUEUE_PAGE : page * QUEUE_PAGE]
    return MyQueue(
        rows=_page_rows(on_page, run=run, company=company, structure=structure, lines=lines, assigned=assigned),
        listed=len(listed),
        handoffs=len(of_departments),
        deals=len(amounts),
        amount=sum(amounts.values()),
        overdue=sum(item.overdue for item in listed),
        assigned=len(assigned),
        # The rule of custody (`_spans` of holds.py), also for hand-offs that came in after the run.
        holding=sum(lines[deal][0].department in departments for deal in amounts),
    )


def _rank(item: Waiting, order: str) -> tuple[float, ...]:
    rank = {"oldest": -item.age_days, "money": -item.amount}.get(order, -item.amount * item.age_days)
    return rank, -item.age_days, item.handoff


def _queues_by_deal(everything: Sequence[Waiting], deals: Collection[int]) -> dict[int, list[Waiting]]:
    """The open hand-offs of each deal; `everything` is oldest first, so they stand in the order of their requests."""
    lines: dict[int, list[Waiting]] = {}
    for item in everything:
        if item.opportunity in deals:
            lines.setdefault(item.opportunity, []).append(item)
    return lines


def _page_rows(
    items: Sequence[Waiting],
    *,
    run: RecomputeRun,
    company: Company,
    structure: Structure,
    lines: dict[int, list[Waiting]],
    assigned: Collection[int],
) -> tuple[QueueRow, ...]:
    deals = [item.opportunity for item in items]
    names, closes = names_of(opportunities=deals), _expected_closes(run, deals)
    today = run.day_in(company.zone)
    spans, calendar = _plan_spans(), calendar_of(company)
    rows = []
    for item in items:
        if item.opportunity not in names:  # undone since the run
            continue
        line, close = lines[item.opportunity], closes.get(item.opportunity)
        place = line.index(item)
        stage = structure.stages[item.stage]
        rows.append(
            QueueRow(
                item=item,
                assigned=item.handoff in assigned,
                key=names[item.opportunity][0],
                name=names[item.opportunity][1],
                stage=stage.name,
                department=structure.department_name(item.department),
                expected_close=close,
                close_passed=close is not None and close < today,
                period=_plan_period(close, spans.get(stage.pipeline, ()), calendar) if close else "",
                before=tuple(line[:place]),
                behind=tuple(line[place + 1 :]),
            )
        )
    return tuple(rows)


def _expected_closes(run: RecomputeRun, deals: Sequence[int]) -> dict[int, date | None]:
    """When each deal was expected to close, as far as the run could know."""
    events = Event.objects.filter(opportunity__in=deals, occurred_at__lte=run.as_of, recorded_at__lte=run.as_of)
    newest = events.order_by("opportunity_id", "-occurred_at", "-sequence").distinct("opportunity_id")
    return dict(newest.values_list("opportunity_id", "expected_close"))


def _plan_spans() -> dict[int, tuple[tuple[date, date], ...]]:
    """The planned periods of each pipeline, the shortest first."""
    spans: dict[int, set[tuple[date, date]]] = {}
    for pipeline, start, end in PlanTarget.objects.values_list("pipeline_id", "period_start", "period_end").distinct():
        spans.setdefault(pipeline, set()).add((start, end))
    return {key: tuple(sorted(periods, key=lambda span: span[1] - span[0])) for key, periods in spans.items()}


def _plan_period(day: date, spans: Sequence[tuple[date, date]], calendar: FiscalCalendar) -> str:
    """The shortest planned period around a day by its usual name; without a plan, the fiscal quarter."""
    quarter = calendar.quarter_of(day)
    for start, end in spans:
        if start <= day <= end:
            named = (quarter, calendar.month_of(day), calendar.year_of(day))
            label = next((period.label for period in named if (period.start, period.end) == (start, end)), None)
            return label or _("{isoformat} to {isoformat_2}").format(
                isoformat=start.isoformat(), isoformat_2=end.isoformat()
            )
    return quarter.label
