"""Commitments and issues: the lists, one commitment, and what can be done with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from departments.access import may_commit, may_see_company, may_see_department, require, visible_department_ids
from departments.day_formats import day_text
from departments.discussion.selectors.commitments import (
    commitment_row,
    commitments_of,
    company_today,
    issues_of,
    narrowed_commitments,
    subject_link,
)
from departments.discussion.services.commitments import commitment_close, commitment_create, commitment_postpone
from departments.discussion.services.errors import DiscussionError
from departments.discussion.views.commitment_forms import CommitmentForm, FilterForm, committing, filled_in
from departments.models import Commitment, Department
from departments.periods import PeriodError, parse_day
from departments.web.double_submission import submitted_once
from departments.web.rendering import page_render
from departments.web.requests import HtmxRequest, signed_in_user

INDEX, DETAIL, NEW = "discussion/commitments.html", "discussion/commitment.html", "discussion/commitment_new.html"

MEASURED_SHOWN = 5
"""Commitments that were kept, with what they should move before and after, on a department's page."""
FILLS_IN = {"text", "subject", "measurable", "expected_effect"}
"""With one of these the address is that of a commitment to be made: from a leak, a what-if, a scorecard's row."""


@require_GET
def commitment_list(request: HttpRequest) -> HttpResponse:
    """Every commitment the reader may see, filtered, and what is off track."""
    require(request, may_see_company(request.user))
    if FILLS_IN & request.GET.keys() and committing(request.user).exists():
        return redirect(f"{reverse('departments:commitment_new')}?{request.GET.urlencode()}")
    now, seen = timezone.now(), visible_department_ids(request.user)
    everything = commitments_of(now=now, departments=seen)
    owners = sorted({(row.owner_username, row.owner) for row in everything})
    form = FilterForm(request.GET or None, user=request.user, owners=owners)
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    if form.is_bound and form.errors:
        chosen = {name: value for name, value in form.cleaned_data.items() if name not in form.errors}
    status = chosen.get("status") or "open"
    may_commit_for = set(committing(request.user).values_list("pk", flat=True))
    context = {
        "form": form,
        "rows": narrowed_commitments(
            everything,
            now=now,
            departments=seen,
            department=chosen.get("department", ""),
            owner=chosen.get("owner", ""),
            status="" if status == "any" else status,
            due=chosen.get("due", ""),
        ),
        "overdue": sum(1 for row in everything if row.days_overdue),
        "due_this_week": sum(1 for row in everything if row.due_this_week and not row.days_overdue),
        "open": sum(1 for row in everything if row.status == Commitment.Status.OPEN),
        "issues": issues_of(departments=seen, department=chosen.get("department", "")),
        "may_make": bool(may_commit_for),
        "committing": may_commit_for,
    }
    return page_render(request, INDEX, context, partial="page")


@require_http_methods(["GET", "POST"])
@submitted_once
def commitment_new(request: HttpRequest) -> HttpResponse:
    """Make a commitment; a scorecard row, a leak or a what-if can prefill the form through the address."""
    user, now = signed_in_user(request), timezone.now()
    require(request, committing(user).exists())
    today = company_today(now)
    if request.method == "GET":
        form = CommitmentForm(initial=filled_in(request.GET, user=user, today=today), user=user)
        return _commitment_form_page(request, form)
    form = CommitmentForm(request.POST, user=user)
    if not form.is_valid():
        return _commitment_form_page(request, form, status=422)
    try:
        commitment = commitment_create(**form.cleaned_data, created_by=user, now=now, today=today)
    except DiscussionError as problem:
        form.add_error(None, str(problem))
        return _commitment_form_page(request, form, status=422)
    messages.info(request, _("Commitment saved."))
    return redirect("departments:commitment", pk=commitment.pk)


@require_GET
def commitment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One commitment: what was promised, what became of it, and what can be done."""
    return _detail_page(request, pk)


@require_POST
@submitted_once
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Done, or dropped with a reason."""
    commitment = _changeable(request, pk)
    outcome, note = request.POST.get("outcome", ""), request.POST.get("note", "")
    try:
        commitment_close(
            commitment=commitment, outcome=outcome, note=note, user=signed_in_user(request), now=timezone.now()
        )
    except DiscussionError as problem:
        return _detail_page(request, pk, error=str(problem), note=note)
    messages.info(request, _("Commitment marked as {outcome}.").format(outcome=outcome))
    return redirect("departments:commitment", pk=pk)


@require_POST
@submitted_once
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry it over to a later day."""
    commitment = _changeable(request, pk)
    try:
        due = parse_day(request.POST.get("due", ""))
    except PeriodError as problem:
        return _detail_page(request, pk, error=str(problem))
    try:
        commitment_postpone(commitment=commitment, due=due, today=company_today(timezone.now()))
    except DiscussionError as problem:
        return _detail_page(request, pk, error=str(problem))
    messages.info(request, _("Commitment postponed to {due}.").format(due=day_text(due)))
    return redirect("departments:commitment", pk=pk)


@require_GET
def commitments_panel(request: HtmxRequest) -> HttpResponse:
    """A department's open commitments and issues, for its page."""
    department = get_object_or_404(Department, key=request.GET.get("department", ""), kind=Department.Kind.INTERNAL)
    require(request, may_see_department(request.user, department.pk))
    if not request.htmx:
        return redirect(f"{reverse('departments:commitments')}?{urlencode({'department': department.key})}")
    now = timezone.now()
    done = commitments_of(now=now, department=department.key, status=Commitment.Status.DONE)
    context = {
        "department": department,
        "rows": commitments_of(now=now, department=department.key, status=Commitment.Status.OPEN),
        "measured": [row for row in done if row.result and "before" in row.result][:MEASURED_SHOWN],
        "issues": issues_of(department=department.key),
        "may_make": may_commit(request.user, department.pk),
        "committing": {department.pk} if may_commit(request.user, department.pk) else set(),
    }
    return page_render(request, "discussion/commitments_panel.html", context, partial="panel")


def _changeable(request: HttpRequest, pk: int) -> Commitment:
    commitment = get_object_or_404(Commitment, pk=pk)
    require(request, may_commit(request.user, commitment.department_id))
    return commitment


def _commitment_form_page(request: HttpRequest, form: CommitmentForm, *, status: int = 200) -> HttpResponse:
    subject = str(form["subject"].value() or "")
    label, _ = subject_link(subject, request.user) if subject else ("", "")
    issue = f"{reverse('departments:issue_new')}?{request.GET.urlencode()}"
    context = {"form": form, "subject_label": label, "issue_address": issue}
    return page_render(request, NEW, context, partial="page", status=status)


def _detail_page(request: HttpRequest, pk: int, *, error: str = "", **more: Any) -> HttpResponse:
    now = timezone.now()
    row = commitment_row(pk=pk, now=now)
    if row is None:
        raise Http404
    require(request, may_see_department(request.user, row.department_id))
    label, address = subject_link(row.subject, request.user)
    context = {
        "row": row,
        "subject_label": label,
        "subject_address": address,
        "may_change": row.status == Commitment.Status.OPEN and may_commit(request.user, row.department_id),
        "error": error,
        **more,
    }
    return page_render(request, DETAIL, context, partial="page", status=422 if error else 200)
