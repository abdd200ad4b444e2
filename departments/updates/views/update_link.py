"""The form behind the link in a mail: no password, one week of one department, once.

No session is made and none is looked at. The address is the only key: so it is sent to nobody as a referrer, kept by
no cache and no search engine, and the form needs no other proof that it was asked for by us (a page that does not know
the address cannot send it; and with no referrer, browsers send no origin to check either).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from departments.models import UpdateLink, current_company
from departments.updates.owed_values import zone_of
from departments.updates.selectors.my_week import MyRow, rows_of_department, rows_of_week
from departments.updates.services.update_links import LinkClosed, LinkUnknown, update_link_open
from departments.updates.services.updates import NothingSent, SubmittedRow, UpdatesRefused, update_link_submit
from departments.updates.views.update_form import entered_values, form_rows
from departments.web.visitors import count_wrong_link

FORM, CLOSED = "updates/link.html", "updates/link_closed.html"


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def use(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the form and changes nothing, since mail programs open links too; submitting it uses the link up."""
    now = timezone.now()
    try:
        if request.method != "POST":
            return _form_page(request, update_link_open(token=token, now=now), now)
        link = update_link_submit(token=token, rows=lambda opened: _submitted_rows(request, opened), now=now)
    except UpdatesRefused as refused:
        return _form_page(request, update_link_open(token=token, now=now), now, refused)
    except LinkUnknown as problem:
        status = 429 if count_wrong_link(request) else 404
        return _private(render(request, CLOSED, {"problem": problem}, status=status))
    except LinkClosed as problem:
        return _private(render(request, CLOSED, {"problem": problem}, status=410))
    rows = [row for row in _rows_of_link(link) if row.answered]
    return _private(render(request, FORM, {"link": link, "done": form_rows(rows)}))


def _form_page(
    request: HttpRequest, link: UpdateLink, now: datetime, refused: UpdatesRefused | None = None
) -> HttpResponse:
    company = current_company()
    closes_at = company.close_rule.closes_at(link.week)
    rows = _rows_of_link(link)
    problems, submitted = (refused.problems, refused.submitted) if refused else ({}, {})
    rows_left = [row for row in rows if not row.answered or row.row.id in problems]
    context: dict[str, Any] = {
        "link": link,
        "company": company,
        "closes_at": closes_at,
        "closed": closes_at <= now,
        "rows": form_rows(rows_left, problems, submitted),
        "nothing_sent": isinstance(refused, NothingSent) and bool(rows_left),
        "in_already": sum(row.answered for row in rows),
        "problems": len(problems),
    }
    with timezone.override(zone_of(link.user, company)):
        return _private(render(request, FORM, context, status=422 if refused else 200))


def _rows_of_link(link: UpdateLink) -> tuple[MyRow, ...]:
    rows = rows_of_department(user=link.user, department=link.department_id)
    return rows_of_week(rows=rows, week=link.week, rule=current_company().close_rule)


def _submitted_rows(request: HttpRequest, link: UpdateLink) -> Sequence[SubmittedRow]:
    """What was sent of the link's own rows. A link enters what is missing and changes nothing that is in: a row that
    has an answer by now is a conflict, whatever version was sent."""
    sent = [row for row in _rows_of_link(link) if f"value-{row.row.id}" in request.POST]
    return [replace(entered_values(request.POST, row), version=0 if row.answered else row.version) for row in sent]


def _private(response: HttpResponse) -> HttpResponse:
    """Nobody else learns the address from a page opened by it."""
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "no-store, private"
    return response
