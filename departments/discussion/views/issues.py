"""Issues: what is off track, put on the list and taken off it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from departments.access import may_commit, require
from departments.discussion.selectors.commitments import company_today
from departments.discussion.services.commitments import issue_raise, issue_solve
from departments.discussion.services.errors import DiscussionError
from departments.discussion.views.commitment_forms import IssueForm, committing, filled_in
from departments.models import Issue, Measurable
from departments.web.double_submission import submitted_once
from departments.web.rendering import page_render
from departments.web.requests import signed_in_user


@require_http_methods(["GET", "POST"])
@submitted_once
def issue_new(request: HttpRequest) -> HttpResponse:
    """Put something on a department's list; the address may fill it in."""
    user, now = signed_in_user(request), timezone.now()
    require(request, committing(user).exists())
    if request.method == "GET":
        filled = filled_in(request.GET, user=user, today=company_today(now))
        measurable = Measurable.objects.filter(key=request.GET.get("measurable", "")).first()
        off_goal = _("“{name}” is off its goal").format(name=measurable.name) if measurable else filled["text"]
        filled["text"] = request.GET.get("text", "") or off_goal
        return _issue_form_page(request, IssueForm(initial=filled, user=user))
    form = IssueForm(request.POST, user=user)
    if form.is_valid():
        try:
            issue_raise(**form.cleaned_data, created_by=user, now=now)
        except DiscussionError as problem:
            form.add_error(None, str(problem))
        else:
            messages.info(request, _("Issue added to the list."))
            return redirect("departments:commitments")
    return _issue_form_page(request, form, status=422)


@require_POST
def solve(request: HttpRequest, pk: int) -> HttpResponse:
    """It is solved."""
    issue = get_object_or_404(Issue, pk=pk)
    require(request, may_commit(request.user, issue.department_id))
    user = signed_in_user(request)
    try:
        issue_solve(issue=issue, note=request.POST.get("note", ""), user=user, now=timezone.now())
    except DiscussionError as problem:
        messages.error(request, str(problem))
    else:
        messages.info(request, _("Issue solved."))
    return redirect("departments:commitments")


def _issue_form_page(request: HttpRequest, form: IssueForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "issue": True}
    return page_render(request, "discussion/commitment_new.html", context, partial="page", status=status)
