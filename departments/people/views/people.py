"""The people of the company: their roles, open invitations, and the page of one person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from departments.access import may_manage_people, require
from departments.models import Membership, User
from departments.people.selectors.people import invited, people, person_by_id
from departments.people.services.errors import PeopleError
from departments.people.services.invitations import (
    invitation_address,
    invitation_create,
    invitation_renew,
    invitation_revoke,
    may_read_address,
)
from departments.people.services.people import person_active_set, role_change, role_grant, role_revoke
from departments.people.tasks import invitation_mail
from departments.people.views.forms import InviteForm, RoleForm
from departments.people.views.mail import has_mail_server
from departments.web.double_submission import submitted_once
from departments.web.rendering import page_render
from departments.web.requests import signed_in_user

LIST = "people/index.html"
DETAIL = "people/person.html"
CONFIRM = "people/confirm.html"


def manager(request: HttpRequest) -> User:
    """The signed-in person, who may manage people; others are refused."""
    require(request, may_manage_people(request.user))
    return signed_in_user(request)


@require_http_methods(["GET", "POST"])
@submitted_once
def people_list(request: HttpRequest) -> HttpResponse:
    """Everybody, and the form to invite somebody."""
    user, now = manager(request), timezone.now()
    form, problem = InviteForm(request.POST if request.method == "POST" else None), ""
    if request.method == "POST" and form.is_valid():
        role, department = form.chosen()
        email = form.cleaned_data["email"]
        try:
            invitation = invitation_create(email=email, role=role, department=department, invited_by=user, now=now)
        except PeopleError as error:
            problem = str(error)
        else:
            invitation_mail.delay_on_commit(invitation.pk)
            messages.success(request, _("{email} was invited. The link works once, for a week.").format(email=email))
            return redirect("departments:people")
    rows = invited(now=now)
    out = has_mail_server()
    context = {
        "people": people(),
        "invited": [
            (row, invitation_address(row.invitation) if not out and may_read_address(user, row.invitation) else "")
            for row in rows
        ],
        "form": form,
        "problem": problem,
        "has_mail_server": out,
    }
    status = 422 if request.method == "POST" else 200
    return page_render(request, LIST, context, partial="page", status=status)


@require_POST
@submitted_once
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a new invitation link, valid for another week."""
    user = manager(request)
    try:
        renewed = invitation_renew(invitation=pk, user=user, now=timezone.now())
    except PeopleError as problem:
        messages.error(request, str(problem))
    else:
        invitation_mail.delay_on_commit(renewed.pk)
        messages.success(
            request, _("{email} gets a new link; the old one no longer works.").format(email=renewed.email)
        )
    return redirect("departments:people")


@require_http_methods(["GET", "POST"])
@submitted_once
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw an invitation, after confirmation."""
    user = manager(request)
    invitation = next((row.invitation for row in invited(now=timezone.now()) if row.invitation.pk == pk), None)
    if invitation is None:
        raise Http404
    question = {
        "title": _("Withdraw the invitation of {email}?").format(email=invitation.email),
        "under": _("Its link will stop working. You can invite the same address again."),
        "button": _("Withdraw it"),
    }
    return _confirm_then(
        request,
        question,
        lambda: invitation_revoke(invitation=pk, user=user, now=timezone.now()),
        _("It is withdrawn."),
    )


@require_GET
def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: roles to change, and whether they can sign in."""
    manager(request)
    return _person_page(request, pk, RoleForm())


