"""The button with which an executive reminds a department of what it owes."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from departments.access import may_remind, require
from departments.day_formats import day_text
from departments.models import Department
from departments.updates.selectors.owed import owed, week_to_remind_of
from departments.updates.services.reminders import LONGEST_WORDS
from departments.updates.tasks import reminder_asked
from departments.updates.views.update_form import requested_week
from departments.web.requests import HtmxRequest, next_page

ANSWER = "updates/reminded.html"
ONCE_SECONDS = 60
"""How long a second press of the same button is the same press."""


@require_POST
def send(request: HtmxRequest, key: str) -> HttpResponse:
    """Ask a worker to remind who owes something of a department's week: the week given, else the one that lacks most
    urgently."""
    require(request, may_remind(request.user))
    department = get_object_or_404(Department, key=key)
    now = timezone.now()
    week, unknown = requested_week(request)
    message = request.POST.get("words", "").strip()
    if unknown:
        return _answer(request, department, _("No reminder sent: a week is named by its Monday."), done=False)
    if len(message) > LONGEST_WORDS:
        longer = _("No reminder sent: what you wrote is longer than {longest} characters.")
        return _answer(request, department, longer.format(longest=LONGEST_WORDS), done=False)
    week = week or week_to_remind_of(department=department.pk, now=now)
    people = [item.user for item in owed(week=week, now=now, department=department.pk)] if week else []
    if week is None or not people:
        return _answer(request, department, _why_nobody_reminded(department, week), done=False)
    # add() succeeds for only one of two simultaneous presses.
    if not cache.add(f"reminded:{department.pk}:{week}", True, ONCE_SECONDS):
        return _answer(
            request, department, _("{name} was reminded a moment ago.").format(name=department.name), done=True
        )
    reminder_asked.delay_on_commit(department.pk, week.isoformat(), request.user.pk, message)
    names = " and ".join(person.display_name for person in people)
    return _answer(
        request,
        department,
        _("A reminder for the week of {week} is on its way to {names}.").format(
            week=day_text(week, "%-d %b"), names=names
        ),
        done=True,
    )


def _why_nobody_reminded(department: Department, week: date | None) -> str:
    if week is None:
        return _("{name} owes nothing.").format(name=department.name)
    return _("No reminder sent: {name} lacks nothing for the week of {week}, or has no head with an address.").format(
        name=department.name, week=day_text(week, "%-d %b")
    )


def _answer(request: HtmxRequest, department: Department, message: str, *, done: bool) -> HttpResponse:
    """For htmx a line that replaces the button; for a plain browser a redirect to the page it came from."""
    if request.htmx:
        response = render(request, ANSWER, {"department": department, "words": message, "done": done})
        patch_vary_headers(response, ["HX-Request"])
        return response
    (messages.success if done else messages.info)(request, message)
    return redirect(next_page(request, reverse("departments:my")))
