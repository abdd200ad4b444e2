"""Scorecards to look at: all departments by week, one department's grid, and its panel for the department page."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from departments import access
from departments.core.lists import listed
from departments.day_formats import day_text
from departments.formats import counted, grouped
from departments.models import Department, find_company
from departments.scorecards.selectors.annotations import annotations_of
from departments.scorecards.selectors.missing_entries import Missing, missing_entries
from departments.scorecards.selectors.scorecards import DepartmentHeat, Grid, Heat, close_rule, department_heat, grid
from departments.scorecards.views.filters import (
    ScorecardFilters,
    filtered_rows,
    neighbour_addresses,
    parse_filters,
    visible_department,
)
from departments.scorecards.views.grid import grid_rows, grid_weeks, off_track
from departments.web.rendering import page_render
from departments.web.requests import HtmxRequest

INDEX = "scorecards/index.html"
DETAIL = "scorecards/show.html"
LINES = "scorecards/lines.html"
PANEL = "scorecards/panel.html"
WEEKS = 13
PANEL_WEEKS = 6
MOST_OFF_TRACK = 20
"""Longer lists below the grid nobody reads: the grid itself shows all of them when asked."""


@require_GET
def scorecard_list(request: HttpRequest) -> HttpResponse:
    """Every department the reader may see, by week; who is in, late or missing."""
    access.require(request, access.may_see_company(request.user))
    now = timezone.now()
    heat = department_heat(weeks=WEEKS, now=now)
    if heat is None:
        return page_render(request, INDEX, {"nothing": True}, partial="page")
    others = access.may_see_departments(request.user)
    own = access.user_roles(request.user).member_of
    seen = [row for row in heat.departments if others or row.department in own]
    due, last = (missing_entries(week=week, now=now) for week in heat.weeks[:2])
    context = {
        "heat": heat,
        "weeks": list(zip(heat.weeks, heat.closed, strict=True)),
        "rows": [_heat_row(row, heat) for row in seen],
        "handed_in": [_handed_in(row, due, last) for row in seen],
        "message": _completeness_message(seen, heat),
        "closes_at": _closes_at(heat),
    }
    return page_render(request, INDEX, context, partial="page")


def _closes_at(heat: Heat) -> datetime | None:
    rule = close_rule()
    return rule.closes_at(heat.weeks[0]).astimezone(rule.zone) if rule else None


def _completeness_message(rows: list[DepartmentHeat], heat: Heat) -> str:
    last = [row for row in rows if row.owed]
    if not last:
        return _("No department has a scorecard yet.")
    whole = sum(row.entered[1] == row.owed for row in last)
    incomplete = [row.name for row in last if row.entered[1] < row.owed]
    week = day_text(heat.weeks[1], "%-d %b")
    complete = _("{whole} of {last} for the week of {week} are complete").format(
        whole=whole, last=counted(len(last), "scorecard"), week=week
    )
    return (
        ngettext(
            "{complete}; {names} has values missing.", "{complete}; {names} have values missing.", len(incomplete)
        ).format(complete=complete, names=listed(incomplete))
        if incomplete
        else f"{complete}."
    )


def _heat_row(row: DepartmentHeat, heat: Heat) -> dict[str, Any]:
    """A department's line: for each week a number, a shape, a shade and what is missing."""
    cells = []
    for at, share in enumerate(row.shares):
        missing = row.owed - row.entered[at] if heat.closed[at] else 0
        cells.append(
            {
                "share": share,
                "mark": "" if share is None else "●" if share > 0.995 else "◐" if share >= 0.5 else "○",
                "shade": "" if share is None or share > 0.995 else f"shade-{min(5, 1 + int((1 - share) * 5))}",
                "missing": missing,
                "late": row.late[at],
            }
        )
    return {"department": row, "cells": cells}


def _handed_in(row: DepartmentHeat, due: tuple[Missing, ...], last: tuple[Missing, ...]) -> dict[str, Any]:
    """How a department stands with the week that is due and the one that closed last."""
    missing = [entry.measurable_name for entry in last if entry.department == row.department]
    late = row.late[1]
    state = "missing" if missing else "late" if late else "in"
    return {
        "department": row,
        "entered": row.entered[0],
        "open": [entry.measurable_name for entry in due if entry.department == row.department],
        "state": state,
        "mark": {"missing": "–", "late": "◐", "in": "●"}[state],
        "css": {"missing": "bad", "late": "attention", "in": "good"}[state],
        "words": _("{late} late").format(late=counted(late, "value"))
        if late and not missing
        else _("in time")
        if not missing
        else "",
        "lacking": missing,
    }


