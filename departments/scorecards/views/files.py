"""A scorecard out as CSV or XLSX, and in again after a look at what it would change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from departments.day_formats import day_text
from departments.formats import counted
from departments.models import Department, EntryChange, current_company, find_company
from departments.scorecards.core.score_file.cells import FileCell
from departments.scorecards.core.score_file.sheet import FileUnreadable
from departments.scorecards.selectors.file_changes import file_changes, stored_values
from departments.scorecards.selectors.scorecards import grid
from departments.scorecards.services.entries import CellText, PasteRefused, ScorecardError, entries_paste
from departments.scorecards.services.files import FileRow, csv_write, file_read, workbook_write
from departments.scorecards.views.filters import editable_department, parse_filters, visible_department
from departments.scorecards.views.grid import goal_text
from departments.scorecards.views.upload_handler import BoundedUploadHandler
from departments.web.rendering import page_render
from departments.web.requests import signed_in_user

UPLOAD = "scorecards/upload.html"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SALT = "departments.scorecard.file"
SECONDS = 3600
"""How long one may think about what a file would change."""


@require_GET
def download(request: HttpRequest, key: str, kind: str) -> HttpResponse:
    """The weeks of the page as a file; all measurables, whatever is filtered."""
    department = visible_department(request, key)
    company, now = find_company(), timezone.now()
    if company is None or kind not in ("csv", "xlsx"):
        raise Http404
    _, filters = parse_filters(request, today=now.astimezone(company.zone).date())
    scorecard = grid(department=department.pk, until_week=filters.until, weeks=filters.weeks, now=now)
    assert scorecard is not None
    values = stored_values(department=department.pk, weeks=scorecard.weeks)
    rows = [
        FileRow(
            key=row.key,
            name=row.name,
            unit=row.unit,
            goal=goal_text(row.goal(scorecard.weeks[0])),
            values=[values.get((row.key, week)) for week in scorecard.weeks],
        )
        for row in scorecard.rows
    ]
    if kind == "csv":
        response = HttpResponse(csv_write(rows, scorecard.weeks), content_type="text/csv; charset=utf-8")
    else:
        response = HttpResponse(workbook_write(rows, scorecard.weeks, title=department.name), content_type=XLSX)
    name = f"scorecard-{department.key}-{scorecard.weeks[0].isoformat()}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@csrf_exempt  # only so that the size is bounded before anything of the request is read: `_upload` is protected
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, key: str) -> HttpResponse:
    """Choose a file, see what it would change, import it. Nothing is changed before the last step."""
    request.upload_handlers = [BoundedUploadHandler(request)]
    return _upload(request, key)


@csrf_protect
def _upload(request: HttpRequest, key: str) -> HttpResponse:
    department = editable_department(request, key)
    context: dict[str, Any] = {"department": department}
    if request.method == "GET":
        return page_render(request, UPLOAD, context, partial="page")
    if "changes" in request.POST:
        answer = _take_in(request, department)
        if not answer:
            return redirect("departments:scorecard", key)
        return page_render(request, UPLOAD, context | answer, partial="page", status=422)
    try:
        context |= _looked_at(request, department)
    except FileUnreadable as problem:
        context["refused"] = [str(problem)]
    status = 422 if "refused" in context or context["wrong"] else 200
    return page_render(request, UPLOAD, context, partial="page", status=status)


def _looked_at(request: HttpRequest, department: Department) -> dict[str, Any]:
    """What the file of the request would change, for the page; FileUnreadable where it is none."""
    sent = request.FILES.get("file")
    if sent is None:
        raise FileUnreadable(_("Choose a file first."))
    content = file_read(sent.read())
    return _preview(department, content.cells) | {"name": sent.name, "notes": content.notes}


def _preview(department: Department, cells: Sequence[FileCell]) -> dict[str, Any]:
    """What cells would change, and the signed form of it where all of them can be taken."""
    today = timezone.now().astimezone(current_company().zone).date()
    changes = file_changes(department=department.pk, cells=cells, today=today)
    wrong = [change for change in changes if change.error]
    preview: dict[str, Any] = {
        "name": "-",
        "read": len(cells),
        "changes": wrong or changes,
        "wrong": wrong,
        "far": sum(bool(change.far) for change in changes),
    }
    if changes and not wrong:
        packed = [[change.key, change.week.isoformat(), change.version, change.text] for change in changes]
        # The file is not kept: the page itself carries what it says to the next step, so it is signed.
        preview["signed"] = signing.dumps([department.pk, packed], salt=SALT, compress=True)
    return preview


def _take_in(request: HttpRequest, department: Department) -> dict[str, Any]:
    """Import the file; returns the context of an error page, or nothing on success."""
    user = signed_in_user(request)
    try:
        owner, packed = signing.loads(request.POST["changes"], salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return {"refused": [_("This preview has expired. Choose the file again; nothing was changed.")]}
    if owner != department.pk:
        return {"refused": [_("This file is for another department; nothing was changed.")]}
    cells = [
        CellText(measurable=key, week=date.fromisoformat(week), version=version, text=text, sure="sure" in request.POST)
        for key, week, version, text in packed
    ]
    how = EntryChange.How.FILE
    try:
        written = entries_paste(department=department.pk, cells=cells, user=user, now=timezone.now(), how=how, ask=True)
    except PasteRefused as refused:
        if not refused.errors and not refused.conflicts:
            same = [FileCell(key=cell.measurable, week=cell.week, text=cell.text) for cell in cells]
            return _preview(department, same) | {"unticked": True}
        refusals = [(*at, why) for at, why in refused.errors.items()]
        refusals += [(*at, str(why)) for at, why in refused.conflicts.items()]
        return {
            "refused": [
                str(refused),
                *(
                    _("{key}, week of {week}: {why}").format(key=key, week=day_text(week), why=why)
                    for key, week, why in refusals
                ),
            ]
        }
    except ScorecardError as problem:
        return {"refused": [str(problem)]}
    messages.success(
        request,
        ngettext("{values} was imported.", "{values} were imported.", len(written)).format(
            values=counted(len(written), "value")
        ),
    )
    return {}
