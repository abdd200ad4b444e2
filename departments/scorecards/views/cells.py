"""Writing on a scorecard: one cell, a pasted block, and the plain form of one week that needs no JavaScript."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from departments.access import may_edit_scorecard, require
from departments.core.text import clean_values
from departments.day_formats import day_text
from departments.models import Department, Entry, EntryChange, find_company
from departments.periods import parse_day
from departments.scorecards.core.entry_rules import entry_text
from departments.scorecards.core.number_text import NotANumber
from departments.scorecards.selectors.entry_history import EntryHistory, entry_history
from departments.scorecards.selectors.scorecards import grid
from departments.scorecards.services.entries import (
    CellText,
    CellVersion,
    EntryConflict,
    EntryRefused,
    EntryUnusual,
    PasteRefused,
    ScorecardError,
    entries_paste,
    entries_undo,
    entry_note_save,
    entry_save,
    entry_undo,
)
from departments.scorecards.views.filters import (
    ScorecardFilters,
    editable_department,
    parse_filters,
    visible_department,
)
from departments.scorecards.views.grid import grid_rows, grid_weeks
from departments.scorecards.views.scorecards import page_context
from departments.web.rendering import page_render
from departments.web.requests import HtmxRequest, signed_in_user

CELL = "scorecards/cell.html"
SAVED = "scorecards/cell_saved.html"
TABLE = "scorecards/pasted.html"
How = EntryChange.How


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why a cell was not written: what was sent is kept beside what stands there now."""

    message: str
    sent: str
    conflict: EntryConflict | None = None
    unusual: bool = False
    """It may be right: sent again, it is written."""

    @property
    def status(self) -> int:
        return 409 if self.conflict else 422


@require_http_methods(["GET", "POST"])
def cell(request: HtmxRequest, key: str, measurable: str, week: date) -> HttpResponse:
    """One value with its note and history; a POST writes the value, the note, or undoes the newest change."""
    reads = request.method == "GET"
    department = visible_department(request, key) if reads else editable_department(request, key)
    history = entry_history(department=department.pk, measurable=measurable, week=week)
    require(request, history is not None)
    assert history is not None
    if reads:
        return _cell_page(request, department, history, None)
    now = timezone.now()
    problem = _write_cell(request, history, now)
    if request.htmx:
        return _cell_saved(request, department, history, problem, now)
    if problem:
        fresh = entry_history(department=department.pk, measurable=measurable, week=week) or history
        return _cell_page(request, department, fresh, problem)
    messages.success(
        request, _("{name}, week of {week}: saved.").format(name=history.measurable.name, week=day_text(week))
    )
    return redirect("departments:scorecard", key)


def _write_cell(request: HttpRequest, history: EntryHistory, now: datetime) -> Problem | None:
    """Do what was asked; what stood in the way of it, if anything."""
    user = signed_in_user(request)
    sent = request.POST.get("value", "")
    target: dict[str, Any] = {
        "measurable": history.measurable, "week": history.week, "version": _version(request.POST.get("version")),
        "user": user, "now": now,
    }  # fmt: skip
    action = request.POST.get("action", "save")
    try:
        if action == "undo":
            entry_undo(**target)
        elif action not in ("note", "save") or ("note" if action == "note" else "value") not in request.POST:
            raise EntryRefused(_("The request names no value, so nothing was changed. Open the page again."))
        elif action == "note":
            sent = request.POST["note"]
            entry_note_save(note=sent, how=How.GRID, **target)
        else:
            measurable = history.measurable
            number = entry_text(sent, name=measurable.name, unit=measurable.unit)
            # “Sure” is said of one text: another one is asked about again.
            ask = None if request.POST.get("sure") == sent else number
            entry_save(value=number.value, note=request.POST.get("note"), how=How.GRID, ask=ask, **target)
    except EntryConflict as conflict:
        return Problem(message=str(conflict), sent=sent, conflict=conflict)
    except EntryUnusual as problem:
        return Problem(message=str(problem), sent=sent, unusual=True)
    except (EntryRefused, NotANumber) as problem:
        return Problem(message=str(problem), sent=sent)
    return None


