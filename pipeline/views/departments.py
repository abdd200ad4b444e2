"""Departments: what each holds, what waits with it and what it lost; who waits on whom.

These pages are built here and not on the ground floor, because what they show is the flow of deals; panels of
higher floors come in by address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from departments.access import may_see_company, require
from departments.formats import MoneyScale, grouped, money_in_words, money_scale, single_units
from departments.models import Company
from departments.people.selectors.heads import heads_between, heads_text
from departments.periods import Period
from departments.web.rendering import page_render
from pipeline.core.leaks.figures import Figure
from pipeline.models import RecomputeRun
from pipeline.page.department_access import closed_departments, require_department
from pipeline.page.paging import pages_of
from pipeline.page.site_context import site_context
from pipeline.selectors.leaks.handoffs import (
    QUEUE_PAGE,
    Queue,
    Waiting,
    WaitingFor,
    custody_now,
    names_of,
    queues,
    waiting_matrix,
    waiting_with,
)
from pipeline.selectors.leaks.leaks import DealFilter, calendar_of, leaks_of
from pipeline.selectors.overview import DepartmentName, Structure, structure_names

INDEX = "pipeline/departments/index.html"
DETAIL = "pipeline/departments/show.html"
LARGEST_PAGE = 10_000


@dataclass(frozen=True, kw_only=True)
class DepartmentRow:
    """One department's line of the overview."""

    department: DepartmentName
    custody: Figure
    queue: Queue
    lost: Figure


@dataclass(frozen=True, kw_only=True)
class MatrixRow:
    """Who one department waits on; None where it asked nothing."""

    owner: DepartmentName
    cells: list[WaitingFor | None]


@require_GET
def department_list(request: HttpRequest) -> HttpResponse:
    """Every department side by side, and the hand-off matrix of the running quarter."""
    require(request, may_see_company(request.user))
    site = site_context(request)
    run, company = site.run, site.company
    if run is None or company is None:
        return page_render(request, INDEX, {"site": site, "nothing": True}, partial="page")
    structure, period = structure_names(), _quarter(run, company)
    rows = _department_rows(run, company, structure, period)
    waits = waiting_matrix(run=run, company=company, period=period)
    columns = [
        department
        for department in structure.departments.values()
        if any(wait.department == department.id for wait in waits)
    ]
    context = {
        "site": site,
        "period": period,
        "rows": rows,
        "scale": _department_scale(rows, company),
        "message": _longest_queue_message(rows, company),
        "columns": columns,
        "matrix": _matrix_rows(waits, structure, columns),
        "closed": closed_departments(request.user, structure),
    }
    return page_render(request, INDEX, context, partial="page")


def _quarter(run: RecomputeRun, company: Company) -> Period:
    return calendar_of(company).quarter_of(run.day_in(company.zone))


def _department_rows(run: RecomputeRun, company: Company, structure: Structure, period: Period) -> list[DepartmentRow]:
    custody, queue = custody_now(run=run, company=company), queues(run=run, company=company)
    lost: dict[int, Figure] = {}
    for cell in leaks_of(run=run, company=company, deal_filter=DealFilter(period=period)).cells:
        lost[cell.department] = lost.get(cell.department, Figure()) + cell.caused
    return [
        DepartmentRow(
            department=department,
            custody=custody.get(department.id, Figure()),
            queue=queue.get(department.id, Queue()),
            lost=lost.get(department.id, Figure()),
        )
        for department in structure.departments.values()
    ]


def _department_scale(rows: list[DepartmentRow], company: Company) -> MoneyScale:
    amounts = [amount for row in rows for amount in (row.custody.amount, row.queue.amount, row.lost.amount)]
    return money_scale(amounts, company.reporting_currency)