@require_GET
def scorecard_page(request: HtmxRequest, key: str) -> HttpResponse:
    """One department's grid."""
    department = visible_department(request, key)
    now = timezone.now()
    context = page_context(request, department, now)
    if request.GET.get("start") and request.htmx and not context.get("nothing"):
        return render(request, LINES, context)
    return page_render(request, DETAIL, context, partial="page")


def page_context(
    request: HttpRequest, department: Department, now: datetime, *, must_include: Collection[str] = ()
) -> dict[str, Any]:
    """Everything the page of a scorecard prints. must_include: measurables that must be among the lines."""
    context: dict[str, Any] = {
        "department": department,
        "may_edit": access.may_edit_scorecard(request.user, department.pk),
        "may_set": access.may_set_measurables(request.user, department.pk),
        "may_commit": access.may_commit(request.user, department.pk),
    }
    company = find_company()
    if company is None:
        return context | {"nothing": True}
    today = now.astimezone(company.zone).date()
    form, filters = parse_filters(request, today=today)
    scorecard = grid(department=department.pk, until_week=filters.until, weeks=filters.weeks, now=now)
    assert scorecard is not None
    chosen = filtered_rows(scorecard, filters, request.user.pk)
    annotations = annotations_of(department=department.pk, since=scorecard.weeks[-1], until=scorecard.weeks[0])
    before, after = neighbour_addresses(filters, scorecard, today)
    forms = f"{reverse('departments:scorecard', args=[department.key])}weeks/" if context["may_edit"] else ""
    return (
        context
        | grid_context(scorecard, chosen, filters, must_include)
        | {
            "form": form,
            "filters": filters,
            "annotations": list(enumerate(annotations, 1)),
            "weeks": grid_weeks(scorecard, [annotation.day for annotation in annotations], forms=forms),
            "before": before,
            "after": after,
            "today": today,
            "closes_at": company.close_rule.closes_at(scorecard.due_week).astimezone(company.zone),
            "message": _grid_message(scorecard),
        }
    )


def grid_context(
    scorecard: Grid, chosen: list[int], filters: ScorecardFilters, must_include: Collection[str] = ()
) -> dict[str, Any]:
    """What the table alone prints: as many lines as are written at once, and where the next ones are."""
    start = min(filters.start, len(chosen))
    end = start + filters.lines
    end = max([end, *(place + 1 for place, at in enumerate(chosen) if scorecard.rows[at].key in must_include)])
    missed, following = off_track(scorecard, chosen), {}
    if end < len(chosen):
        last = min(end + filters.lines, len(chosen))
        following = {"more": filters.address(start=end), "more_first": end + 1, "more_last": last}
    return {
        "grid": scorecard,
        "rows": grid_rows(scorecard, chosen[start:end], first=not start),
        "off_track": missed[:MOST_OFF_TRACK],
        "more_off_track": len(missed) - MOST_OFF_TRACK,
        "only_off_track": filters.address(show="missed", start=0),
        "hidden": len(scorecard.rows) - len(chosen),
        "lines": len(chosen),
        "start": start,
        "from_the_top": filters.address(),
    } | following


def _grid_message(scorecard: Grid) -> str:
    """The line on top: how the newest closed week went and what is still to be filled in."""
    if not scorecard.rows:
        return _("This scorecard has no measurables yet.")
    manual = [at for at, row in enumerate(scorecard.rows) if row.manual]
    at = 0 if scorecard.closed[0] or len(scorecard.weeks) == 1 else 1
    judged = [int(code) for code in scorecard.status[:, at] if code]
    met = sum(code == 1 for code in judged)
    result = (
        _("{met} of {judged} met in the week of {weeks}").format(
            met=met, judged=len(judged), weeks=day_text(scorecard.weeks[at], "%-d %b")
        )
        if judged
        else _("Nothing was judged yet")
    )
    open_ = sum(scorecard.cells.versions[row, 0] == 0 for row in manual) if not scorecard.closed[0] else 0
    rest = (
        _("; {open_} of {manual} to fill in for this week").format(
            open_=grouped(open_), manual=counted(len(manual), "value")
        )
        if open_
        else ""
    )
    return f"{result}{rest}."


@require_GET
def scorecard_panel(request: HttpRequest, key: str) -> HttpResponse:
    """The newest weeks, for the department's page; readable by itself too."""
    department = visible_department(request, key)
    scorecard = grid(department=department.pk, until_week=None, weeks=PANEL_WEEKS, now=timezone.now())
    context: dict[str, Any] = {
        "department": department,
        "may_edit": access.may_edit_scorecard(request.user, department.pk),
    }
    if scorecard is not None:
        context |= {"rows": grid_rows(scorecard), "weeks": grid_weeks(scorecard), "message": _grid_message(scorecard)}
    return render(request, PANEL, context)