@require_POST
@submitted_once
def role_add(request: HttpRequest, pk: int) -> HttpResponse:
    """One more role for a person."""
    user, person = manager(request), _user_or_404(pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _person_page(request, pk, form, status=422)
    role, department = form.chosen()
    return _change_role(request, pk, lambda: role_grant(person=person, role=role, department=department, by=user))


@require_POST
@submitted_once
def role_edit(request: HttpRequest, pk: int, membership: int) -> HttpResponse:
    """Replace one role by another."""
    user, role_of_person = manager(request), _membership_or_404(pk, membership)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _person_page(request, pk, RoleForm(), status=422, problem=_("Unknown role; nothing was changed."))
    role, department = form.chosen()
    return _change_role(
        request, pk, lambda: role_change(membership=role_of_person, role=role, department=department, by=user)
    )


@require_http_methods(["GET", "POST"])
@submitted_once
def role_remove(request: HttpRequest, pk: int, membership: int) -> HttpResponse:
    """Remove a role, after confirmation."""
    user, role_of_person = manager(request), _membership_or_404(pk, membership)
    what = role_of_person.get_role_display() + (
        _(" of {name}").format(name=role_of_person.department.name) if role_of_person.department else ""
    )
    question = {
        "title": _("Take “{what}” from {get_username}?").format(
            what=what, get_username=role_of_person.user.get_username()
        ),
        "under": _("What they did stays on record, under their name."),
        "button": _("Take the role"),
    }
    return _confirm_then(
        request, question, lambda: role_revoke(membership=role_of_person, by=user), _("Role removed."), person=pk
    )


@require_http_methods(["GET", "POST"])
def active(request: HttpRequest, pk: int) -> HttpResponse:
    """Deactivate a person, or let them sign in again, after confirmation."""
    user, target = manager(request), _user_or_404(pk)
    name = target.get_username()
    if target.is_active:
        question = {
            "title": _("Deactivate {name}?").format(name=name),
            "under": _(
                "They are signed out everywhere and cannot sign in. What they did stays, and you can undo this."
            ),
            "button": _("Deactivate"),
        }
    else:
        question = {
            "title": _("Let {name} sign in again?").format(name=name),
            "under": _("With the roles they have."),
            "button": _("Let them in"),
        }
    # What the page offered, which may be outdated by a second press of the button.
    become = request.POST.get("active", "0" if target.is_active else "1") == "1"
    question["active"] = "0" if target.is_active else "1"
    notice = (
        _("{name} can sign in again.").format(name=name)
        if become
        else _("{name} can no longer sign in.").format(name=name)
    )
    return _confirm_then(
        request, question, lambda: person_active_set(person=target, active=become, by=user), notice, person=pk
    )


def _confirm_then(
    request: HttpRequest,
    question: dict[str, str],
    action: Callable[[], object],
    notice: str,
    *,
    person: int | None = None,
) -> HttpResponse:
    """GET shows the confirmation page; POST runs the action and redirects."""
    context: dict[str, Any] = {"question": question, "person": person}
    if request.method == "GET":
        return page_render(request, CONFIRM, context, partial="page")
    try:
        action()
    except PeopleError as problem:
        return page_render(request, CONFIRM, context | {"problem": str(problem)}, partial="page", status=409)
    messages.success(request, notice)
    return redirect("departments:people_person", person) if person else redirect("departments:people")


def _change_role(request: HttpRequest, pk: int, action: Callable[[], object]) -> HttpResponse:
    try:
        action()
    except PeopleError as problem:
        return _person_page(request, pk, RoleForm(), status=409, problem=str(problem))
    messages.success(request, _("Role changed."))
    return redirect("departments:people_person", pk)


def _person_page(
    request: HttpRequest, pk: int, form: RoleForm, *, status: int = 200, problem: str = ""
) -> HttpResponse:
    person = person_by_id(pk=pk)
    if person is None:
        raise Http404
    rows = [
        (
            role,
            RoleForm(
                initial={"role": f"{role.role}:{role.department_key}".rstrip(":")}, auto_id=f"people-role-{role.pk}-%s"
            ),
        )
        for role in person.roles
    ]
    context = {"person": person, "rows": rows, "form": form, "problem": problem}
    return page_render(request, DETAIL, context, partial="page", status=status)


def _user_or_404(pk: int) -> User:
    user = User.objects.filter(pk=pk).first()
    if user is None:
        raise Http404
    return user


def _membership_or_404(person: int, pk: int) -> Membership:
    membership = Membership.objects.select_related("user", "department").filter(pk=pk, user_id=person).first()
    if membership is None:
        raise Http404
    return membership