def _longest_queue_message(rows: list[DepartmentRow], company: Company) -> str:
    worst = max(rows, key=lambda row: row.queue.amount, default=None)
    if worst is None or not worst.queue.count:
        return _("No request is waiting anywhere.")
    money = money_in_words(worst.queue.amount, company.reporting_currency)
    late = _(", {overdue} of them overdue").format(overdue=grouped(worst.queue.overdue)) if worst.queue.overdue else ""
    text = ngettext(
        "Most money waits with {name}: {money}; {count} request is waiting{late}.",
        "Most money waits with {name}: {money}; {count} requests are waiting{late}.",
        worst.queue.count,
    )
    return text.format(name=worst.department.name, money=money, count=grouped(worst.queue.count), late=late)


def _matrix_rows(waits: tuple[WaitingFor, ...], structure: Structure, columns: list[DepartmentName]) -> list[MatrixRow]:
    by_pair = {(wait.owner, wait.department): wait for wait in waits}
    owners = [
        department
        for department in structure.departments.values()
        if any(wait.owner == department.id for wait in waits)
    ]
    return [
        MatrixRow(owner=department, cells=[by_pair.get((department.id, other.id)) for other in columns])
        for department in owners
    ]


@dataclass(frozen=True, kw_only=True)
class QueueRow:
    """One open hand-off with the deal it is about."""

    item: Waiting
    key: str
    name: str
    stage: str


@require_GET
def department_detail(request: HttpRequest, key: str) -> HttpResponse:
    """One department: its queue, oldest first, and what it holds and lost."""
    site = site_context(request)
    structure = structure_names()
    department = require_department(request, structure.department_at(key))
    run, company = site.run, site.company
    context: dict[str, Any] = {"site": site, "department": department, "panels": []}
    if run is None or company is None:
        return page_render(request, DETAIL, context | {"nothing": True}, partial="page")
    period = _quarter(run, company)
    queue = waiting_with(run=run, company=company, department=department.id)
    number = request.GET.get("page", "1")
    page = int(number) if number.isdecimal() and 1 <= int(number) <= LARGEST_PAGE else 1
    rows = _queue_rows(queue[(page - 1) * QUEUE_PAGE : page * QUEUE_PAGE], structure)
    facts = next(row for row in _department_rows(run, company, structure, period) if row.department.id == department.id)
    waits = waiting_matrix(run=run, company=company, period=period)
    context |= {
        "period": period,
        "panels": _added_panels(key, period),
        "heads": heads_text(
            heads_between(department=key, first=period.start, last=period.end), first=period.start, last=period.end
        ),
        "facts": facts,
        "rows": rows,
        "pages": pages_of(request.GET, page, len(queue)),
        "scale": single_units(company.reporting_currency),
        "asked_by": [(structure.departments[wait.owner], wait) for wait in waits if wait.department == department.id],
        "asks": [(structure.departments[wait.department], wait) for wait in waits if wait.owner == department.id],
        "lost_address": f"{reverse('pipeline:opportunities')}?kind=caused&department={key}&period={period.label}",
        "custody_address": f"{reverse('pipeline:opportunities')}?department={key}",
    }
    return page_render(request, DETAIL, context, partial="page")


def _queue_rows(items: Sequence[Waiting], structure: Structure) -> list[QueueRow]:
    names = names_of(opportunities=[item.opportunity for item in items])
    return [
        QueueRow(
            item=item,
            key=names[item.opportunity][0],
            name=names[item.opportunity][1],
            stage=structure.stages[item.stage].name,
        )
        for item in items
        if item.opportunity in names
    ]


def _added_panels(key: str, period: Period) -> list[tuple[str, str]]:
    """Panels that other apps add to this page: title and address."""
    titled: tuple[tuple[str, str, list[str], dict[str, str]], ...] = (
        (_("Scorecard"), "departments:scorecard_panel", [key], {}),
        (_("Commitments"), "departments:commitments_panel", [], {"department": key}),
    )
    return [(title, reverse(name, args=arguments, query=query)) for title, name, arguments, query in titled]