def _version(text: str | None) -> int:
    """The version that was seen; what is no number was never seen, and conflicts with whatever is there."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else -1


def _cell_page(
    request: HttpRequest, department: Department, history: EntryHistory, problem: Problem | None
) -> HttpResponse:
    company = find_company()
    context = {
        "department": department,
        "history": history,
        "problem": problem,
        "may_edit": may_edit_scorecard(request.user, department.pk) and history.measurable.manual,
        "closes_at": company.close_rule.closes_at(history.week) if company else None,
        "query": request.GET.urlencode(),
    }
    return page_render(request, CELL, context, partial="detail", status=problem.status if problem else 200)


def _cell_saved(
    request: HttpRequest, department: Department, history: EntryHistory, problem: Problem | None, now: datetime
) -> HttpResponse:
    """The cell as it is now, and out of band what depends on it; a problem with both values."""
    _, filters = _parse_grid_filters(request, now)
    scorecard = grid(department=department.pk, until_week=filters.until, weeks=filters.weeks, now=now)
    assert scorecard is not None
    number = next((at for at, row in enumerate(scorecard.rows) if row.id == history.measurable.pk), None)
    if number is None or history.week not in scorecard.weeks:
        # The page does not show the cell; htmx swaps nothing for a 204.
        return HttpResponse(status=204)
    column = scorecard.weeks.index(history.week)
    (row,) = grid_rows(scorecard, [number])
    context = {
        "department": department,
        "filters": filters,
        "row": row,
        "cell": row.cells[column],
        "measurable": history.measurable,
        "week": history.week,
        "column": grid_weeks(scorecard)[column],
        "problem": problem,
    }
    return render(request, SAVED, context, status=problem.status if problem else 200)


def _parse_grid_filters(request: HttpRequest, now: datetime) -> tuple[object, ScorecardFilters]:
    company = find_company()
    if company is None:
        raise Http404
    return parse_filters(request, today=now.astimezone(company.zone).date())


@require_POST
def paste(request: HttpRequest, key: str) -> HttpResponse:
    """A block from a sheet, or the undoing of one: all cells or none. Answers with the whole table, or with why not."""
    department = editable_department(request, key)
    user = signed_in_user(request)
    now = timezone.now()
    errors: list[dict[str, Any]] = []
    message, again, status, written = "", "", 200, list[Entry]()
    must_include: set[str] = set()
    try:
        block = _parse_block(request.POST.get("cells", ""))
        must_include = {sent.measurable for sent in block}
        if request.POST.get("action") == "undo":
            written = entries_undo(department=department.pk, cells=block, user=user, now=now)
        else:
            ask = "sure" not in request.POST
            written = entries_paste(department=department.pk, cells=block, user=user, now=now, ask=ask)
    except PasteRefused as refused:
        message, status = str(refused), 422
        refusals = [(at, why) for at, why in refused.errors.items()]
        refusals += [
            (at, _("{why} There is {value} now.").format(why=why, value=why.value_text))
            for at, why in refused.conflicts.items()
        ]
        refusals += list(refused.unusual.items())
        again = "" if refused.errors or refused.conflicts else request.POST["cells"]
        errors = [{"key": measurable, "week": week, "why": why} for (measurable, week), why in refusals]
    except ScorecardError as problem:
        message, status = str(problem), 422
    context = page_context(request, department, now, must_include=must_include)
    context |= {"words": message, "again": again, "written": len(written)}
    names = {row.key: row.name for row in context["grid"].rows}
    context["errors"] = [error | {"name": names.get(error["key"], error["key"])} for error in errors]
    return render(request, TABLE, context, status=status)


def _parse_block(text: str) -> list[Any]:
    """The cells of a request: [measurable, week, version] or [measurable, week, version, text]."""
    try:
        rows = clean_values(json.loads(text))
        return [
            CellText(measurable=str(row[0]), week=parse_day(str(row[1])), version=int(row[2]), text=str(row[3]))
            if len(row) > 3
            else CellVersion(measurable=str(row[0]), week=parse_day(str(row[1])), version=int(row[2]))
            for row in rows
        ]
    except (ValueError, TypeError, IndexError, KeyError, OverflowError, RecursionError) as problem:
        raise EntryRefused(_("The block could not be read; nothing was changed.")) from problem
