"""My queue: what waits for my department, and which money waits behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from departments.access import may_see_company, require, user_roles
from departments.formats import counted, money_in_words, single_units
from departments.models import Company
from departments.web.rendering import page_render
from departments.web.requests import signed_in_user
from pipeline.custody_store import CustodyStoreMissing
from pipeline.models import RecomputeRun
from pipeline.page.paging import pages_of
from pipeline.page.site_context import site_context
from pipeline.selectors.deals.my_queue import MyQueue, my_queue, names_of_person
from pipeline.selectors.leaks.handoffs import Queue, queues
from pipeline.selectors.overview import DepartmentName, Structure, structure_names

PAGE = "pipeline/deals/queue.html"
LARGEST_PAGE = 10_000


class QueueForm(forms.Form):
    """What the reader wants to see of the queue."""

    whose = forms.ChoiceField(
        required=False,
        choices=[("all", gettext_lazy("All of ours")), ("mine", gettext_lazy("Assigned to me"))],
        widget=forms.RadioSelect,
    )
    order = forms.ChoiceField(
        required=False,
        choices=[
            ("weight", gettext_lazy("Costs most")),
            ("oldest", gettext_lazy("Oldest first")),
            ("money", gettext_lazy("Most money")),
        ],
    )
    page = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_PAGE, widget=forms.HiddenInput)


@dataclass(frozen=True, kw_only=True)
class ElsewhereRow:
    """What waits with one department, for who belongs to none."""

    department: DepartmentName
    queue: Queue


@require_GET
def queue_page(request: HttpRequest) -> HttpResponse:
    """The open hand-offs of the reader's departments; for who has none, what waits where."""
    require(request, may_see_company(request.user))
    site = site_context(request)
    if site.run is None or site.company is None:
        return page_render(request, PAGE, {"site": site, "nothing": True}, partial="page")
    try:
        context = _queue_context(request, site.run, site.company)
    except CustodyStoreMissing as problem:
        context = {"store_missing": str(problem)}
    return page_render(request, PAGE, {"site": site, **context}, partial="page")


def _queue_context(request: HttpRequest, run: RecomputeRun, company: Company) -> dict[str, Any]:
    structure = structure_names()
    departments = [
        department
        for department in structure.departments.values()
        if department.id in user_roles(request.user).member_of
    ]
    if not departments:
        return _elsewhere(run, company, structure)
    user = signed_in_user(request)
    chosen, errors = _parse_choices(request.GET)
    queue = my_queue(
        run=run,
        company=company,
        structure=structure,
        departments={department.id for department in departments},
        names=names_of_person(user=user),
        only_assigned=chosen["whose"] == "mine",
        order=chosen["order"],
        page=chosen["page"],
    )
    return {
        "own_departments": departments,
        "names": " and ".join(department.name for department in departments),
        "form": QueueForm(initial=chosen, auto_id="queue-%s"),
        "chosen": chosen,
        "errors": errors,
        "queue": queue,
        "structure": structure,
        "message": _queue_message(queue, company, only_assigned=chosen["whose"] == "mine"),
        "pages": pages_of(request.GET, chosen["page"], queue.listed),
        "scale": single_units(company.reporting_currency),
    }


def _parse_choices(query: QueryDict) -> tuple[dict[str, Any], list[str]]:
    """What was asked for, the default where it makes no sense, and what to say about that."""
    form = QueueForm(query)
    form.is_valid()
    entered = {name: value for name, value in form.cleaned_data.items() if value}
    return {"whose": "all", "order": "weight", "page": 1} | entered, [
        str(messages[0]) for messages in form.errors.values()
    ]


def _queue_message(queue: MyQueue, company: Company, *, only_assigned: bool) -> str:
    if not queue.listed:
        return _("Nothing waits for me.") if only_assigned else _("Nothing waits for us.")
    money = money_in_words(queue.amount, company.reporting_currency)
    if only_assigned:
        text = ngettext("{money} in {deals} waits for me.", "{money} in {deals} wait for me.", queue.deals)
    else:
        text = ngettext("{money} in {deals} waits for us.", "{money} in {deals} wait for us.", queue.deals)
    return text.format(money=money, deals=counted(queue.deals, "deal"))


def _elsewhere(run: RecomputeRun, company: Company, structure: Structure) -> dict[str, Any]:
    by_department = queues(run=run, company=company)
    rows = [
        ElsewhereRow(department=department, queue=by_department[department.id])
        for department in structure.departments.values()
        if department.id in by_department
    ]
    rows.sort(key=lambda row: -row.queue.amount)
    return {
        "elsewhere": rows,
        "scale": single_units(company.reporting_currency),
        "message": _("You do not belong to a department, so nothing waits for you."),
    }
