"""Setting up a scorecard: its measurables, their owners, and their goals by week."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from departments.access import may_edit_scorecard, may_set_measurables, require
from departments.models import Annotation, Department, Measurable, current_company
from departments.scorecards.selectors.scorecards import score_rows
from departments.scorecards.services.measurables import (
    MeasurableRefused,
    goal_set,
    measurable_add,
    measurable_archive,
    measurable_change,
    measurable_move,
)
from departments.scorecards.services.measurables import annotation_add as remark_add
from departments.scorecards.services.measurables import annotation_remove as remark_remove
from departments.scorecards.views.forms import (
    GoalForm,
    MeasurableForm,
    RemarkForm,
    goal_initial,
    measurable_initial,
)
from departments.scorecards.views.grid import goal_text
from departments.web.double_submission import submitted_once
from departments.web.lock_waits import serialize_saves
from departments.web.rendering import page_render
from departments.web.requests import signed_in_user

LIST = "scorecards/measurables.html"
DETAIL = "scorecards/measurable.html"


def _department(request: HttpRequest, key: str) -> Department:
    department = Department.objects.filter(key=key, kind=Department.Kind.INTERNAL).first()
    require(request, department is not None and may_set_measurables(request.user, department.pk))
    assert department is not None
    return department


@require_http_methods(["GET", "POST"])
@submitted_once
def measurables(request: HttpRequest, key: str) -> HttpResponse:
    """The measurables of a scorecard in order, and a form to add one."""
    department = _department(request, key)
    today = timezone.localdate()
    form = MeasurableForm(request.POST or None, department=department)
    goal = GoalForm(request.POST or None, initial={"effective_from": today}, unit=request.POST.get("unit", ""))
    refused = ""
    if request.method == "POST" and form.is_valid() and goal.is_valid():
        try:
            with transaction.atomic():
                added = measurable_add(department=department, **form.cleaned_data)
                goal_set(measurable=added, now=timezone.now(), **goal.cleaned_data)
        except MeasurableRefused as problem:
            refused = str(problem)
        else:
            messages.success(request, _("“{name}” was added to the scorecard.").format(name=added.name))
            return redirect("departments:scorecard_measurables", key)
    rows = score_rows(departments=[department.pk], archived=True)
    context = {
        "department": department,
        "form": form,
        "goal": goal,
        "refused": refused,
        "rows": [(row, goal_text(row.goal(today))) for row in rows if not row.archived],
        "archived": [row for row in rows if row.archived],
    }
    invalid = request.method == "POST"
    return page_render(request, LIST, context, partial="page", status=422 if invalid else 200)


@require_http_methods(["GET", "POST"])
@submitted_once
@serialize_saves
def measurable(request: HttpRequest, key: str, measurable: str) -> HttpResponse:
    """One measurable: name, unit, owner and weight; its goals by week; its position; whether it is archived."""
    department = _department(request, key)
    rows = Measurable.objects.filter(department=department, key=measurable).select_related("owner")
    row = (rows.select_for_update(of=("self",)) if request.method == "POST" else rows).first()
    require(request, row is not None)
    assert row is not None
    forms_, refused = _forms(request, department, row), ""
    if request.method == "POST":
        try:
            if _apply_action(request.POST.get("action", ""), row, forms_):
                messages.success(request, _("“{name}” is saved.").format(name=row.name))
                return redirect("departments:scorecard_measurables", key)
        except MeasurableRefused as problem:
            refused = str(problem)
    goals = [(goal, goal_text(goal.dated)) for goal in row.goals.order_by("-effective_from")]
    context = {"department": department, "one": row, "goals": goals, "refused": refused} | forms_
    return page_render(request, DETAIL, context, partial="page", status=422 if request.method == "POST" else 200)


def _forms(request: HttpRequest, department: Department, measurable: Measurable) -> dict[str, Any]:
    """Both forms, of which only the submitted one is bound."""
    action = request.POST.get("action", "")
    company = current_company()
    newest = measurable.goals.order_by("effective_from").last()
    goal = goal_initial(newest) | {"effective_from": company.close_rule.due_week(timezone.now())}
    return {
        "form": MeasurableForm(
            request.POST if action == "change" else None, department=department, initial=measurable_initial(measurable)
        ),
        "goal_form": GoalForm(request.POST if action == "goal" else None, initial=goal, unit=measurable.unit),
    }


def _apply_action(action: str, measurable: Measurable, forms_: dict[str, Any]) -> bool:
    """Apply the requested action; False if the submitted form is invalid."""
    if action in ("up", "down"):
        measurable_move(measurable=measurable, up=action == "up")
    elif action in ("archive", "restore"):
        measurable_archive(measurable=measurable, archived=action == "archive")
    elif action == "change" and forms_["form"].is_valid():
        measurable_change(measurable=measurable, **forms_["form"].cleaned_data)
    elif action == "goal" and forms_["goal_form"].is_valid():
        goal_set(measurable=measurable, now=timezone.now(), **forms_["goal_form"].cleaned_data)
    else:
        return False
    return True


@require_POST
@submitted_once
def annotation_add(request: HttpRequest, key: str) -> HttpResponse:
    """A dated remark beside the numbers."""
    department = Department.objects.filter(key=key, kind=Department.Kind.INTERNAL).first()
    require(request, department is not None and may_edit_scorecard(request.user, department.pk))
    assert department is not None
    user = signed_in_user(request)
    form = RemarkForm(request.POST, department=department)
    if form.is_valid():
        remark_add(department=department, user=user, now=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Remark added."))
    else:
        problems = " ".join(f"{form[name].label}: {' '.join(map(str, texts))}" for name, texts in form.errors.items())
        refused = _("The remark was not added. {problems} What you wrote: “{text}”")
        messages.error(request, refused.format(problems=problems, text=request.POST.get("text", "")[:1000]))
    return redirect("departments:scorecard", key)


@require_POST
def annotation_remove(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Take a remark away again."""
    annotation = Annotation.objects.filter(pk=pk, department__key=key).first()
    require(request, annotation is not None and may_edit_scorecard(request.user, annotation.department_id))
    assert annotation is not None
    remark_remove(annotation=annotation)
    return redirect("departments:scorecard", key)
