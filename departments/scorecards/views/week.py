"""The plain form of one week: every measurable that is typed in, its value and its note. It needs no JavaScript."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from departments.access import require
from departments.core.text import restore_line_breaks
from departments.day_formats import day_text
from departments.models import Department, EntryChange, find_company
from departments.scorecards.core.number_text import bare_text
from departments.scorecards.selectors.week_entries import WeekEntry, week_entries
from departments.scorecards.services.entries import CellText, EntryRefused, PasteRefused, entries_paste
from departments.scorecards.views.filters import editable_department
from departments.scorecards.views.grid import goal_text
from departments.web.rendering import page_render
from departments.web.requests import signed_in_user

TEMPLATE = "scorecards/week.html"
WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One measurable of the form. After a problem it holds what was sent, beside what stands there now."""

    entry: WeekEntry
    goal: str
    value: str
    note: str
    error: str = ""
    sure: str = ""
    """The text that was asked about: sent again, it is written."""

    @property
    def key(self) -> str:
        return self.entry.row.key


@require_http_methods(["GET", "POST"])
def week(request: HttpRequest, key: str, week: date) -> HttpResponse:
    """The form; a POST saves all of it or, if anything is wrong, nothing, and shows what."""
    department = editable_department(request, key)
    now = timezone.now()
    company = find_company()
    require(request, company is not None and week <= now.astimezone(company.zone).date())
    assert company is not None
    lines = [
        Line(
            entry=entry,
            goal=goal_text(entry.row.goal(week)),
            value="" if entry.value is None else bare_text(entry.value),
            note=entry.note,
        )
        for entry in week_entries(department=department.pk, week=week)
    ]
    refused = None
    if request.method == "POST":
        refused = _take(request, department, week, lines, now)
        if refused is None:
            messages.success(request, _("Week of {week} saved.").format(week=day_text(week, "%-d %B %Y")))
            return redirect("departments:scorecard", key)
        lines = _with_submitted(request, lines, refused, week)
    context = {
        "department": department,
        "week": week,
        "lines": lines,
        "refused": refused,
        "closes_at": company.close_rule.closes_at(week).astimezone(company.zone),
        "closed": company.close_rule.is_closed(week, now),
        "before": week - WEEK,
        "after": week + WEEK if week + WEEK <= now.astimezone(company.zone).date() else None,
    }
    return page_render(request, TEMPLATE, context, partial="page", status=422 if refused else 200)


def _take(
    request: HttpRequest, department: Department, week: date, lines: list[Line], now: datetime
) -> PasteRefused | None:
    user = signed_in_user(request)
    cells = []
    for line in lines:
        version = request.POST.get(f"version-{line.key}", "")
        cells.append(
            CellText(
                measurable=line.key,
                week=week,
                text=request.POST.get(f"value-{line.key}", line.value),
                note=restore_line_breaks(request.POST.get(f"note-{line.key}", line.note), line.note),
                sure=request.POST.get(f"sure-{line.key}") == request.POST.get(f"value-{line.key}", line.value),
                version=int(version) if version.isdecimal() and len(version) < 10 else -1,
            )
        )
    try:
        entries_paste(department=department.pk, cells=cells, user=user, now=now, how=EntryChange.How.FORM, ask=True)
    except PasteRefused as refused:
        return refused
    except EntryRefused as problem:
        return PasteRefused({("", week): str(problem)}, {})
    return None


def _with_submitted(request: HttpRequest, lines: list[Line], refused: PasteRefused, week: date) -> list[Line]:
    """Keep everything that was typed, with the newest versions, so that sending it again is a deliberate overwrite."""
    refilled = []
    for line in lines:
        error = refused.errors.get((line.key, week), "")
        conflict = refused.conflicts.get((line.key, week))
        if conflict:
            error = _("{conflict} There is {now_there} now; yours is in the field. Save again to overwrite it.").format(
                conflict=conflict, now_there=conflict.value_text
            )
        unusual = refused.unusual.get((line.key, week), "")
        if unusual:
            error = _("{unusual} Correct it, or save again if it is right.").format(unusual=unusual)
        refilled.append(
            replace(
                line,
                sure=request.POST.get(f"value-{line.key}", "") if unusual else "",
                value=request.POST.get(f"value-{line.key}", line.value),
                note=request.POST.get(f"note-{line.key}", line.note),
                error=error,
            )
        )
    return refilled
