"""Queues and hand-offs between departments, as the newest run knows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from departments.models import Company
from departments.periods import Period
from pipeline.core.leaks.figures import DAY, Figure
from pipeline.core.tenures import OWNED_THEN, TENURES
from pipeline.custody_store import custody_cursor
from pipeline.models import HandOff, Opportunity, RecomputeRun
from pipeline.run_cache import cached

QUEUE_PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One open hand-off of an open deal: age in days at the run's `as_of`, money at stake in minor units."""

    handoff: int
    opportunity: int
    department: int
    stage: int
    amount: int
    age_days: float
    due_at: datetime | None
    overdue: bool
    kind: str
    assignee: str


@dataclass(frozen=True, kw_only=True)
class Queue:
    """What waits with one department. A deal that waits twice is one deal's money at stake."""

    count: int = 0
    deals: int = 0
    amount: int = 0
    overdue: int = 0
    oldest_days: float | None = None


def waiting(*, run: RecomputeRun, company: Company) -> tuple[Waiting, ...]:
    """Every open hand-off of a deal that is neither lost nor finished, oldest first; read once per run."""
    return cached(run, "waiting", lambda: _open_handoffs(run))


def waiting_with(*, run: RecomputeRun, company: Company, department: int) -> tuple[Waiting, ...]:
    """The same of one department (its id), kept apart: a page of one need not read what waits with all of them."""

    def compute() -> tuple[Waiting, ...]:
        return tuple(item for item in waiting(run=run, company=company) if item.department == department)

    return cached(run, "waiting_with", compute, of=department)


def _open_handoffs(run: RecomputeRun) -> tuple[Waiting, ...]:
    as_of = int(run.as_of.timestamp())
    open_then = HandOff.objects.filter(requested_at__lte=run.as_of).exclude(completed_at__lte=run.as_of)
    rows = {
        row[0]: row
        for row in open_then.values_list(
            "pk", "opportunity_id", "department_id", "requested_at", "due_at", "kind", "assignee"
        )
    }
    if not rows:
        return ()
    cursor = custody_cursor(run)
    ids = pa.array(list(rows), pa.int64())
    deals = pa.array([row[1] for row in rows.values()], pa.int64())
    cursor.register("open_handoffs", pa.table({"handoff": ids, "opportunity": deals}))
    held = cursor.execute(
        """SELECT handoff, opportunity, stage, amount_out
        FROM open_handoffs JOIN (FROM holds WHERE to_at IS NULL) USING (opportunity)"""
    ).fetchall()
    result = []
    for handoff, opportunity, stage, amount in held:
        _, _, department, requested, due, kind, assignee = rows[handoff]
        result.append(
            Waiting(
                handoff=handoff,
                opportunity=opportunity,
                department=department,
                stage=stage,
                amount=int(amount),
                age_days=(as_of - requested.timestamp()) / DAY,
                due_at=due,
                overdue=due is not None and due < run.as_of,
                kind=kind,
                assignee=assignee,
            )
        )
    return tuple(sorted(result, key=lambda item: (-item.age_days, item.handoff)))


def queues(*, run: RecomputeRun, company: Company) -> dict[int, Queue]:
    """Per department: how much waits with it."""

    def compute() -> dict[int, Queue]:
        by_department: dict[int, list[Waiting]] = {}
        for item in waiting(run=run, company=company):
            by_department.setdefault(item.department, []).append(item)
        return {department: _queue_totals(items) for department, items in by_department.items()}

    return cached(run, "queues", compute)


def _queue_totals(items: Sequence[Waiting]) -> Queue:
    amounts = {item.opportunity: item.amount for item in items}
    return Queue(
        count=len(items),
        deals=len(amounts),
        amount=sum(amounts.values()),
        overdue=sum(item.overdue for item in items),
        oldest_days=items[0].age_days,
    )


def names_of(*, opportunities: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Key and name of opportunities, for a page of a queue."""
    names = Opportunity.objects.filter(pk__in=opportunities).values_list("pk", "key", "name")
    return {pk: (key, name or key) for pk, key, name in names}


@dataclass(frozen=True, kw_only=True)
class WaitingFor:
    """In one period: what the owner of a stage asked of another department, and how it went.

    `returned` is the share of completed hand-offs that came back as returned or rejected; `mean_days` from
    request to completion. None where nothing was completed.
    """

    owner: int
    department: int
    count: int
    mean_days: float | None
    returned: float | None


def waiting_matrix(*, run: RecomputeRun, company: Company, period: Period) -> tuple[WaitingFor, ...]:
    """Who waits on whom: hand-offs requested in the period, by the owner of the stage the deal was in then."""
    return cached(run, "waiting_for", lambda: _waiting_pairs(run, company, period), of=period)


def _waiting_pairs(run: RecomputeRun, company: Company, period: Period) -> tuple[WaitingFor, ...]:
    start, end = (datetime.fromtimestamp(instant, tz=company.zone) for instant in period.instants(company.zone))
    requested_then = HandOff.objects.filter(requested_at__gte=start, requested_at__lt=end, requested_at__lte=run.as_of)
    rows = requested_then.values_list("opportunity_id", "department_id", "requested_at", "completed_at", "outcome")
    columns: dict[str, list[Any]] = {name: [] for name in ("opportunity", "department", "at", "days", "returned")}
    for opportunity, department, requested, completed, outcome in rows.iterator(chunk_size=20_000):
        taken = completed - requested if completed is not None and completed <= run.as_of else None
        columns["opportunity"].append(opportunity)
        columns["department"].append(department)
        columns["at"].append(int(requested.timestamp()))
        columns["days"].append(None if taken is None else taken.total_seconds() / DAY)
        columns["returned"].append(None if taken is None else outcome in ("returned", "rejected"))
    if not columns["at"]:
        return ()
    cursor = custody_cursor(run)
    types = {"days": pa.float64(), "returned": pa.bool_()}
    table = pa.table({name: pa.array(values, types.get(name, pa.int64())) for name, values in columns.items()})
    cursor.register("requested", table)
    pairs = cursor.execute(
        f"""WITH {TENURES} SELECT owner, department, count(*), avg(days), avg(returned::INTEGER)
        FROM requested ASOF JOIN visits
            ON requested.opportunity = visits.opportunity AND requested."at" >= visits.entered_at
        JOIN tenures ON tenures.stage = visits.stage
            AND {OWNED_THEN.format(instant='requested."at"', tenure="tenures")}
        WHERE owner <> department GROUP BY ALL ORDER BY owner, department"""  # noqa: S608  (the rule's own text)
    ).fetchall()
    return tuple(
        WaitingFor(owner=owner, department=department, count=count, mean_days=days, returned=returned)
        for owner, department, count, days, returned in pairs
    )


def custody_now(*, run: RecomputeRun, company: Company) -> dict[int, Figure]:
    """Per department: the deals it holds now, before earning."""

    def compute() -> dict[int, Figure]:
        held = custody_cursor(run).execute(
            """WITH rules AS (SELECT stage,
                coalesce(position >= min(position) FILTER (earns) OVER (PARTITION BY pipeline), false) AS after_earning
                FROM stages)
            SELECT department, sum(amount_out), count(*) FROM holds JOIN rules USING (stage)
            WHERE to_at IS NULL AND NOT after_earning GROUP BY department"""
        )
        return {key: Figure(amount=int(amount), count=count) for key, amount, count in held.fetchall()}

    return cached(run, "custody_now", compute)
