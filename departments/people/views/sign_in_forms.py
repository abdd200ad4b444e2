"""The forms before the sign-in, with labels alone: a placeholder repeats them in the library's own words and is gone as
soon as one types."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ResetPasswordKeyForm
from django.utils.translation import gettext_lazy

NEW = gettext_lazy("New password")
AGAIN = gettext_lazy("Repeat the new password")


class SignInForm(LoginForm):
    """User name or e-mail, and password."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        without_placeholders(self)


class NewPasswordForm(ResetPasswordKeyForm):
    """The new password of somebody who forgot the old one."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        without_placeholders(self)
        self.fields["password1"].label, self.fields["password2"].label = NEW, AGAIN


class PasswordChangeForm(ChangePasswordForm):
    """The old password and a new one."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        without_placeholders(self)
        self.fields["password1"].label, self.fields["password2"].label = NEW, AGAIN


def without_placeholders(form: Any) -> None:
    """Leave a form its labels alone."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
