"""Two grids of the set-up: the plan by quarters, and the departments of the stages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from departments.models import Department
from departments.periods import FiscalCalendar, Period, PeriodError
from departments.scorecards.core.number_text import NotANumber, bare_text, number_parse
from departments.web.rendering import page_render
from pipeline.models import Pipeline, PlanTarget, Stage
from pipeline.selectors.leaks.leaks import calendar_of
from pipeline.services.set_up import plan_quarters_save, stage_owners_save
from pipeline.views.data.imports import manager_shell

PLAN = "pipeline/data/set_up_plan.html"
OWNERS = "pipeline/data/set_up_owners.html"
BEFORE, SHOWN = 4, 12
"""Quarters before the running one that the grid begins with, and all of them."""
type Targets = dict[tuple[int, Period], Decimal | None]


@dataclass(frozen=True, kw_only=True)
class PlanCell:
    """One target: the name of its input, what is in it."""

    name: str
    label: str
    text: str


@require_http_methods(["GET", "POST"])
def plan_page(request: HttpRequest) -> HttpResponse:
    """The plan as a grid of quarters and pipelines; rows can be pasted from a sheet."""
    shell = manager_shell(request)
    if shell.company is None or not Pipeline.objects.exists():
        messages.info(request, "A plan is kept by pipeline: bring in your data first.")
        return redirect("pipeline:set_up")
    calendar, pipelines = calendar_of(shell.company), list(Pipeline.objects.all())
    first = calendar.quarter_before(calendar.quarter_of(shell.local(shell.now).date()), BEFORE)
    quarters = [first]
    while len(quarters) < SHOWN:
        quarters.append(calendar.following(quarters[-1]))
    problems: list[str] = []
    if request.method == "POST":
        targets = _of_grid(request.POST.dict(), pipelines, quarters, problems)
        targets |= _of_paste(request.POST.get("paste", ""), pipelines, calendar, problems)
        try:
            if not problems:
                changed = plan_quarters_save(targets=targets)
                messages.success(
                    request,
                    ngettext("{count} target changed.", "{count} targets changed.", changed).format(count=changed),
                )
                return redirect("pipeline:set_up")
        except ValidationError as problem:
            problems += problem.messages
    stored = {
        (row.pipeline_id, row.period_start, row.period_end): bare_text(row.target)
        for row in PlanTarget.objects.filter(segment="", period_start__gte=first.start)
    }
    rows = [(quarter, [_cell(request.POST, pipe, quarter, stored) for pipe in pipelines]) for quarter in quarters]
    context = {"shell": shell, "pipelines": pipelines, "rows": rows, "problems": problems,
               "paste": request.POST.get("paste", "")}  # fmt: skip
    return page_render(request, PLAN, context, partial="page", status=422 if problems else 200)


def _cell(posted: QueryDict, pipe: Pipeline, quarter: Period, stored: dict[tuple[int, date, date], str]) -> PlanCell:
    name = f"plan-{pipe.pk}-{quarter.start.isoformat()}"
    text = posted.get(name, stored.get((pipe.pk, quarter.start, quarter.end), ""))
    return PlanCell(name=name, label=f"{pipe.name}, {quarter.label}", text=text)


def _of_grid(posted: dict[str, str], pipelines: list[Pipeline], quarters: list[Period], problems: list[str]) -> Targets:
    targets: Targets = {}
    for pipe in pipelines:
        for quarter in quarters:
            name = f"plan-{pipe.pk}-{quarter.start.isoformat()}"
            if name in posted:
                _take(targets, pipe, quarter, posted[name], f"{pipe.name}, {quarter.label}", problems)
    return targets


def _of_paste(text: str, pipelines: list[Pipeline], calendar: FiscalCalendar, problems: list[str]) -> Targets:
    """Lines of a sheet: a period, then an amount for each pipeline in order."""
    targets: Targets = {}
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in re.split(r"[\t;]", line)]
        if not any(cells):
            continue
        try:
            period = calendar.parse(cells[0])
        except PeriodError as problem:
            problems.append(_("Line {number}: {problem}").format(number=number, problem=problem))
            continue
        if len(cells) - 1 > len(pipelines):
            problems.append(
                _("Line {number} has {cells} amounts, and there are {pipelines} pipelines.").format(
                    number=number, cells=len(cells) - 1, pipelines=len(pipelines)
                )
            )
            continue
        for pipe, cell in zip(pipelines, cells[1:], strict=False):
            if cell:
                _take(targets, pipe, period, cell, _("Line {number}").format(number=number), problems)
    return targets


def _take(targets: Targets, pipe: Pipeline, period: Period, text: str, place: str, problems: list[str]) -> None:
    try:
        number = number_parse(text)
    except NotANumber as problem:
        problems.append(f"{place}: “{text}”: {problem}.")
        return
    if number.other is not None:
        problems.append(
            _("{place}: “{text}” could be {value} or {other}; write it without thousands.").format(
                place=place, text=text, value=number.value, other=number.other
            )
        )
    elif number.percent or (number.value is not None and number.value < 0):
        problems.append(_("{place}: “{text}” is no amount of money.").format(place=place, text=text))
    else:
        targets[pipe.pk, period] = number.value


@require_http_methods(["GET", "POST"])
def owners_page(request: HttpRequest) -> HttpResponse:
    """Stages in rows, departments in columns: who owns which."""
    shell = manager_shell(request)
    departments = list(Department.objects.filter(kind=Department.Kind.INTERNAL))
    if request.method == "POST":
        owners = {
            int(name.removeprefix("owner-")): int(value)
            for name, value in request.POST.dict().items()
            if re.fullmatch(r"owner-\d{1,18}", name) and re.fullmatch(r"\d{1,18}", value)
        }
        changed = stage_owners_save(owners=owners)
        words = ngettext(
            "{count} stage changed. Figures follow with the next calculation.",
            "{count} stages changed. Figures follow with the next calculation.",
            changed,
        ).format(count=changed)
        messages.success(request, words)
        return redirect("pipeline:set_up")
    stages = list(Stage.objects.select_related("pipeline", "owner_department"))
    context = {"shell": shell, "departments": departments, "stages": stages}
    return page_render(request, OWNERS, context, partial="page")
