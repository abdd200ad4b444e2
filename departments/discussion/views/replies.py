"""The right of reply: a panel beside a share, with the head's answer and, for the head, a form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from departments.access import may_reply, require
from departments.discussion.selectors.replies import versions_of
from departments.discussion.services.errors import DiscussionError
from departments.discussion.services.replies import reply_add
from departments.discussion.views.comments import visible_subject
from departments.models import Department
from departments.subjects import Subject, address_for
from departments.web.rendering import page_render
from departments.web.requests import HtmxRequest, signed_in_user

TEMPLATE = "discussion/reply.html"


@require_http_methods(["GET", "POST"])
def replies_panel(request: HtmxRequest) -> HttpResponse:
    """The newest answer to a share with its versions; a POST adds one."""
    subject = visible_subject(request, (request.POST or request.GET).get("subject", ""))
    if subject.kind != "share":
        raise Http404
    if request.method == "GET":
        return _panel_response(request, subject)
    require(request, _may_answer(request, subject))
    user = signed_in_user(request)
    text, seen = request.POST.get("text", ""), request.POST.get("seen", "")
    try:
        added = reply_add(
            subject=subject,
            text=text,
            author=user,
            seen=int(seen) if seen.isdecimal() and len(seen) < 9 else 0,
            now=timezone.now(),
        )
    except DiscussionError as problem:
        return _panel_response(request, subject, error=str(problem), draft=text)
    notice = (
        _("Your answer was saved as version {version}.").format(version=added.version)
        if added
        else _("The text is unchanged, so no new version was saved.")
    )
    if request.htmx:
        return _panel_response(request, subject, notice=notice)
    messages.info(request, notice)
    return redirect(f"{reverse('departments:reply')}?{urlencode({'subject': subject.text})}")


def _may_answer(request: HttpRequest, subject: Subject) -> bool:
    department = subject.department
    internal = department is not None and department.kind == Department.Kind.INTERNAL
    return internal and department is not None and may_reply(request.user, department.pk)


def _panel_response(request: HttpRequest, subject: Subject, *, error: str = "", **more: Any) -> HttpResponse:
    versions = versions_of(subject=subject.text)
    department = subject.department
    context = {
        "subject": subject,
        "address": address_for(request.user, subject),
        "period": subject.text.split(":", 2)[2],
        "answers": department is not None and department.kind == Department.Kind.INTERNAL,
        "newest": versions[0] if versions else None,
        "older": versions[1:],
        "may_answer": _may_answer(request, subject),
        "error": error,
        **more,
    }
    return page_render(request, TEMPLATE, context, partial="panel", status=422 if error else 200)
