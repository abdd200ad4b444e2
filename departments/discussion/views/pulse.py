"""The pulse: a form for the running month, and what may be shown of the months that are over."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from departments.access import may_see_company, may_see_department, require, user_roles
from departments.discussion.selectors.pulse import (
    OwnAnswer,
    PulseMonth,
    closed_months,
    own_answers,
    pulse_month,
    pulse_trend,
    running_month,
)
from departments.discussion.services.errors import DiscussionError
from departments.discussion.services.pulse import LONGEST_SENTENCE, one_line, pulse_save
from departments.models import Department, User
from departments.web.rendering import page_render
from departments.web.requests import HtmxRequest, signed_in_user

TEMPLATE = "discussion/pulse.html"
SCORES = {
    1: gettext_lazy("no support"),
    2: gettext_lazy("little"),
    3: gettext_lazy("fair"),
    4: gettext_lazy("good"),
    5: gettext_lazy("very good"),
}


@require_http_methods(["GET", "POST"])
def pulse_page(request: HttpRequest) -> HttpResponse:
    """The form of the reader's department, and a month that is over; a POST saves the form."""
    require(request, may_see_company(request.user))
    user = signed_in_user(request)
    now, department = timezone.now(), _rates_for(user)
    if request.method == "GET":
        return _page(request, department, now)
    require(request, department is not None)
    assert department is not None
    form = own_answers(user=user, department=department, month=running_month(now))
    answers, errors = _read(request, form)
    if errors:
        return _page(request, department, now, error=" ".join(errors), status=422)
    try:
        count = pulse_save(
            user=user,
            department=department,
            month=_month(request.POST.get("month", "")) or date.min,
            running=running_month(now),
            answers=answers,
            now=now,
        )
    except DiscussionError as problem:
        return _page(request, department, now, error=str(problem), status=422)
    messages.info(
        request,
        _("Saved: {count} of {all} departments rated. You can change it until the month ends.").format(
            count=count, all=len(form)
        ),
    )
    return redirect("departments:pulse")


@require_GET
def pulse_panel(request: HtmxRequest) -> HttpResponse:
    """The newest month beside the hand-off matrix of the departments page."""
    require(request, may_see_company(request.user))
    if not request.htmx:
        return redirect("departments:pulse")
    now = timezone.now()
    months = closed_months(now=now)
    context = {"shown": pulse_month(month=months[0], now=now) if months else None, "beside": True}
    return page_render(request, TEMPLATE, context, partial="matrix")


def _rates_for(user: User) -> Department | None:
    """The department a person answers for: the one led, else the first one belonged to."""
    roles = user_roles(user)
    internal = Department.objects.filter(kind=Department.Kind.INTERNAL).order_by("pk")
    return internal.filter(pk__in=roles.leads).first() or internal.filter(pk__in=roles.member_of).first()


def _read(request: HttpRequest, form: list[OwnAnswer]) -> tuple[dict[int, tuple[int | None, str]], list[str]]:
    answers: dict[int, tuple[int | None, str]] = {}
    errors = []
    for row in form:
        score = request.POST.get(f"score-{row.department.key}", "")
        sentence = request.POST.get(f"sentence-{row.department.key}", "")
        if score and score not in {str(number) for number in SCORES}:
            errors.append(_("The score for {name} must be from 1 to 5.").format(name=row.department.name))
        elif sentence.strip() and not score:
            errors.append(_("Give {name} a score too; a comment alone is not saved.").format(name=row.department.name))
        elif len(one_line(sentence)) > LONGEST_SENTENCE:
            errors.append(
                _("What you wrote about {name} is longer than {longest} characters.").format(
                    name=row.department.name, longest=LONGEST_SENTENCE
                )
            )
        else:
            answers[row.department.pk] = (int(score) if score else None, sentence)
    return answers, errors


def _page(
    request: HttpRequest, department: Department | None, now: datetime, *, error: str = "", status: int = 200
) -> HttpResponse:
    user = signed_in_user(request)
    running, months = running_month(now), closed_months(now=now)
    requested_month = _month(request.GET.get("month", ""))
    chosen = requested_month if requested_month in months else (months[0] if months else None)
    pulse_of_month = pulse_month(month=chosen, now=now) if chosen else None
    context: dict[str, Any] = {
        "department": department,
        "running": running,
        "scores": SCORES,
        "form": _as_posted(request, own_answers(user=user, department=department, month=running)) if department else [],
        "shown": pulse_of_month,
        "sentences": _readable(request, pulse_of_month),
        "months": months,
        "trend": pulse_trend(now=now),
        "error": error,
        "asked_wrong": bool(request.GET.get("month")) and requested_month not in months,
    }
    return page_render(request, TEMPLATE, context, partial="page", status=status)


def _as_posted(request: HttpRequest, rows: list[OwnAnswer]) -> list[OwnAnswer]:
    """Rows that show what was typed instead of what is stored, after an error."""
    if request.method != "POST":
        return rows
    answers = []
    for row in rows:
        score = request.POST.get(f"score-{row.department.key}", "")
        answers.append(
            OwnAnswer(
                department=row.department,
                score=int(score) if score in {str(number) for number in SCORES} else None,
                sentence=request.POST.get(f"sentence-{row.department.key}", ""),
            )
        )
    return answers


def _readable(request: HttpRequest, month: PulseMonth | None) -> list[Any]:
    """Sentences about departments whose detail the reader may see."""
    if month is None:
        return []
    may = {department.pk for department in month.departments if may_see_department(request.user, department.pk)}
    return [group for group in month.sentences if group.about.pk in may]


def _month(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007  (a month has no time zone)
    except ValueError:
        return None
