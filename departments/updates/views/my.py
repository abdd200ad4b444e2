"""My updates: what I owe this week, in one form that takes two minutes on a phone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from departments.access import may_remind, may_see_company, require
from departments.core.lists import listed
from departments.day_formats import day_text
from departments.formats import counted
from departments.updates.selectors.my_week import MySection, MyWeek, my_week
from departments.updates.selectors.owed import WeekProgress, week_progress
from departments.updates.services.updates import Problem, updates_save
from departments.updates.views.update_form import entered_values, form_row, form_rows, requested_week
from departments.web.rendering import page_render
from departments.web.requests import HtmxRequest, signed_in_user

TEMPLATE = "updates/my.html"


@require_http_methods(["GET", "POST"])
def my_updates(request: HttpRequest) -> HttpResponse:
    """The form of a week; a POST saves all of it, keeps what is right and says what is not."""
    require(request, may_see_company(request.user))
    now = timezone.now()
    user, (week, error) = signed_in_user(request), requested_week(request)
    updates = my_week(user=user, week=week, now=now)
    if request.method == "GET" or updates is None or error:
        status = 422 if error and request.method == "POST" else 200
        return page_render(
            request, TEMPLATE, _updates_context(request, updates, now, error=error), partial="page", status=status
        )
    problems = updates_save(
        rows=[entered_values(request.POST, row) for row in updates.rows], week=updates.week, user=user, now=now
    )
    updates = my_week(user=user, week=updates.week, now=now)
    assert updates is not None
    if problems:
        return page_render(
            request, TEMPLATE, _updates_context(request, updates, now, problems), partial="page", status=422
        )
    messages.success(request, _completed(updates))
    return redirect(f"{reverse('departments:my')}?{urlencode({'week': updates.week.isoformat()})}")


@require_POST
def my_row_save(request: HtmxRequest, pk: int) -> HttpResponse:
    """One row, saved as soon as it is filled in."""
    require(request, may_see_company(request.user))
    now = timezone.now()
    user, (week, unknown) = signed_in_user(request), requested_week(request)
    require(request, not unknown)
    updates = my_week(user=user, week=week, now=now)
    target = updates.row(pk) if updates else None
    require(request, target is not None)
    assert updates is not None
    assert target is not None
    submitted = entered_values(request.POST, target)
    problem = updates_save(rows=[submitted], week=updates.week, user=user, now=now, own_wins=True).get(pk)
    if not request.htmx:
        if problem:
            messages.error(request, problem.message)
        return redirect(f"{reverse('departments:my')}?{urlencode({'week': updates.week.isoformat()})}")
    updates = my_week(user=user, week=updates.week, now=now)
    assert updates is not None
    saved = updates.row(pk)
    assert saved is not None
    context = {"row": form_row(saved, problem), "mine": updates, "message": _updates_message(updates), "live": True}
    whole = problem is not None or submitted.copy or saved.note != (submitted.note or "").strip()
    response = page_render(
        request, TEMPLATE, context, partial="row" if whole else "state", status=422 if problem else 200
    )
    if whole:
        # The contents of the fields change too, or have to be marked: render the row again.
        response["HX-Retarget"] = f"#my-{pk}"
    return response


def _updates_context(
    request: HttpRequest,
    updates: MyWeek | None,
    now: datetime,
    problems: Mapping[int, Problem] | None = None,
    error: str = "",
) -> dict[str, Any]:
    if updates is None:
        return {"nothing": True}
    executive = may_remind(request.user)
    progress = week_progress(now=now) if executive and not updates.rows else None
    return {
        "mine": updates,
        "error": error,
        "message": _progress_message(progress) if progress else _updates_message(updates),
        "sections": [
            {
                "section": section,
                "rows": form_rows(section.rows, problems),
                "computed": form_rows(section.computed),
                "commitments": _commitments(section),
            }
            for section in updates.sections
        ],
        "problems": len(problems or {}),
        "progress": progress,
    }


def _commitments(section: MySection) -> str:
    """The address of the panel of the department's commitments."""
    return reverse("departments:commitments_panel", query={"department": section.key})


def _updates_message(updates: MyWeek) -> str:
    total = len(updates.rows)
    if not total:
        return _("You have nothing to enter.")
    week = _week_of(updates.week)
    if updates.complete:
        return (
            _("All {total} for {week} are in.").format(total=counted(total, "value"), week=week)
            if total > 1
            else _("The value for {week} is in.").format(week=week)
        )
    if updates.answered:
        return _("{answered} of {total} for {week} are in.").format(
            answered=updates.answered, total=counted(total, "value"), week=week
        )
    if updates.closed:
        return ngettext("{total} for {week} is missing.", "{total} for {week} are missing.", total).format(
            total=counted(total, "value"), week=week
        )
    return _("{total} due by {closes_at}.").format(
        total=counted(total, "value"), closes_at=day_text(timezone.localtime(updates.closes_at), "%a %H:%M")
    )


def _progress_message(progress: WeekProgress) -> str:
    """For who enters nothing but reminds the others."""
    count = len(progress.departments)
    if not count and not progress.entered:
        return _("No scorecards yet: no department has a measurable to enter.")
    if not count:
        return _("Every value for {week_of} is in.").format(week_of=_week_of(progress.week))
    text = ngettext("{count} lacks values for {week}.", "{count} lack values for {week}.", count)
    return text.format(count=counted(count, "department"), week=_week_of(progress.week))


def _week_of(week: date) -> str:
    return _("the week of {week}").format(week=day_text(week, "%-d %b"))


def _completed(updates: MyWeek) -> str:
    if updates.complete:
        return _("Saved. The week of {week} is complete, thank you.").format(week=day_text(updates.week, "%-d %b"))
    missing = listed([row.row.name for row in updates.rows if not row.answered])
    return _("Saved. Still missing: {missing}.").format(missing=missing)
