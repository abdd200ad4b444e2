"""The form for a forgotten password: it answers the same for every address, in the same time."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ResetPasswordForm
from django.http import HttpRequest

from departments.people.tasks import password_reset_mail
from departments.people.views.sign_in_forms import without_placeholders


class ResetForm(ResetPasswordForm):
    """Does no lookup and sends no mail: a worker does both, so the answer cannot reveal who has an account."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        without_placeholders(self)

    def clean_email(self) -> str:
        """The address as typed; the worker finds out whether it belongs to anybody."""
        return str(self.cleaned_data["email"]).lower()

    def save(self, request: HttpRequest, **options: object) -> str:
        """Leave the address to a worker."""
        email: str = self.cleaned_data["email"]
        password_reset_mail.delay_on_commit(email)
        return email
