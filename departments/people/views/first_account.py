"""The page behind the address that an empty installation shows where it was started."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from departments.people.services.errors import InvitationInvalid
from departments.people.services.first_account import first_account_check, first_account_create
from departments.people.views.forms import AcceptForm
from departments.people.views.session import sign_in
from departments.web.rendering import page_render

TEMPLATE = "people/first_account.html"
NEXT = "/set-up/"


class FirstAccountForm(AcceptForm):
    """As for an invitation, with the address that mail goes to."""

    email = forms.EmailField(label="E-mail")
    field_order = ("first_name", "last_name", "email", "username", "password")

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, email="", **named)


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def first_account(request: HttpRequest, token: str) -> HttpResponse:
    """A name and a password, and the set-up begins."""
    try:
        first_account_check(token=token)
        form = FirstAccountForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            sign_in(request, first_account_create(token=token, **form.cleaned_data))
            return redirect(NEXT)
    except InvitationInvalid as problem:
        return page_render(request, TEMPLATE, {"problem": str(problem)}, partial="page", status=410)
    response = page_render(request, TEMPLATE, {"form": form}, partial="page", status=422 if form.errors else 200)
    # The address is the secret: it must not travel to another site.
    response["Referrer-Policy"] = "same-origin"
    return response
