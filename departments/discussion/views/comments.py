"""Comments on a figure: a panel that any page can ask for by address, and a page of its own."""

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

from departments.access import may_see_company, require
from departments.core.lists import listed
from departments.discussion.selectors.comments import threads_for, threads_of
from departments.discussion.services.comments import (
    EDIT_MINUTES,
    SavedComment,
    comment_add,
    comment_edit,
    comment_reopen,
    comment_resolve,
    editable_until,
)
from departments.discussion.services.errors import DiscussionError
from departments.discussion.tasks import mention_mail
from departments.models import Comment
from departments.subjects import Subject, SubjectUnknown, address_for, people_who_see, subject_of, subject_visible
from departments.web.double_submission import submitted_once
from departments.web.rendering import page_render
from departments.web.requests import HtmxRequest, signed_in_user

TEMPLATE = "discussion/comments.html"
MOST_OFFERED = 8


@require_http_methods(["GET", "POST"])
@submitted_once
def comments_panel(request: HtmxRequest) -> HttpResponse:
    """All comments on a figure; a POST adds one."""
    subject = visible_subject(request, (request.POST or request.GET).get("subject", ""))
    if request.method == "GET":
        return _panel_response(request, subject)
    text, parent = request.POST.get("text", ""), request.POST.get("parent", "")
    require(request, not parent or parent.isdecimal())
    answered = get_object_or_404(Comment, pk=parent, subject=subject.text) if parent else None
    try:
        saved = comment_add(
            subject=subject, text=text, author=signed_in_user(request), now=timezone.now(), parent=answered
        )
    except DiscussionError as problem:
        return _panel_response(
            request, subject, error=str(problem), draft=text, draft_of=answered.pk if answered else None
        )
    return _saved_response(request, subject, saved)


@require_http_methods(["GET", "POST"])
def edit(request: HtmxRequest, pk: int) -> HttpResponse:
    """Edit one's own comment, possible for some minutes."""
    comment, subject = _comment(request, pk)
    now = timezone.now()
    require(request, comment.author_id == request.user.pk)
    if request.method == "GET":
        late = now > editable_until(comment)
        error = (
            _("Comments can be edited for {edit_minutes} minutes. Reply instead.").format(edit_minutes=EDIT_MINUTES)
            if late
            else ""
        )
        return _panel_response(request, subject, error=error, editing=None if late else comment.pk, draft=comment.text)
    text = request.POST.get("text", "")
    try:
        saved = comment_edit(comment=comment, subject=subject, text=text, author=signed_in_user(request), now=now)
    except DiscussionError as problem:
        return _panel_response(request, subject, error=str(problem), editing=comment.pk, draft=text)
    return _saved_response(request, subject, saved)


@require_POST
def resolve(request: HtmxRequest, pk: int) -> HttpResponse:
    """The thread is settled."""
    comment, subject = _comment(request, pk)
    try:
        comment_resolve(comment=comment, user=signed_in_user(request), now=timezone.now())
    except DiscussionError as problem:
        return _panel_response(request, subject, error=str(problem))
    return _back(request, subject, _("Thread resolved."))


@require_POST
def reopen(request: HtmxRequest, pk: int) -> HttpResponse:
    """The thread is not settled after all."""
    comment, subject = _comment(request, pk)
    try:
        comment_reopen(comment=comment)
    except DiscussionError as problem:
        return _panel_response(request, subject, error=str(problem))
    return _back(request, subject, _("Thread reopened."), anchor=f"comment-{pk}")


@require_GET
def my_threads(request: HttpRequest) -> HttpResponse:
    """Open threads I began, answered or am mentioned in."""
    require(request, may_see_company(request.user))
    threads = threads_for(user=signed_in_user(request))
    return page_render(request, "discussion/comments_mine.html", {"threads": threads}, partial="page")


@require_GET
def mentionable_people(request: HttpRequest) -> HttpResponse:
    """Who can be mentioned, for the completion of a name after an @."""
    subject = visible_subject(request, request.GET.get("subject", ""))
    readers = people_who_see(subject=subject, like=request.GET.get("q", "")[:50])[:MOST_OFFERED]
    return page_render(request, "discussion/comments_people.html", {"people": readers}, partial="options")


def visible_subject(request: HttpRequest, text: str) -> Subject:
    """The figure the address names; 404 where there is none, or none for this reader."""
    try:
        subject = subject_of(text)
    except SubjectUnknown:
        raise Http404 from None
    require(request, subject_visible(request.user, subject))
    return subject


def _comment(request: HttpRequest, pk: int) -> tuple[Comment, Subject]:
    comment = get_object_or_404(Comment, pk=pk)
    return comment, visible_subject(request, comment.subject)


def _panel_response(request: HttpRequest, subject: Subject, *, error: str = "", **more: Any) -> HttpResponse:
    threads = threads_of(subject=subject.text)
    now = timezone.now()
    fresh = {
        row.id
        for thread in threads
        for row in (thread.first, *thread.answers)
        if row.author_id == request.user.pk and (now - row.at).total_seconds() < EDIT_MINUTES * 60
    }
    context = {
        "subject": subject,
        "address": address_for(request.user, subject),
        "open": [thread for thread in threads if thread.resolved_at is None],
        "resolved": [thread for thread in threads if thread.resolved_at is not None],
        "editable": fresh,
        "error": error,
        **more,
    }
    return page_render(request, TEMPLATE, context, partial="panel", status=422 if error else 200)


def _saved_response(request: HtmxRequest, subject: Subject, saved: SavedComment) -> HttpResponse:
    for user in saved.notified:
        mention_mail.delay_on_commit(saved.comment.pk, user)
    names = listed([f"@{name}" for name in saved.not_notified])
    notice = (
        _("Not notified: {names}. No one by that name can see this figure.").format(names=names)
        if names
        else _("Comment saved.")
    )
    return _back(request, subject, notice, anchor=f"comment-{saved.comment.pk}")


def _back(request: HtmxRequest, subject: Subject, notice: str, *, anchor: str = "") -> HttpResponse:
    if request.htmx:
        return _panel_response(request, subject, notice=notice)
    messages.info(request, notice)
    address = f"{reverse('departments:comments')}?{urlencode({'subject': subject.text})}"
    return redirect(f"{address}#{anchor}" if anchor else address)
