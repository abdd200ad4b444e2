"""Two grids of the set-up: the plan by quarters or months, and the departments of the stages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from departments.models import Department
from departments.periods import FiscalCalendar, Period, PeriodError
from departments.scorecards.core.number_text import NotANumber, bare_text, number_parse
from departments.web.lock_waits import serialize_saves
from departments.web.rendering import page_render
from pipeline.models import Pipeline, PlanTarget, Stage
from pipeline.selectors.leaks.leaks import calendar_of
from pipeline.services.set_up import plan_quarters_save, stage_owners_save
from pipeline.views.data.imports import manager_site

PLAN = "pipeline/data/set_up_plan.html"
OWNERS = "pipeline/data/set_up_owners.html"
BEFORE, SHOWN = 4, 12
"""Quarters before the running one that the grid begins with, and all of them."""
type Targets = dict[tuple[int, Period], Decimal | None]
type Stored = Mapping[tuple[int, date, date], str]


@dataclass(frozen=True, kw_only=True)
class PlanCell:
    """One target: the name of its input, what is in it."""

    name: str
    label: str
    text: str
    shown: str
    """What is stored as the page is made."""


@require_http_methods(["GET", "POST"])
@serialize_saves
def plan_page(request: HttpRequest) -> HttpResponse:
    """The plan as a grid of quarters, or months, and pipelines; rows can be pasted from a sheet."""
    site = manager_site(request)
    if site.company is None or not Pipeline.objects.exists():
        messages.info(request, _("A plan is kept by pipeline: bring in your data first."))
        return redirect("pipeline:set_up")
    calendar, pipelines = calendar_of(site.company), list(Pipeline.objects.all())
    first = calendar.quarter_before(calendar.quarter_of(site.local(site.now).date()), BEFORE)
    quarters = [first]
    while len(quarters) < SHOWN:
        quarters.append(calendar.following(quarters[-1]))
    months = [month for quarter in quarters for month in _months(calendar, quarter)]
    targets = PlanTarget.objects.filter(segment="", period_start__gte=first.start)
    if request.method == "POST":  # an import that is bringing a plan is waited for
        targets = targets.select_for_update()
    stored = {(row.pipeline_id, row.period_start, row.period_end): bare_text(row.target) for row in targets}
    by_month = _by_month(request.POST.get("by") or request.GET.get("by", ""), stored, quarters, months)
    periods, entered = months if by_month else quarters, _Entered()
    if request.method == "POST":
        _of_grid(request.POST.dict(), pipelines, periods, stored, entered)
        _of_paste(request.POST.get("paste", ""), pipelines, calendar, entered)
        try:
            if not entered.problems:
                changed = plan_quarters_save(targets=entered.targets)
                messages.success(
                    request,
                    ngettext("{count} target changed.", "{count} targets changed.", changed).format(count=changed),
                )
                return redirect("pipeline:set_up")
        except ValidationError as problem:
            entered.problems += problem.messages
    problems = entered.problems
    rows = [(period, [_cell(request.POST, pipe, period, stored) for pipe in pipelines]) for period in periods]
    context = {"site": site, "pipelines": pipelines, "rows": rows, "problems": problems,
               "paste": request.POST.get("paste", ""), "shows_days": calendar.weeks is not None,
               "by_month": by_month, "month": months[0].label}  # fmt: skip
    return page_render(request, PLAN, context, partial="page", status=422 if problems else 200)


def _months(calendar: FiscalCalendar, quarter: Period) -> list[Period]:
    """The three fiscal months of a quarter."""
    first = calendar.month_of(quarter.start)
    second = calendar.following(first)
    return [first, second, calendar.following(second)]


def _by_month(choice: str, stored: Stored, quarters: list[Period], months: list[Period]) -> bool:
    """Whether the grid is of months: as the address says, else where the plan has months and no quarters."""
    if choice in ("month", "quarter"):
        return choice == "month"
    days = {(start, end) for _pipeline, start, end in stored}
    has_months, has_quarters = (any((p.start, p.end) in days for p in periods) for periods in (months, quarters))
    return has_months and not has_quarters


def _cell(posted: QueryDict, pipe: Pipeline, period: Period, stored: Stored) -> PlanCell:
    name, shown = f"plan-{pipe.pk}-{period.start.isoformat()}", stored.get((pipe.pk, period.start, period.end), "")
    return PlanCell(
        name=name, label=f"{pipe.name}, {period.label}", text=posted.get(name, shown), shown=shown,
    )  # fmt: skip


def _of_grid(
    posted: dict[str, str], pipelines: list[Pipeline], periods: list[Period], stored: Stored, entered: _Entered
) -> None:
    """The cells that were changed: one that is as it was shown is left alone, whoever has changed it since."""
    names = {f"plan-{pipe.pk}-{period.start.isoformat()}" for pipe in pipelines for period in periods}
    if any(_was_changed(posted, name) for name in posted if name.startswith("plan-") and name not in names):
        entered.problems.append(
            _("Nothing was saved: periods or pipelines are others now than when you opened the page. Open it again.")
        )
    for pipe in pipelines:
        for period in periods:
            name = f"plan-{pipe.pk}-{period.start.isoformat()}"
            now, place = stored.get((pipe.pk, period.start, period.end), ""), f"{pipe.name}, {period.label}"
            shown = posted.get(f"shown-{name}", now)
            if name not in posted or posted[name] == shown:
                continue
            if shown != now:
                sentence = _("{place}: changed to {now} in the meantime. Save again to write what you entered.")
                entered.problems.append(sentence.format(place=place, now=now or _("nothing")))
            else:
                entered.take(pipe, period, posted[name], place)


def _was_changed(posted: dict[str, str], name: str) -> bool:
    return posted[name] != posted.get(f"shown-{name}", "")


def _of_paste(text: str, pipelines: list[Pipeline], calendar: FiscalCalendar, entered: _Entered) -> None:
    """Lines of a sheet: a period, then an amount for each pipeline in order. Empty amounts are left alone."""
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in re.split(r"[\t;]", line)]
        if not any(cells):
            continue
        try:
            period = calendar.parse(cells[0])
        except PeriodError as problem:
            entered.problems.append(_("Line {number}: {problem}").format(number=number, problem=problem))
            continue
        place = _("Line {number}").format(number=number)
        if len(cells) - 1 > len(pipelines):
            entered.problems.append(
                _("Line {number} has {cells} amounts, and there are {pipelines} pipelines.").format(
                    number=number, cells=len(cells) - 1, pipelines=len(pipelines)
                )
            )
        elif not any(cells[1:]):
            no_amount = _("{place} has no amount. Write one after a tab or a semicolon.")
            entered.problems.append(no_amount.format(place=place))
        for pipe, cell in zip(pipelines, cells[1:], strict=False):
            if cell:
                entered.take(pipe, period, cell, place)


@dataclass
class _Entered:
    """What a form says: targets by pipeline and period, and what is wrong with it, each with its place."""

    targets: Targets = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    _first: dict[tuple[int, date, date], str] = field(default_factory=dict)
    """By pipeline and days, the text that stood there first."""

    def take(self, pipe: Pipeline, period: Period, text: str, place: str) -> None:
        """One amount, or its problem."""
        try:
            target = _amount(text)
        except NotANumber as problem:
            self.problems.append(f"{place}: {problem}")
            return
        first = self._first.setdefault((pipe.pk, period.start, period.end), text)
        if first == text:
            self.targets[pipe.pk, period] = target
        else:
            self.problems.append(
                _("{place}: {period} of {pipeline} has two amounts, “{first}” and “{second}”. Write it once.").format(
                    place=place, period=period.label, pipeline=pipe.name, first=first, second=text
                )
            )


def _amount(text: str) -> Decimal | None:
    """Money as people type it, None for nothing; NotANumber says why it is none."""
    number = number_parse(text)
    if number.other is not None:
        raise NotANumber(
            _("“{text}” could be {value} or {other}; write it without thousands.").format(
                text=text, value=number.value, other=number.other
            )
        )
    if number.value is None:
        if text.strip():  # sheets show a zero as a dash
            raise NotANumber(_("“{text}” may be 0 or nothing. Write 0, or leave it empty.").format(text=text.strip()))
        return None
    if number.percent or number.value < 0:
        raise NotANumber(_("“{text}” is no amount of money.").format(text=text))
    if round(number.value, 2) != number.value:
        problem = _("“{short}” has more than {most_decimals} decimals.")
        raise NotANumber(problem.format(short=text, most_decimals=2))
    return number.value


@require_http_methods(["GET", "POST"])
@serialize_saves
def owners_page(request: HttpRequest) -> HttpResponse:
    """Stages in rows, departments in columns: who owns which."""
    site = manager_site(request)
    problems: list[str] = []
    if request.method == "POST":
        try:
            with transaction.atomic():
                changed = stage_owners_save(owners=_owners_posted(request.POST.dict()))
        except ValidationError as problem:
            problems = problem.messages
        else:
            words = ngettext(
                "{count} stage changed. Figures follow with the next calculation.",
                "{count} stages changed. Figures follow with the next calculation.",
                changed,
            ).format(count=changed)
            messages.success(request, words)
            return redirect("pipeline:set_up")
    context = {
        "site": site,
        "departments": list(Department.objects.filter(kind=Department.Kind.INTERNAL)),
        "stages": [
            (stage, request.POST.get(f"owner-{stage.pk}") or str(stage.owner_department_id))
            for stage in Stage.objects.select_related("pipeline", "owner_department")
        ],
        "problems": problems,
    }
    return page_render(request, OWNERS, context, partial="page", status=422 if problems else 200)


def _owners_posted(posted: dict[str, str]) -> dict[int, int]:
    """Departments by stage, both by id, without those left as they were shown: somebody may have changed them since.
    ValidationError names what is neither."""
    owners = {name.removeprefix("owner-"): value for name, value in posted.items() if name.startswith("owner-")}
    owners = {stage: value for stage, value in owners.items() if posted.get(f"shown-{stage}") != value}
    # Eighteen digits fit into a bigint; more would be an error of the database.
    wrong = [text for pair in owners.items() for text in pair if not re.fullmatch(r"[0-9]{1,18}", text)]
    if wrong:
        raise ValidationError([_("“{text}” is no stage or department.").format(text=text) for text in wrong])
    departments = {int(stage): int(department) for stage, department in owners.items()}
    stored = Stage.objects.select_for_update(of=("self",)).select_related("owner_department").in_bulk(departments)
    sentence = _("{place}: changed to {now} in the meantime. Save again to write what you entered.")
    changed = [
        sentence.format(place=stage.name, now=stage.owner_department.name)
        for stage in stored.values()
        if posted.get(f"shown-{stage.pk}", str(stage.owner_department_id)) != str(stage.owner_department_id)
        and departments[stage.pk] != stage.owner_department_id
    ]
    if changed:
        raise ValidationError(changed)
    return departments
